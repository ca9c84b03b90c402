//go:build linux

package netlink

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// subscribed are the kernel's groups for links and their addresses. Routes and
// neighbours are left out: a router or a large bridge would never be silent.
const subscribed = 1<<(unix.RTNLGRP_LINK-1) | 1<<(unix.RTNLGRP_IPV4_IFADDR-1) | 1<<(unix.RTNLGRP_IPV6_IFADDR-1)

// Subscription hears from the kernel that a link or an address of the network
// namespace in which it was made came, went or changed. The kernel does not tell
// of everything that a Collector reads; see [migcheck/hostinfo/agent].
type Subscription struct {
	file *os.File
	raw  syscall.RawConn
}

// Subscribe begins to listen in the network namespace of the calling thread.
func Subscribe() (*Subscription, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("subscribe to the kernel's links: %w", err)
	}
	file := os.NewFile(uintptr(fd), "rtnetlink")
	raw, err := file.SyscallConn()
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: subscribed})
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("subscribe to the kernel's links: %w", err)
	}
	return &Subscription{file: file, raw: raw}, nil
}

// Next waits for the kernel to tell of a change, and takes in all that it has
// told by then. Lost says that it told more than the socket could hold, so that
// nobody knows what. The error is os.ErrClosed's after Close.
func (s *Subscription) Next() (lost bool, err error) {
	var told bool
	var buf [1]byte // that something changed is all there is to know
	var failed error
	err = s.raw.Read(func(fd uintptr) bool {
		for {
			switch _, _, e := unix.Recvfrom(int(fd), buf[:], 0); {
			case e == nil:
				told = true
			case errors.Is(e, unix.ENOBUFS):
				told, lost = true, true
			case errors.Is(e, unix.EINTR):
			case errors.Is(e, unix.EAGAIN):
				return told
			default:
				failed = e
				return true
			}
		}
	})
	if err = errors.Join(err, failed); err != nil {
		return lost, fmt.Errorf("listen to the kernel's links: %w", err)
	}
	return lost, nil
}

// Close ends the subscription, and a Next that waits.
func (s *Subscription) Close() error { return s.file.Close() }
