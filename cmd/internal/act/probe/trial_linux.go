package probe

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"runtime"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"migcheck/hostinfo/probe"
)

// modes are the kernel's macvtap modes by libvirt's words. Passthrough is not
// among them: it changes the device below.
var modes = map[string]netlink.MacvlanMode{
	"bridge": netlink.MACVLAN_MODE_BRIDGE, "vepa": netlink.MACVLAN_MODE_VEPA, "private": netlink.MACVLAN_MODE_PRIVATE,
}

// tryMacvtap makes a macvtap on a device, down and with a random address, and
// takes it away. It is made in a network namespace that only this process holds:
// nobody who watches the host's devices sees it, and it is gone with the process,
// whatever ends that. It returns what the kernel refuses it with.
func tryMacvtap(o *probe.Order) (refused string, t *probe.Trouble) {
	mode, known := modes[o.Mode]
	if !known {
		return "", failed("try a macvtap on %s: not in mode %.20q, which would change the device", o.Device, o.Mode)
	}
	at, err := net.InterfaceByName(o.Device)
	if err != nil || o.Index != 0 && at.Index != o.Index {
		return "", &probe.Trouble{Kind: probe.Gone, Text: o.Device + " is not there any more, or another device"}
	}
	space, leave, err := emptySpace()
	if err != nil {
		return "", denied("make a network namespace", err)
	}
	defer leave()
	a := netlink.NewLinkAttrs()
	a.Name, a.ParentIndex, a.Namespace, a.TxQLen = trialName, at.Index, netlink.NsFd(space), 1
	a.Index, a.HardwareAddr = randomIndex(), randomMAC()
	err = netlink.LinkAdd(&netlink.Macvtap{Macvlan: netlink.Macvlan{LinkAttrs: a, Mode: mode}})
	switch {
	case err == nil:
		return "", nil
	case errors.Is(err, unix.EPERM):
		return "", denied("make a macvtap", err)
	}
	return fmt.Sprintf("%v%s", err, meaning(err)), nil
}

// trialName is what the macvtap is called, where nobody else sees it.
const trialName = "migcheck-trial"

func denied(what string, err error) *probe.Trouble {
	if errors.Is(err, unix.EPERM) {
		return &probe.Trouble{Kind: probe.Denied, Text: what + ": only root may, or who has CAP_NET_ADMIN"}
	}
	return failed("%s: %v", what, err)
}

// meaning says what the kernel means by refusing a macvtap.
func meaning(err error) string {
	switch {
	case errors.Is(err, unix.EBUSY):
		return " (its frames go to a bridge, a bond or the like)"
	case errors.Is(err, unix.EINVAL):
		return " (it is no Ethernet device, or something stands on it in mode passthrough)"
	case errors.Is(err, unix.EOPNOTSUPP):
		return " (the kernel has no macvtap)"
	}
	return ""
}

// emptySpace is a network namespace of one thread's, as a file descriptor. What
// is in it ends with leave, which waits for that, or with the process.
func emptySpace() (fd int, leave func(), err error) {
	ready, stop, left := make(chan error), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(left)
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		err := unix.Unshare(unix.CLONE_NEWNET)
		if err == nil {
			fd, err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		}
		ready <- err
		<-stop
		if err != nil {
			return
		}
		if l, err := netlink.LinkByName(trialName); err == nil {
			_ = netlink.LinkDel(l) // else it goes with the namespace
		}
		_ = unix.Close(fd)
	}()
	err = <-ready
	return fd, func() { close(stop); <-left }, err
}

// randomIndex is an ifindex that no other namespace is likely to have: /dev/tapN
// is named by it alone.
func randomIndex() int {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	return int(binary.BigEndian.Uint32(b[:])>>2 | 1<<30)
}

// randomMAC is a local unicast address.
func randomMAC() net.HardwareAddr {
	b := make(net.HardwareAddr, 6)
	_, _ = rand.Read(b) // never fails
	b[0] = b[0]&^1 | 2
	return b
}
