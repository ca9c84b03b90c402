package iproute

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/rtnl"
)

// Result is what the script found.
type Result struct {
	// Host has everything but Name and Gathered, which are the caller's to set,
	// and what libvirt knows. Never nil.
	Host *hostinfo.Host
	// Sockets are libvirt's sockets that exist, the ones to try first in front.
	// Nil if there are none or if the facts section is missing.
	Sockets []Socket
	// SocketsRead says whether the host came to say which sockets there are, so that
	// no Sockets means none.
	SocketsRead bool
	// Agent says that there is a migcheck agent's socket to which the user who
	// ran the script may connect.
	Agent bool
	// VirtSSHHelper and NC are the paths of virt-ssh-helper and nc on that host;
	// empty if it has none or did not say. Whether its nc knows -U is not known.
	VirtSSHHelper, NC string
}

// Socket is one of libvirt's sockets on that host.
type Socket struct {
	Path string // "/run/libvirt/virtqemud-sock"
	// Readable and Writable say what access(2) answered to the user who ran the
	// script. Connecting needs both.
	Readable, Writable bool
}

// ReadOnly says whether it is the socket of libvirt's read-only connections.
func (s Socket) ReadOnly() bool { return strings.HasSuffix(s.Path, "-ro") }

// The commands that gaps name.
const (
	linkCommand = "ip -details -json address show"
	fdbCommand  = "bridge fdb show state permanent"
	vlanCommand = "bridge -compressvlans -json vlan show"
)

// Decode reads what Script(marker) printed. Facts that are missing, unreadable
// or cut become gaps of the host, in the words of the tool that should have
// given them; the error, if none of the sections is there, quotes what came
// instead. Neither the result nor its strings keep output alive.
func Decode(output []byte, marker string) (*Result, error) {
	a := split(output, marker)
	return a.decode(output)
}

// decode reads an answer that was taken apart; output is what it came as.
func (a *answer) decode(output []byte) (*Result, error) {
	if len(a.sections) == 0 {
		if len(bytes.TrimSpace(output)) == 0 {
			return nil, errors.New("the shell printed nothing")
		}
		return nil, fmt.Errorf("the shell ran something else, which printed %q", quiet(output))
	}
	r := &Result{Host: &hostinfo.Host{}}
	a.facts(r)
	a.devices(r.Host)
	a.forwarding(r.Host)
	a.portVLANs(r.Host)
	a.hardware(r.Host)
	a.shaping(r.Host)
	a.proc(r.Host)
	a.configured(r.Host)
	a.namespaces(r.Host)
	return r, nil
}

// devices fills in the host's devices from iproute2's words or, where it has
// no JSON, from /sys.
func (a *answer) devices(h *hostinfo.Host) {
	link, sys := a.sections["link"], a.sections["sys"]
	said := a.why("link", linkCommand)
	var t table
	switch {
	case link.status == "0" || len(sys.body) == 0:
		h.Via = "iproute2"
		t.readLinks(&scanner{b: link.body}, len(link.body))
		t.refer()
		if !t.addressesShown {
			t.gap(hostinfo.FactAddresses, "", said+": it shows no addresses")
		}
	default:
		h.Via = "sysfs"
		t.readSys(a, said, oldKernel(h.Kernel))
		t.readAddresses(a)
	}
	if h.Via == "iproute2" && t.altnamesDoubtful && !oldKernel(h.Kernel) {
		t.gap(hostinfo.FactAltNames, "", "this host's ip may be older than 5.5, which was the first to show them")
	}
	switch {
	case link.status != "0" && h.Via == "iproute2":
		t.gap(hostinfo.FactDevices, "", said)
	case bytes.Contains(link.stderr, []byte("nterrupted")):
		t.gap(hostinfo.FactDevices, "", said)
	case t.broken != "":
		t.gap(hostinfo.FactDevices, "", t.broken)
	case len(t.devices) == 0: // every network namespace has lo
		t.gap(hostinfo.FactDevices, "", said+": no device was shown")
	}
	if len(t.devices) == 0 {
		h.Via = ""
	}
	if !slices.IsSortedFunc(t.devices, byIndex) {
		slices.SortStableFunc(t.devices, byIndex)
	}
	h.Devices = t.devices
	h.Gaps = append(h.Gaps, t.gaps...)
}

func byIndex(a, b hostinfo.Device) int { return cmp.Compare(a.Index, b.Index) }

// forwarding fills in Device.Held.
func (a *answer) forwarding(h *hostinfo.Host) {
	s := a.sections["fdb"]
	if s.status != "0" || bytes.Contains(s.stderr, []byte("nterrupted")) {
		h.AddGap(hostinfo.FactForwarding, "", a.why("fdb", fdbCommand))
		return
	}
	var index map[string]int // made for the first entry that counts: most hosts have none
	held := rtnl.NewHeld(h)
	for line := range bytes.Lines(s.body) {
		mac, name, ok := permanent(line)
		if !ok {
			continue
		}
		if index == nil {
			index = make(map[string]int, len(h.Devices))
			for i := range h.Devices {
				index[h.Devices[i].Name] = h.Devices[i].Index
			}
		}
		held.Add(index[string(name)], mac)
	}
	held.Finish()
}

// permanent reads a line of bridge fdb show: "MAC dev NAME [...] self [...]
// permanent". It is not ok for learned, multicast and bridges' own entries.
func permanent(line []byte) (mac [6]byte, name []byte, ok bool) {
	// Most lines are multicast: the lowest bit of the first byte.
	if len(line) < 30 || line[1]&1 != 0 && line[1] <= '9' || line[1]&1 == 0 && line[1] > '9' {
		return mac, nil, false
	}
	line = bytes.TrimRight(line, " \n\r")
	word, rest, _ := bytes.Cut(line, []byte(" dev "))
	name, flags, _ := bytes.Cut(rest, []byte(" "))
	if !bytes.HasSuffix(flags, []byte(" permanent")) || !bytes.Contains(rest[len(name):], []byte(" self ")) {
		return mac, nil, false
	}
	long, n := rtnl.ParseMAC(word)
	return [6]byte(long[:6]), name, n == 6
}
