//go:build system

package probe_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	core "migcheck/hostinfo/probe"
)

// space is a network namespace. It lasts as long as a thread that waits in it.
type space struct {
	path string
	ask  chan func()
}

func newSpace(t testing.TB) *space {
	t.Helper()
	s := &space{ask: make(chan func())}
	ready := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		err := unix.Unshare(unix.CLONE_NEWNET)
		s.path = fmt.Sprintf("/proc/%d/task/%d/ns/net", os.Getpid(), unix.Gettid())
		ready <- err
		for f := range s.ask {
			f()
		}
	}()
	if err := <-ready; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { close(s.ask) })
	return s
}

// in runs f on the namespace's thread. What f starts is in the namespace too.
func (s *space) in(f func()) {
	done := make(chan struct{})
	s.ask <- func() { defer close(done); f() }
	<-done
}

func (s *space) command(t testing.TB, argv ...string) string {
	t.Helper()
	var out []byte
	var err error
	s.in(func() { out, err = exec.Command(argv[0], argv[1:]...).CombinedOutput() })
	if err != nil {
		t.Fatalf("%s: %v: %s", strings.Join(argv, " "), err, out)
	}
	return string(out)
}

func (s *space) ip(t testing.TB, line string) {
	t.Helper()
	s.command(t, append([]string{"ip"}, strings.Fields(line)...)...)
}

// fabric is the network between the hosts: bridges for switches, and cables.
// What a cable does to frames is done by this process: the kernels that tests
// run on lack VLANs and what drops frames.
type fabric struct {
	*space
	t       testing.TB
	hosts   map[string]*space
	ports   int
	bridged []port
	open    []*os.File
	done    sync.WaitGroup
}

func newFabric(t testing.TB) *fabric {
	f := &fabric{space: newSpace(t), t: t, hosts: map[string]*space{}}
	for _, name := range []string{"hostA", "hostB"} {
		f.hosts[name] = newSpace(t)
		f.hosts[name].ip(t, "link set lo up")
	}
	t.Cleanup(func() {
		for _, end := range f.open {
			_ = end.Close()
		}
		f.done.Wait()
	})
	return f
}

// wide is an MTU that no test's frame exceeds.
const wide = "9216"

// toSwitch makes a device a port of a switch, which is made with its first.
func (f *fabric) toSwitch(device, name string) {
	if _, err := os.Stat(strings.Replace(f.path, "ns/net", "net/dev_snmp6/", 1) + name); err != nil {
		f.ip(f.t, "link add "+name+" mtu "+wide+" type bridge")
		f.ip(f.t, "link set "+name+" up")
	}
	f.ip(f.t, "link set "+device+" master "+name+" mtu "+wide+" up")
	f.bridged = append(f.bridged, port{f.space, device})
}

// attach gives a host a device whose cable ends in a switch. A host's device of
// kind bridge has the cable as its port.
func (f *fabric) attach(host, device, kind, mtu, name string) {
	f.ports++
	far := fmt.Sprintf("port%d", f.ports)
	h := f.hosts[host]
	f.ip(f.t, fmt.Sprintf("link add %s type veth peer name up0 netns %s", far, h.path))
	f.toSwitch(far, name)
	if kind == "bridge" {
		h.ip(f.t, "link add "+device+" mtu "+mtu+" type bridge")
		h.ip(f.t, "link set up0 mtu "+mtu+" master "+device+" up")
	} else {
		h.ip(f.t, "link set up0 name "+device+" mtu "+mtu)
	}
	h.ip(f.t, "link set "+device+" up")
	if kind == "bridge" {
		f.bridged = append(f.bridged, port{h, "up0"})
	}
}

// port is a device in a bridge, and where the two are.
type port struct {
	*space
	name string
}

// forwards waits until all ports pass frames: the kernel may see a second late
// that a cable is in.
func (f *fabric) forwards() {
	f.t.Helper()
	for _, p := range f.bridged {
		for begin := time.Now(); !strings.Contains(p.command(f.t, "ip", "-details", "link", "show", "dev", p.name), " state forwarding "); time.Sleep(20 * time.Millisecond) {
			if time.Since(begin) > time.Minute {
				f.t.Fatalf("%s does not forward", p.name)
			}
		}
	}
}

// cable joins two switches.
func (f *fabric) cable(left, right string, effect *effect) {
	f.ports++
	a, b := fmt.Sprintf("port%da", f.ports), fmt.Sprintf("port%db", f.ports)
	if effect == nil {
		f.ip(f.t, "link add "+a+" type veth peer name "+b)
		f.toSwitch(a, left)
		f.toSwitch(b, right)
		return
	}
	effect.ends = [2]*os.File{f.tap(a), f.tap(b)}
	f.toSwitch(a, left)
	f.toSwitch(b, right)
	if effect.back { // a switch that learns from what comes back loses frames at random
		f.ip(f.t, "link set "+a+" type bridge_slave learning off")
		f.ip(f.t, "link set "+b+" type bridge_slave learning off")
	}
	for i := range effect.ends {
		f.done.Go(func() { effect.carry(i) })
	}
}

