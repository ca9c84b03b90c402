package probe

import (
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"

	"migcheck/hostinfo/probe"
)

// etherHeader is the length of an Ethernet header without tags.
const etherHeader = 14

// device is a packet socket on one device. It takes frames of one run only, sends
// from the device's own address, and changes nothing about the device.
type device struct {
	name string
	fd   *os.File
	mac  net.HardwareAddr
	mtu  int
	lost int // frames that the kernel had no room for, so far
}

// openDevice takes the device that an order names.
func openDevice(o *probe.Order, run probe.RunID) (*device, *probe.Trouble) {
	at, err := net.InterfaceByName(o.Device)
	switch {
	case err != nil:
		return nil, &probe.Trouble{Kind: probe.Gone, Text: fmt.Sprintf("%s is not there any more", o.Device)}
	case o.Index != 0 && at.Index != o.Index:
		return nil, &probe.Trouble{Kind: probe.Gone, Text: fmt.Sprintf("%s is another device now", o.Device)}
	case at.Flags&net.FlagUp == 0:
		return nil, &probe.Trouble{Kind: probe.Down, Text: o.Device + " is down, and no frame can be sent by it"}
	case len(at.HardwareAddr) != 6:
		return nil, &probe.Trouble{Kind: probe.Failed, Text: o.Device + " has no Ethernet address"}
	}
	d := &device{name: o.Device, mac: at.HardwareAddr, mtu: at.MTU}
	// Without a protocol nothing is received before the filter is in place.
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, d.trouble("open a packet socket", err)
	}
	d.fd = os.NewFile(uintptr(fd), "packet")
	err = unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, filter(run))
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: bigEndian(probe.EtherType), Ifindex: at.Index})
	}
	if err != nil {
		_ = d.fd.Close()
		return nil, d.trouble("listen on "+d.name, err)
	}
	return d, nil
}

func bigEndian(n uint16) uint16 { return n>>8 | n<<8 }

// filter lets frames of one run through that are for the device itself. The
// kernel gives a frame of a VLAN that the device has no VLAN device for to those
// who listen on the device, without its tag and marked as another host's: to take
// it would make one network of two.
func filter(run probe.RunID) *unix.SockFprog {
	word, high, low := probe.Mark(run)
	const ad = 0xfffff000 // SKF_AD_OFF
	load := func(code uint16, k uint32) unix.SockFilter { return unix.SockFilter{Code: unix.BPF_LD | code, K: k} }
	ifNot := func(k uint32, skip uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: k, Jf: skip}
	}
	f := []unix.SockFilter{
		load(unix.BPF_W|unix.BPF_ABS, ad+4), ifNot(unix.PACKET_HOST, 9),
		load(unix.BPF_W|unix.BPF_ABS, ad+48), ifNot(0, 7), // SKF_AD_VLAN_TAG_PRESENT
		load(unix.BPF_W|unix.BPF_ABS, etherHeader), ifNot(word, 5),
		load(unix.BPF_W|unix.BPF_ABS, etherHeader+probe.RunAt), ifNot(high, 3),
		load(unix.BPF_W|unix.BPF_ABS, etherHeader+probe.RunAt+4), ifNot(low, 1),
		{Code: unix.BPF_RET | unix.BPF_K, K: 1 << 16},
		{Code: unix.BPF_RET | unix.BPF_K, K: 0},
	}
	return &unix.SockFprog{Len: uint16(len(f)), Filter: &f[0]}
}

// send sends one frame. It returns false where the kernel had no room for it, or
// took it for too long.
func (d *device) send(to net.HardwareAddr, content []byte) (bool, *probe.Trouble) {
	frame := make([]byte, 0, etherHeader+len(content))
	frame = append(append(frame, to...), d.mac...)
	frame = append(frame, probe.EtherType>>8, probe.EtherType&0xff)
	_, err := d.fd.Write(append(frame, content...))
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, unix.ENOBUFS), errors.Is(err, unix.EMSGSIZE):
		return false, nil
	}
	return false, d.trouble("send a frame by "+d.name, err)
}

// receive waits for the next frame of the run and returns its content, which is
// good until the next call.
func (d *device) receive(buffer []byte) ([]byte, error) {
	n, err := d.fd.Read(buffer)
	return buffer[min(n, etherHeader):n], err
}

// drops are the frames that the kernel had no room for so far.
func (d *device) drops() int {
	raw, err := d.fd.SyscallConn()
	if err != nil {
		return d.lost
	}
	_ = raw.Control(func(fd uintptr) { // reading resets the kernel's count
		if s, err := unix.GetsockoptTpacketStats(int(fd), unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil {
			d.lost += int(s.Drops)
		}
	})
	return d.lost
}

func (d *device) trouble(what string, err error) *probe.Trouble {
	t := &probe.Trouble{Kind: probe.Failed, Text: fmt.Sprintf("%s: %v", what, err)}
	switch {
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		t.Kind, t.Text = probe.Denied, what+": only root may, or who has CAP_NET_RAW"
	case errors.Is(err, unix.ENETDOWN):
		t.Kind, t.Text = probe.Down, d.name+" went down"
	case errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		t.Kind, t.Text = probe.Gone, d.name+" is not there any more"
	}
	return t
}
