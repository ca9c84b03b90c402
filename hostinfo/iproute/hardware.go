package iproute

import (
	"bytes"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/files"
	"migcheck/hostinfo/iproute/rtnl"
)

// functions reads the member vfinfo_list.
func functions(s *scanner, d *hostinfo.Device) {
	s.array(func() {
		f := hostinfo.Function{Number: -1}
		s.object(func(key []byte) {
			switch string(key) {
			case "vf":
				f.Number = s.number()
			case "address", "mac": // mac before 5.4
				f.MAC = rtnl.MACOf(s.text())
			case "vlan":
				f.VLAN = s.natural()
			case "vlan_list":
				s.array(func() {
					s.object(func(key []byte) {
						if string(key) == "vlan" {
							f.VLAN = s.natural()
						} else {
							s.skip()
						}
					})
				})
			case "trust":
				f.Trust = s.truth()
			case "spoofchk":
				f.SpoofCheck = s.truth()
			default:
				s.skip()
			}
		})
		if f.Number >= 0 && len(d.Functions) < rtnl.MaxFunctions {
			d.Functions = append(d.Functions, f)
		}
	})
}

// hardware reads the section of that name: "@NAME", then "FILE VALUE" lines.
func (a *answer) hardware(h *hostinfo.Host) {
	s := a.sections["hardware"]
	said := a.why("hardware", "the look through /sys/class/net")
	if s.status != "0" || len(h.Devices) == 0 {
		h.AddGap(hostinfo.FactHardware, "", said)
		return
	}
	all := ""
	var nics []files.NIC
	for line := range bytes.Lines(s.body) {
		text := strings.TrimSuffix(string(line[:min(len(line), maxAll)]), "\n")
		if at, ok := strings.CutPrefix(text, "@"); ok {
			if len(nics) == files.MaxNICs {
				h.AddGap(hostinfo.FactHardware, "", said+": too many devices")
				return
			}
			nics = append(nics, files.NIC{Name: at})
			continue
		}
		switch file, value, _ := strings.Cut(text, " "); {
		case file == "all" && len(nics) == 0:
			all = value
		case len(nics) > 0:
			nics[len(nics)-1].File(file, value)
		}
	}
	if link := a.sections["link"]; h.Via == "iproute2" && bytes.Contains(link.stderr, []byte("Truncated VF list")) {
		h.AddGap(hostinfo.FactHardware, "", a.why("link", linkCommand))
	}
	files.Hardware(h, all, nics)
	if h.Via != "iproute2" {
		withoutFunctions(h, nics)
	}
}

// maxAll bounds the line of all names in /sys/class/net: 50,000 of them.
const maxAll = maxDevices * 16

// withoutFunctions notes that only ip shows how a physical function set up its
// VFs.
func withoutFunctions(h *hostinfo.Host, nics []files.NIC) {
	for _, n := range nics {
		if len(n.Siblings) > 0 {
			h.AddGap(hostinfo.FactHardware, "", "/sys does not show how VFs are set up")
			return
		}
	}
}
