//go:build lab

package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"regexp"
	"runtime"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// frame is one Ethernet frame that a host sent into a switch.
type frame struct {
	host, nic, mac string
	// segment is the switch and the tags: "switch 1, VLAN 623".
	segment string
	// own is set for ARP and IPv4: a macvtap's kernel speaks IPv6 with the guest's
	// MAC, and QEMU sends RARP after a migration.
	own     bool
	unicast bool
	size    int
}

// wire hears what the hosts send: it listens at every tap, inside the lab's
// network, from now on.
type wire struct {
	mu     sync.Mutex
	frames []frame
	more   chan struct{} // closed and made anew when there is another frame
	closed chan struct{}
}

// listen opens the wire. It is closed with the test.
func listen(t *testing.T, namespace string) *wire {
	t.Helper()
	type opened struct {
		fd    int
		names map[int]string
		err   error
	}
	done := make(chan opened)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		var o opened
		o.fd, o.names, o.err = openIn("/run/netns/" + namespace)
		done <- o
	}()
	o := <-done
	if o.err != nil {
		t.Fatal(o.err)
	}
	w := &wire{more: make(chan struct{}), closed: make(chan struct{})}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.receive(o.fd, o.names)
	}()
	t.Cleanup(func() {
		close(w.closed)
		<-ended
		unix.Close(o.fd)
	})
	return w
}

// openIn moves the calling thread into the namespace and opens a packet socket.
func openIn(namespace string) (int, map[int]string, error) {
	ns, err := unix.Open(namespace, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, nil, fmt.Errorf("open %s: %w", namespace, err)
	}
	defer unix.Close(ns)
	if err := unix.Setns(ns, unix.CLONE_NEWNET); err != nil {
		return -1, nil, fmt.Errorf("enter %s: %w", namespace, err)
	}
	links, err := net.Interfaces()
	if err != nil {
		return -1, nil, err
	}
	names := map[int]string{}
	for _, l := range links {
		names[l.Index] = l.Name
	}
	all := uint16(unix.ETH_P_ALL)
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, int(all>>8|all<<8))
	if err != nil {
		return -1, nil, fmt.Errorf("packet socket: %w", err)
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_AUXDATA, 1); err != nil {
		return -1, nil, fmt.Errorf("packet socket: %w", err)
	}
	tick := unix.Timeval{Usec: 200_000}
	return fd, names, unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &tick)
}

// tapName is a tap of the lab, and the switch behind it.
var tapName = regexp.MustCompile(`^(host[A-H])-(eth([1-4]))$`)

func (w *wire) receive(fd int, names map[int]string) {
	data, control := make([]byte, 2048), make([]byte, 256)
	for {
		select {
		case <-w.closed:
			return
		default:
		}
		n, c, _, from, err := unix.Recvmsg(fd, data, control, unix.MSG_TRUNC)
		if err != nil {
			continue // the tick, which lets it see that the wire is closed
		}
		link, ok := from.(*unix.SockaddrLinklayer)
		if !ok || link.Pkttype == unix.PACKET_OUTGOING || n < 14 {
			continue
		}
		tap := tapName.FindStringSubmatch(names[link.Ifindex])
		if tap == nil {
			continue
		}
		f := decode(data[:min(n, len(data))], control[:c])
		f.host, f.nic, f.size = tap[1], tap[2], n
		f.segment = "switch " + map[string]string{"1": "1", "2": "1", "3": "2", "4": "2"}[tap[3]] + f.segment
		w.mu.Lock()
		w.frames = append(w.frames, f)
		close(w.more)
		w.more = make(chan struct{})
		w.mu.Unlock()
	}
}

// decode reads a frame's header; its segment is the tags alone. The kernel has
// taken the outer tag out of the frame and handed it over beside it.
func decode(data, control []byte) frame {
	f := frame{mac: net.HardwareAddr(data[6:12]).String(), unicast: data[0]&1 == 0}
	if messages, err := unix.ParseSocketControlMessage(control); err == nil {
		for _, m := range messages {
			if m.Header.Level == unix.SOL_PACKET && m.Header.Type == unix.PACKET_AUXDATA && len(m.Data) >= 20 {
				status := binary.NativeEndian.Uint32(m.Data)
				if status&unix.TP_STATUS_VLAN_VALID != 0 {
					f.segment += tag(binary.NativeEndian.Uint16(m.Data[18:]), binary.NativeEndian.Uint16(m.Data[16:]))
				}
			}
		}
	}
	kind, rest := binary.BigEndian.Uint16(data[12:]), data[14:]
	for (kind == 0x8100 || kind == 0x88a8) && len(rest) >= 4 {
		f.segment += tag(kind, binary.BigEndian.Uint16(rest))
		kind, rest = binary.BigEndian.Uint16(rest[2:]), rest[4:]
	}
	if f.segment == "" {
		f.segment = ", untagged"
	}
	f.own = kind == 0x0806 || kind == 0x0800
	return f
}

func tag(protocol, tci uint16) string {
	if protocol == 0x88a8 {
		return fmt.Sprintf(", 802.1ad VLAN %d", tci&0xfff)
	}
	return fmt.Sprintf(", VLAN %d", tci&0xfff)
}

// mark is the number of frames so far: where to hear on from.
func (w *wire) mark() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.frames)
}

// since are the guest's own frames from a host after a mark, and a channel that
// is closed when there are more.
func (w *wire) since(mark int, host, mac string) ([]frame, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []frame
	for _, f := range w.frames[mark:] {
		if f.host == host && f.mac == mac && f.own {
			out = append(out, f)
		}
	}
	return out, w.more
}
