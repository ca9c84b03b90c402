package iproute

import (
	"bytes"
	"fmt"
	"math"
	"strconv"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/rtnl"
)

const (
	maxDevices  = 50_000
	maxAltNames = 64
	maxGaps     = 100 // of a table; more are folded into one about the host
)

// table is the devices of a host while they are read.
type table struct {
	devices []hostinfo.Device
	refs    []ref // beside devices
	gaps    []hostinfo.Gap
	// broken says what ended the reading before its end; empty if nothing did.
	broken string
	// altnamesDoubtful is whether iproute2 may be too old to show altnames.
	altnamesDoubtful bool
	addressesShown   bool
	seen             map[int]bool
}

// ref is what iproute2 prints by name where the kernel has an ifindex.
type ref struct {
	link, master, active []byte
}

// gap notes what could not be read of a device, or of the host.
func (t *table) gap(fact hostinfo.Fact, device, reason string) {
	switch {
	case device == "" || len(t.gaps) < maxGaps:
		t.gaps = append(t.gaps, hostinfo.Gap{Fact: fact, Device: device, Reason: reason})
	case len(t.gaps) == maxGaps:
		for _, fact := range []hostinfo.Fact{hostinfo.FactDetails, hostinfo.FactLACP, hostinfo.FactAddresses} {
			t.gaps = append(t.gaps, hostinfo.Gap{Fact: fact, Reason: "too many devices could not be read in full"})
		}
	}
}

// readLinks reads the JSON of ip -details -json address show, or link show, of
// about that many bytes.
func (t *table) readLinks(s *scanner, size int) {
	if s.peek() != '[' {
		t.broken = fmt.Sprintf("%s printed no JSON: %q", linkCommand, quiet(s.b))
		return
	}
	// 600 to 800 bytes a device are usual; a guess too low costs a copy.
	t.devices = make([]hostinfo.Device, 0, min(size/600+1, maxDevices))
	t.refs = make([]ref, 0, cap(t.devices))
	t.altnamesDoubtful = true
	s.array(func() {
		if len(t.devices) == maxDevices {
			t.broken = fmt.Sprintf("more than %d devices", maxDevices)
			s.fail()
			return
		}
		at := s.i
		t.devices = append(t.devices, hostinfo.Device{Kind: hostinfo.KindHardware})
		t.refs = append(t.refs, ref{})
		t.link(s, &t.devices[len(t.devices)-1], &t.refs[len(t.refs)-1], at)
	})
	if s.bad && t.broken == "" {
		t.broken = fmt.Sprintf("%s printed JSON that can't be read beyond its %d. device", linkCommand, len(t.devices))
	}
}

// link reads one element, and takes it back if it is no device.
func (t *table) link(s *scanner, d *hostinfo.Device, r *ref, at int) {
	empty := true
	s.object(func(key []byte) {
		empty = false
		t.member(s, string(key), d, r)
	})
	problem := ""
	switch {
	case s.bad, empty: // before 5.0, an element that was filtered out is {}
	case d.Name == "":
		problem = fmt.Sprintf("%s: the device"+atByte+"%d has no name that a device can have", linkCommand, at)
	case d.Index <= 0 || !t.fresh(d.Index):
		problem = fmt.Sprintf("%s: the device"+atByte+"%d has no ifindex of its own", linkCommand, at)
	default:
		t.complete(d)
		return
	}
	if problem != "" && t.broken == "" {
		t.broken = problem
	}
	t.devices = t.devices[:len(t.devices)-1]
	t.refs = t.refs[:len(t.refs)-1]
}

// fresh says whether an ifindex is seen for the first time. They come in
// ascending order from every kernel, so that the map is rarely made.
func (t *table) fresh(index int) bool {
	n := len(t.devices) - 1
	if t.seen == nil {
		if n == 0 || index > t.devices[n-1].Index {
			return true
		}
		t.seen = make(map[int]bool, n)
		for i := range t.devices[:n] {
			t.seen[t.devices[i].Index] = true
		}
	}
	if t.seen[index] {
		return false
	}
	t.seen[index] = true
	return true
}

