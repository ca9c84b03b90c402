package iproute

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/rtnl"
)

// sysDevice is one device as /sys/class/net shows it.
type sysDevice struct {
	d               hostinfo.Device
	iflink          int
	carrier         string
	devtype, active string          // DEVTYPE of uevent; bonding/active_slave
	has             map[string]bool // files and directories that only some kinds have
	lower           []string        // the names of lower_* links
	bond            hostinfo.Bond
	bridge          hostinfo.Bridge
	lacp            hostinfo.LACP
	port            hostinfo.BondPort
	plain           bool // bridge/priority, which every bridge has, was read
	idle            bool // 802.3ad without an active aggregator
	adrift          bool // iflink names a device that may be elsewhere
}

// readSys reads the section "sys" and, where it is there, "vlan". What /sys
// does not hold becomes gaps, which say why ip was of no use.
func (t *table) readSys(a *answer, said string, old bool) {
	sys := t.sysDevices(a)
	index := make(map[string]int, len(sys))
	stacks := false // old kernels have no lower_* links
	for i := range sys {
		index[sys[i].d.Name] = sys[i].d.Index
		stacks = stacks || len(sys[i].lower) > 0
	}
	vlans := readVLANs(a.sections["vlan"].body)
	for i := range sys {
		x := &sys[i]
		x.settle(vlans[x.d.Name], index, stacks)
		t.sysGaps(a, x, said)
		t.devices = append(t.devices, x.d)
	}
	if !old {
		t.gap(hostinfo.FactAltNames, "", "not in /sys; "+said)
	}
	if s := a.sections["sys"]; s.status != "0" {
		t.gap(hostinfo.FactDevices, "", a.why("sys", "the look through /sys/class/net"))
	}
}

// sysDevices takes the section "sys" apart: "@NAME", then "FILE VALUE" lines.
func (t *table) sysDevices(a *answer) []sysDevice {
	var sys []sysDevice
	known := map[int]bool{}
	for line := range bytes.Lines(a.sections["sys"].body) {
		text := strings.TrimSuffix(string(line[:min(len(line), 4096)]), "\n")
		if text == "cut" || len(sys) > maxDevices {
			t.broken = "more devices in /sys/class/net than this tool asks for"
			break
		}
		if at, ok := strings.CutPrefix(text, "@"); ok {
			sys = append(sys, sysDevice{
				d:    hostinfo.Device{Name: string(name([]byte(at)))},
				has:  map[string]bool{},
				bond: hostinfo.Bond{MIIMon: -1, ARPInterval: -1}, bridge: hostinfo.Bridge{DefaultPVID: -1},
			})
			continue
		}
		if file, value, ok := strings.Cut(text, " "); ok && len(sys) > 0 {
			sys[len(sys)-1].file(file, value)
		}
	}
	kept := sys[:0]
	for _, x := range sys {
		if x.d.Name == "" || x.d.Index <= 0 || known[x.d.Index] {
			t.broken = fmt.Sprintf("/sys/class/net: a device has no name or ifindex of its own (%q, %d)", x.d.Name, x.d.Index)
			continue
		}
		known[x.d.Index] = true
		kept = append(kept, x)
	}
	return kept
}

// file takes in the first line of one file.
func (x *sysDevice) file(file, value string) {
	d := &x.d
	switch file {
	case "ifindex":
		d.Index = decimal(value)
	case "iflink":
		x.iflink = decimal(value)
	case "type":
		d.LinkType = rtnl.LinkType(decimal(value))
	case "flags":
		x.flags(value)
	case "mtu":
		d.MTU = decimal(value)
	case "address":
		d.MAC = rtnl.MACOf([]byte(value))
	case "operstate":
		d.OperState = rtnl.Known(value, rtnl.OperState)
	case "carrier":
		x.carrier = value
	case "master/ifindex":
		d.Master = decimal(value)
	case "devtype":
		x.devtype = value
	case "tun_flags", "has":
		if file == "has" {
			file = value
		}
		x.has[file] = len(x.has) < 16
	case "lower":
		x.lower = append(x.lower, value)
	default:
		if key, ok := strings.CutPrefix(file, "bonding/"); ok {
			x.bonding(key, value)
		} else if key, ok := strings.CutPrefix(file, "bridge/"); ok {
			x.bridging(key, value)
		} else if key, ok := strings.CutPrefix(file, "bonding_slave/"); ok {
			x.bondPort(key, value)
		}
	}
}

// flags reads what /sys shows of IFF_*: never LOWER_UP, and PROMISC and
// ALLMULTI also where only the kernel itself wants them.
func (x *sysDevice) flags(value string) {
	n, err := strconv.ParseUint(value, 0, 32)
	if err != nil {
		return
	}
	x.d.Up = hostinfo.TriOf(n&0x1 != 0)
	if n&0x100 == 0 {
		x.d.Promiscuous = hostinfo.No
	}
	if n&0x200 == 0 {
		x.d.AllMulticast = hostinfo.No
	}
}

func (x *sysDevice) bonding(key, value string) {
	word, _, _ := strings.Cut(value, " ") // "active-backup 1"
	b := &x.bond
	switch key {
	case "mode":
		b.Mode = rtnl.Known(word, rtnl.BondMode)
	case "miimon":
		b.MIIMon = number(word)
	case "arp_interval":
		b.ARPInterval = number(word)
	case "arp_validate":
		b.ARPValidate = rtnl.Known(word, rtnl.ARPValidate)
	case "active_slave":
		x.active = value
	case "fail_over_mac":
		b.FailOverMAC = rtnl.Known(word, rtnl.FailOverMAC)
	case "min_links":
		b.MinLinks = decimal(word)
	case "ad_aggregator":
		x.lacp.Aggregator = decimal(word)
		x.idle = word == "0"
	case "ad_num_ports":
		x.lacp.Ports = decimal(word)
	case "ad_partner_mac":
		x.lacp.PartnerMAC = rtnl.SpellOf([]byte(word))
	}
}

func (x *sysDevice) bondPort(key, value string) {
	p := &x.port
	switch key {
	case "state":
		p.State = rtnl.Known(strings.ToUpper(value), rtnl.PortState)
	case "mii_status":
		p.MIIStatus = miiStatus(value)
	case "perm_hwaddr":
		p.PermanentMAC = rtnl.MACOf([]byte(value))
	case "ad_aggregator_id":
		p.Aggregator = decimal(value)
	case "ad_actor_oper_port_state":
		p.ActorState = decimal(value)
	case "ad_partner_oper_port_state":
		p.PartnerState = decimal(value)
	}
}

// miiStatus is what bond_slave_link_status writes, in iproute2's words.
func miiStatus(value string) string {
	switch value {
	case "going down":
		return "GOING_DOWN"
	case "going back":
		return "GOING_BACK"
	}
	return rtnl.Known(strings.ToUpper(value), rtnl.MIIStatus)
}

// number is a decimal number, -1 if value is none.
func number(value string) int {
	n, err := strconv.ParseUint(value, 10, 31)
	if err != nil {
		return -1
	}
	return int(n)
}

// decimal is number with 0 for what is none ("N/A" outside 802.3ad).
func decimal(value string) int { return max(number(value), 0) }
