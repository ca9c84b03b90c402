package iproute

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/rtnl"
)

const addrCommand = "ip -o address show"

// addresses reads the member addr_info.
func (t *table) addresses(s *scanner, d *hostinfo.Device) {
	t.addressesShown = true
	s.array(func() {
		var local []byte
		bits, link := -1, false
		s.object(func(key []byte) {
			switch string(key) {
			case "local":
				local = s.text()
			case "prefixlen":
				bits = s.number()
			case "scope":
				link = string(s.text()) == "link"
			default:
				s.skip()
			}
		})
		if local != nil && !link {
			t.address(d, string(local), bits)
		}
	})
}

// address notes one IP address that the host has on d.
func (t *table) address(d *hostinfo.Device, local string, bits int) {
	if d.LinkType == "loopback" {
		return
	}
	addr, _ := netip.ParseAddr(local)
	a := rtnl.Address(addr, bits)
	switch {
	case a == "": // {} where something was filtered out
	case len(d.Addresses) == rtnl.MaxAddresses:
		g := hostinfo.Gap{Fact: hostinfo.FactAddresses, Device: d.Name, Reason: fmt.Sprintf("it has more than %d addresses", rtnl.MaxAddresses)}
		if !slices.Contains(t.gaps, g) {
			t.gap(g.Fact, g.Device, g.Reason)
		}
	default:
		d.Addresses = append(d.Addresses, a)
	}
}

// readAddresses reads what ip prints without -json, a line an address:
// "INDEX: NAME    inet ADDRESS[ peer ADDRESS]/BITS ... scope SCOPE ...".
func (t *table) readAddresses(a *answer) {
	if a.sections["addr"].status != "0" {
		t.gap(hostinfo.FactAddresses, "", a.why("addr", addrCommand))
		return
	}
	at := make(map[int]int, len(t.devices))
	for i := range t.devices {
		at[t.devices[i].Index] = i
	}
	for line := range bytes.Lines(a.sections["addr"].body) {
		index, rest, _ := strings.Cut(string(line[:min(len(line), 512)]), ": ")
		f := strings.Fields(rest)
		n, err := strconv.Atoi(index)
		i, ok := at[n]
		if err != nil || !ok || len(f) < 3 || f[1] != "inet" && f[1] != "inet6" {
			continue
		}
		local, bits, _ := strings.Cut(f[2], "/")
		if len(f) > 4 && f[3] == "peer" {
			_, bits, _ = strings.Cut(f[4], "/")
		}
		if !strings.Contains(rest, " scope link ") {
			t.address(&t.devices[i], local, number(bits))
		}
	}
}