func (t *table) member(s *scanner, key string, d *hostinfo.Device, r *ref) {
	switch key {
	case "ifindex":
		d.Index = s.number()
	case "ifname":
		d.Name = string(name(s.text()))
	case "flags":
		flags(s, d)
	case "mtu":
		d.MTU = s.natural()
	case "max_mtu":
		d.MaxMTU = s.natural()
	case "operstate":
		d.OperState = operState(s.text())
	case "link_type":
		d.LinkType = word(s.text())
	case "address":
		d.MAC = rtnl.MACOf(s.text())
	case "permaddr":
		t.altnamesDoubtful = false
		d.PermanentMAC = rtnl.MACOf(s.text())
	case "promiscuity":
		d.Promiscuity = s.natural()
	case "link":
		r.link = name(s.text())
	case "link_index":
		d.Parent = s.natural()
	case "link_netnsid":
		d.ParentElsewhere = true
		s.skip()
	case "master":
		r.master = name(s.text())
	case "altnames":
		t.altnamesDoubtful = false
		s.array(func() {
			if alt := s.text(); len(alt) > 0 && len(alt) < 128 && len(d.AltNames) < maxAltNames {
				d.AltNames = append(d.AltNames, string(alt))
			}
		})
	case "linkinfo":
		linkInfo(s, d, r)
	case "addr_info":
		t.addresses(s, d)
	case "vfinfo_list":
		functions(s, d)
	case "allmulti", "tso_max_size", "parentbus": // printed since 5.14 or later
		t.altnamesDoubtful = false
		s.skip()
	default:
		s.skip()
	}
}

// name is a device's name, or empty if it can't be one (dev_valid_name). It is
// nil only for nil. Before 5.3 iproute2 printed a backslash as \n, which no
// name can hold.
func name(b []byte) []byte {
	if len(b) == 0 || len(b) > 15 || string(b) == "." || string(b) == ".." {
		return b[:0]
	}
	if bytes.IndexByte(b, '\n') >= 0 {
		b = bytes.ReplaceAll(b, []byte{'\n'}, []byte{'\\'})
	}
	if bytes.ContainsAny(b, "/: \t\v\f\r\x00") {
		return b[:0]
	}
	return b
}

// word is a kind or a link type: one of the usual ones without a copy, or
// anything else of at most 64 bytes.
func word(b []byte) string {
	switch string(b) {
	case "ether":
		return "ether"
	case "loopback":
		return "loopback"
	case "none":
		return "none"
	case hostinfo.KindVeth:
		return hostinfo.KindVeth
	case hostinfo.KindMacvtap:
		return hostinfo.KindMacvtap
	case hostinfo.KindMacvlan:
		return hostinfo.KindMacvlan
	case hostinfo.KindVLAN:
		return hostinfo.KindVLAN
	case hostinfo.KindBond:
		return hostinfo.KindBond
	case hostinfo.KindBridge:
		return hostinfo.KindBridge
	case hostinfo.KindTun:
		return hostinfo.KindTun
	}
	return string(b[:min(len(b), 64)])
}

func operState(b []byte) string {
	switch string(b) {
	case "UP":
		return "up"
	case "DOWN":
		return "down"
	}
	return rtnl.Known(string(bytes.ToLower(b[:min(len(b), 32)])), rtnl.OperState)
}

// flags reads ifi_flags in words.
func flags(s *scanner, d *hostinfo.Device) {
	d.Up, d.LowerUp, d.Promiscuous, d.AllMulticast = hostinfo.No, hostinfo.No, hostinfo.No, hostinfo.No
	s.array(func() {
		switch string(s.text()) {
		case "UP":
			d.Up = hostinfo.Yes
		case "LOWER_UP":
			d.LowerUp = hostinfo.Yes
		case "PROMISC":
			d.Promiscuous = hostinfo.Yes
		case "ALLMULTI":
			d.AllMulticast = hostinfo.Yes
		}
	})
}

// unnamed is the ifindex in what iproute2 prints where it finds no name
// ("if5"), or 0.
func unnamed(b []byte) int {
	digits, ok := bytes.CutPrefix(b, []byte("if"))
	n, err := strconv.Atoi(string(digits))
	if !ok || err != nil || n < 0 || n > math.MaxInt32 {
		return 0
	}
	return n
}
