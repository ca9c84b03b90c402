//go:build system && cgo && libvirt_dlopen

package client

import (
	"encoding/binary"
	"io"
	"maps"
	"net"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
)

// tally passes a libvirt connection on and counts the questions on it.
type tally struct {
	socket string
	mu     sync.Mutex
	n      map[uint32]int // by number in libvirt's remote_protocol.x
}

func startTally(t *testing.T, to string) *tally {
	t.Helper()
	y := &tally{socket: filepath.Join(t.TempDir(), "s"), n: map[uint32]int{}}
	l, err := net.Listen("unix", y.socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("unix", to)
			if err != nil {
				_ = near.Close()
				continue
			}
			go func() {
				_, _ = io.Copy(near, far)
				_ = near.Close()
			}()
			go y.questions(far, near)
		}
	}()
	return y
}

// questions passes on what the client sends, message by message: length, program,
// version, procedure and so on, in words of four bytes.
func (y *tally) questions(far, near net.Conn) {
	defer far.Close()
	head := make([]byte, 28)
	for {
		if _, err := io.ReadFull(near, head); err != nil {
			return
		}
		const remote = 0x20008086
		if binary.BigEndian.Uint32(head[4:]) == remote {
			y.mu.Lock()
			y.n[binary.BigEndian.Uint32(head[12:])]++
			y.mu.Unlock()
		}
		rest := int64(binary.BigEndian.Uint32(head)) - int64(len(head))
		if _, err := far.Write(head); err != nil {
			return
		}
		if _, err := io.CopyN(far, near, rest); err != nil {
			return
		}
	}
}

// since returns what was asked since the last time.
func (y *tally) since() map[uint32]int {
	y.mu.Lock()
	defer y.mu.Unlock()
	out := maps.Clone(y.n)
	clear(y.n)
	return out
}

// The numbers of the questions in remote_protocol.x.
const (
	getVersion, getHostname, getLibVersion = 4, 59, 157
	getCapabilities, getJobStats           = 7, 298
	listDomains, listNetworks              = 273, 283
	listNWFilters                          = 286
	getDomainXML, getNetworkXML            = 14, 43
)

// testCensus: a census is what Facts and Guest say one by one, and asks for less.
// The daemon has two networks; of three guests one runs and is persistent, one
// runs and is not, and one is shut off.
func testCensus(t *testing.T, d *libvirtd, c *Conn) {
	var want hostinfo.Host
	c.Facts(t.Context(), &want)
	var guests []*hostinfo.Guest
	for _, name := range []string{"1", "transient", "web1"} {
		g, err := c.Guest(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		guests = append(guests, g)
	}
	y := startTally(t, d.socket())
	own := connect(t, Options{URI: uri(y.socket), Host: "kvm1"})
	y.since() // opening
	seen := &Seen{}
	parsed := 0
	for _, look := range []string{"first", "second"} {
		var h hostinfo.Host
		got := own.Census(t.Context(), &h, seen)
		if diff := cmp.Diff(&want, &h); diff != "" {
			t.Errorf("%s: host (-facts +census):\n%s", look, diff)
		}
		if diff := cmp.Diff(guests, got); diff != "" {
			t.Errorf("%s: guests (-one by one +census):\n%s", look, diff)
		}
		asked := map[uint32]int{
			listNetworks: 2, getNetworkXML: 2, listNWFilters: 1, listDomains: 4, // all, running, shut off, transient; nobody is left to be paused
			getJobStats: 2, getDomainXML: 3 + 2 + 1, // live, sent and persistent views, as far as there are any
		}
		if look == "first" { // what does not change while the connection lasts
			for _, question := range []uint32{getVersion, getHostname, getLibVersion, getCapabilities} {
				asked[question] = 1
			}
		}
		if diff := cmp.Diff(asked, y.since()); diff != "" {
			t.Errorf("%s: asked (-want +got):\n%s", look, diff)
		}
		if parsed += seen.Parsed() - parsed; parsed != 6 {
			t.Errorf("%s: %d texts were parsed", look, parsed)
		}
	}
	// One guest is paused, which is no text, and another gets a NIC's link cut.
	d.virsh(t, "suspend", "transient")
	d.virsh(t, "domif-setlink", "web1", "52:54:00:aa:00:02", "down")
	defer d.virsh(t, "resume", "transient")
	defer d.virsh(t, "domif-setlink", "web1", "52:54:00:aa:00:02", "up")
	var h hostinfo.Host
	got := own.Census(t.Context(), &h, seen)
	if got[1].State != hostinfo.StatePaused || got[2].Live.NICs[1].LinkState != "down" || got[2].Migratable.NICs[1].LinkState != "down" {
		t.Errorf("%+v, %+v", got[1], got[2].Live)
	}
	if n := seen.Parsed() - parsed; n != 2 {
		t.Errorf("two views have changed, and %d were parsed", n)
	}
	// Without a memory it says the same.
	var again hostinfo.Host
	if diff := cmp.Diff(got, own.Census(t.Context(), &again, nil)); diff != "" {
		t.Errorf("guests (-remembered +anew):\n%s", diff)
	}
}