// tap is a device whose frames this process sends and receives.
func (f *fabric) tap(name string) *os.File {
	f.t.Helper()
	var file *os.File
	var err error
	f.in(func() {
		var fd int
		if fd, err = unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0); err != nil {
			return
		}
		request, _ := unix.NewIfreq(name)
		request.SetUint16(unix.IFF_TAP | unix.IFF_NO_PI)
		if err = unix.IoctlIfreq(fd, unix.TUNSETIFF, request); err == nil {
			file = os.NewFile(uintptr(fd), name)
		}
	})
	if err != nil {
		f.t.Fatalf("make the device %s: %v", name, err)
	}
	f.open = append(f.open, file)
	return file
}

// effect is what a cable does to the frames of a probe. Others pass.
type effect struct {
	ends   [2]*os.File
	drop   [2]bool // frames that come from that end
	loss   int     // of 100
	dice   [2]*rand.Rand
	mtu    int
	push   []uint32 // tags put on from the first end and taken off to it, the outer last
	only   uint32   // the one outer tag that passes
	copies int      // more of each frame
	back   bool     // frames go back, too
	rob    string   // what somebody on the cable does: replay, forge or flood
	count  atomic.Int32
	after  int32 // this many frames, then is called
	then   func()
}

// tag is a VLAN tag as it is in a frame, and its EtherType's.
func tag(protocol, id uint32) uint32 { return protocol<<16 | id }

// carry takes frames from one end to the other until the ends are closed.
func (e *effect) carry(from int) {
	buffer := make([]byte, 16<<10)
	for {
		n, err := e.ends[from].Read(buffer)
		if err != nil {
			return
		}
		for _, frame := range e.pass(from, bytes.Clone(buffer[:n])) {
			_, _ = e.ends[1-from].Write(frame)
		}
	}
}

// pass is what comes out at the other end.
func (e *effect) pass(from int, frame []byte) [][]byte {
	tags, kind := outer(frame)
	if kind != core.EtherType {
		return nil // what else hosts send is no matter here
	}
	if e.then != nil && e.count.Add(1) == e.after {
		e.then()
	}
	e.hostile(from, frame)
	if e.back {
		_, _ = e.ends[from].Write(frame)
	}
	if e.drop[from] || e.loss > e.dice[from].IntN(100) || e.mtu != 0 && len(frame)-14-4*len(tags) > e.mtu {
		return nil
	}
	if e.only != 0 && (len(tags) == 0 || tags[0] != e.only) {
		return nil
	}
	for _, t := range e.push {
		if from == 0 {
			frame = append(frame[:12:12], append(binary.BigEndian.AppendUint32(nil, t), frame[12:]...)...)
		}
	}
	for i := len(e.push) - 1; from == 1 && i >= 0; i-- {
		if binary.BigEndian.Uint32(frame[12:]) != e.push[i] {
			return nil
		}
		frame = append(frame[:12:12], frame[16:]...)
	}
	out := [][]byte{frame}
	for range e.copies {
		out = append(out, frame)
	}
	return out
}

// outer are a frame's tags, the outermost first, and what is behind them.
func outer(frame []byte) (tags []uint32, kind uint16) {
	for at := 12; at+4 <= len(frame); at += 4 {
		kind = binary.BigEndian.Uint16(frame[at:])
		if kind != 0x8100 && kind != 0x88a8 {
			return tags, kind
		}
		tags = append(tags, binary.BigEndian.Uint32(frame[at:]))
	}
	return tags, 0
}

// turned is a frame that goes to whom it came from.
func turned(frame []byte) []byte {
	back := bytes.Clone(frame)
	copy(back, frame[6:12])
	copy(back[6:], frame[:6])
	return back
}

// hostile is what somebody on the cable makes of a frame that he sees.
func (e *effect) hostile(from int, frame []byte) {
	send := func(f []byte) {
		_, _ = e.ends[1-from].Write(f)
		_, _ = e.ends[from].Write(turned(f))
	}
	switch e.rob {
	case "replay": // to both, three times; and to its sender as if it were the answer
		for range 3 {
			_, _ = e.ends[from].Write(turned(frame))
			if !e.drop[from] {
				_, _ = e.ends[1-from].Write(frame)
			}
		}
	case "forge": // every part of it changed, and turned round
		for i := 14; i < min(len(frame), 14+core.MinSize+1); i++ {
			forged := bytes.Clone(frame)
			forged[i] ^= 1 << e.dice[from].IntN(8)
			send(forged)
			forged[14+5] ^= 3 // the other direction
			send(forged)
		}
	case "flood":
		forged := bytes.Clone(frame)
		number := binary.BigEndian.Uint32(frame[14+16:])
		for i := range uint32(200) { // never its own: to pass that on would be a way
			binary.BigEndian.PutUint32(forged[14+16:], number+1+i)
			send(forged)
		}
	}
}
