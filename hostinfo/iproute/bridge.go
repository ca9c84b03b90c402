package iproute

import (
	"bytes"
	"fmt"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/rtnl"
)

// bridge reads a bridge's info_data.
func bridge(s *scanner) *hostinfo.Bridge {
	b := &hostinfo.Bridge{DefaultPVID: -1}
	s.object(func(key []byte) {
		switch string(key) {
		case "vlan_filtering":
			b.VLANFiltering = hostinfo.TriOf(s.number() == 1)
		case "vlan_default_pvid":
			b.DefaultPVID = s.number()
		default:
			s.skip()
		}
	})
	return b
}

// bridging takes in a file below /sys/class/net/D/bridge.
func (x *sysDevice) bridging(key, value string) {
	switch key {
	case "priority":
		x.plain = true
	case "vlan_filtering":
		x.bridge.VLANFiltering = hostinfo.TriOf(value == "1")
	case "default_pvid":
		x.bridge.DefaultPVID = number(value)
	}
}

// portVLANs fills in Device.BridgePort.
func (a *answer) portVLANs(h *hostinfo.Host) {
	ports := rtnl.NewPortVLANs(h)
	if ports.None() {
		return
	}
	s := a.sections["bvlan"]
	if s.status != "0" || bytes.Contains(s.stderr, []byte("nterrupted")) {
		ports.Fail(a.why("bvlan", vlanCommand))
		return
	}
	index := make(map[string]int, len(h.Devices))
	for i := range h.Devices {
		index[h.Devices[i].Name] = h.Devices[i].Index
	}
	in := &scanner{b: s.body}
	readPortVLANs(in, func(name string, r hostinfo.VLANRange) { ports.Add(index[name], r) })
	if in.bad {
		ports.Fail(fmt.Sprintf("%s printed JSON that can't be read: %q", vlanCommand, quiet(s.body)))
		return
	}
	ports.Finish()
}

// readPortVLANs reads the JSON of bridge -json vlan show: since 5.0 a list of
// ports, before that one object with a member a port. Nothing at all is none.
func readPortVLANs(s *scanner, add func(name string, r hostinfo.VLANRange)) {
	switch s.peek() {
	case '[':
		s.array(func() {
			port := ""
			s.object(func(key []byte) {
				switch string(key) {
				case "ifname":
					port = string(name(s.text()))
				case "vlans":
					vlanRanges(s, port, add)
				default:
					s.skip()
				}
			})
		})
	case '{':
		s.object(func(key []byte) { vlanRanges(s, string(name(key)), add) })
	default:
		if len(strings.TrimSpace(string(s.b))) > 0 {
			s.fail()
		}
	}
}

// vlanRanges reads one port's list.
func vlanRanges(s *scanner, port string, add func(name string, r hostinfo.VLANRange)) {
	s.array(func() {
		var r hostinfo.VLANRange
		s.object(func(key []byte) {
			switch string(key) {
			case "vlan":
				r.First = s.number()
				r.Last = max(r.Last, r.First)
			case "vlanEnd":
				r.Last = s.number()
			case "flags":
				s.array(func() {
					switch string(s.text()) {
					case "PVID":
						r.PVID = true
					case "Egress Untagged":
						r.Untagged = true
					}
				})
			default:
				s.skip()
			}
		})
		add(port, r)
	})
}
