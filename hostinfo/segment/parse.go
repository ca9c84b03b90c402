package segment

import (
	"encoding/json"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"migcheck/hostinfo"
)

// Bounds of what a host is believed to have.
const (
	maxLines      = 4096
	maxNeighbours = 64
	maxVLANs      = 4094
)

// Parse reads what the script printed about a device.
func Parse(host, device, out string) hostinfo.Segment {
	s := hostinfo.Segment{Host: host, Device: device}
	text, lldp, _ := strings.Cut("\n"+out, "\nlldp\n")
	s.Gateways = gateways(text)
	s.Neighbours = neighbours([]byte(lldp))
	return s
}

// gateways are the next hops whose address the kernel has learned, each with the
// device's own network that it is in.
func gateways(text string) []hostinfo.Gateway {
	var networks []netip.Prefix
	var hops []netip.Addr
	macs := map[netip.Addr]string{}
	n := 0
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if n++; len(words) < 3 || n > maxLines {
			continue
		}
		switch to, rest := words[1], words[2:]; words[0] {
		case "route":
			if hop, err := netip.ParseAddr(after(rest, "via")); err == nil {
				hops = append(hops, hop)
			} else if p, err := netip.ParsePrefix(to); err == nil && !p.Addr().IsLinkLocalUnicast() && !p.Addr().IsMulticast() {
				networks = append(networks, p.Masked())
			}
		case "neigh":
			address, err := netip.ParseAddr(to)
			mac, err2 := net.ParseMAC(after(rest, "lladdr"))
			if state := rest[len(rest)-1]; err == nil && err2 == nil && state != "FAILED" && state != "INCOMPLETE" {
				macs[address] = mac.String()
			}
		}
	}
	var out []hostinfo.Gateway
	for _, hop := range hops {
		i := slices.IndexFunc(networks, func(p netip.Prefix) bool { return p.Contains(hop) })
		if i < 0 || macs[hop] == "" {
			continue
		}
		if g := (hostinfo.Gateway{Network: networks[i].String(), Address: hop.String(), MAC: macs[hop]}); !slices.Contains(out, g) {
			out = append(out, g)
		}
	}
	return out
}

// after is the word behind a word; empty if there is none.
func after(words []string, word string) string {
	if i := slices.Index(words, word); i >= 0 && i+1 < len(words) {
		return words[i+1]
	}
	return ""
}

// value is a thing in lldpcli's json0, where everything is a list.
type value []struct {
	Value string `json:"value"`
}

func (v value) first() string {
	if len(v) == 0 {
		return ""
	}
	return v[0].Value
}

// heard is lldpcli's answer, as far as it is looked at.
type heard struct {
	LLDP []struct {
		Interface []struct {
			Name    string `json:"name"`
			Chassis []struct {
				ID   value `json:"id"`
				Name value `json:"name"`
			} `json:"chassis"`
			Port []struct {
				ID value `json:"id"`
			} `json:"port"`
			VLAN []struct {
				ID   string `json:"vlan-id"`
				PVID bool   `json:"pvid"`
			} `json:"vlan"`
		} `json:"interface"`
	} `json:"lldp"`
}

// neighbours reads lldpcli's json0; what is not that is nobody.
func neighbours(raw []byte) []hostinfo.Neighbour {
	var h heard
	if json.Unmarshal(raw, &h) != nil {
		return nil
	}
	var out []hostinfo.Neighbour
	for _, l := range h.LLDP {
		for _, i := range l.Interface {
			if len(out) == maxNeighbours || len(i.VLAN) > maxVLANs {
				return out
			}
			n := hostinfo.Neighbour{NIC: i.Name}
			if len(i.Chassis) > 0 {
				n.Chassis, n.Name = i.Chassis[0].ID.first(), i.Chassis[0].Name.first()
			}
			if len(i.Port) > 0 {
				n.Port = i.Port[0].ID.first()
			}
			tagged := false
			for _, v := range i.VLAN {
				id, err := strconv.Atoi(v.ID)
				if err != nil || id < 1 || id > maxVLANs {
					continue
				}
				n.VLANs = append(n.VLANs, id)
				if v.PVID {
					n.Untagged = id
				} else {
					tagged = true
				}
			}
			if !tagged { // many switches name the untagged VLAN alone, whatever else they carry
				n.VLANs = nil
			}
			out = append(out, n)
		}
	}
	return out
}
