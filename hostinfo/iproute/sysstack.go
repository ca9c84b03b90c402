package iproute

import (
	"bytes"
	"slices"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/rtnl"
)

// vlanEntry is one line of /proc/net/vlan/config.
type vlanEntry struct {
	id     int
	parent string
}

// readVLANs reads /proc/net/vlan/config, which only root can: "%-15s| %d  | %s".
func readVLANs(b []byte) map[string]vlanEntry {
	vlans := map[string]vlanEntry{}
	for line := range bytes.Lines(b) {
		if len(line) < 17 || line[15] != '|' || len(vlans) > maxDevices {
			continue
		}
		words := strings.Fields(string(line[16:min(len(line), 100)]))
		if len(words) != 3 || words[1] != "|" {
			continue
		}
		if id := number(words[0]); id >= 0 && id < 4096 {
			vlans[strings.TrimRight(string(line[:15]), " ")] = vlanEntry{id: id, parent: words[2]}
		}
	}
	return vlans
}

// settle works out kind, details and stack from the files of one device, its
// VLAN entry (or none), the ifindexes of all names, and whether this kernel
// links devices to those below them.
func (x *sysDevice) settle(v vlanEntry, index map[string]int, stacks bool) {
	d := &x.d
	d.Kind = x.kind(v)
	switch {
	case x.has["brport"]:
		d.SlaveKind = hostinfo.KindBridge
	case x.has["bonding_slave"]:
		d.SlaveKind = hostinfo.KindBond
		d.BondPort = &x.port
	}
	if d.Up == hostinfo.Yes && x.carrier != "" {
		d.LowerUp = hostinfo.TriOf(x.carrier == "1")
	}
	switch d.Kind {
	case hostinfo.KindBridge:
		if x.plain && x.bridge.VLANFiltering == hostinfo.Unknown {
			x.bridge.VLANFiltering = hostinfo.No // a kernel without CONFIG_BRIDGE_VLAN_FILTERING has no such file
		}
		if x.bridge != (hostinfo.Bridge{DefaultPVID: -1}) {
			d.Bridge = &x.bridge
		}
	case hostinfo.KindBond:
		d.Bond = &x.bond
		d.Bond.ActiveSlave = index[x.active]
		switch {
		case d.Bond.Mode != "802.3ad":
		case x.lacp.PartnerMAC != "":
			d.Bond.LACP = &x.lacp
		case x.idle:
			d.Bond.LACP = rtnl.NoLACP()
		}
	case hostinfo.KindVLAN:
		if v.parent != "" {
			d.VLAN = &hostinfo.VLAN{ID: v.id}
		}
	}
	x.stack(v, index, stacks)
}

// stack finds the parent. An iflink alone may count in another namespace: the
// lower_* link or the VLAN's own entry must agree.
func (x *sysDevice) stack(v vlanEntry, index map[string]int, stacks bool) {
	d := &x.d
	if x.iflink == 0 || x.iflink == d.Index {
		return
	}
	here := index[v.parent] == x.iflink
	if slices.ContainsFunc(x.lower, func(name string) bool { return index[name] == x.iflink }) {
		here = true
	}
	switch {
	case here:
		d.Parent = x.iflink
	case stacks && (d.Kind == hostinfo.KindVLAN || d.IsMacvlan()):
		d.Parent, d.ParentElsewhere = x.iflink, true
	default:
		x.adrift = true
	}
}

// kind guesses IFLA_INFO_KIND from what only that kind has in /sys.
func (x *sysDevice) kind(v vlanEntry) string {
	switch {
	case x.has["bonding"]:
		return hostinfo.KindBond
	case x.has["bridge"]:
		return hostinfo.KindBridge
	case x.has["macvtap"]:
		return hostinfo.KindMacvtap
	case x.has["tun_flags"]:
		return hostinfo.KindTun
	case v.parent != "":
		return hostinfo.KindVLAN
	case x.has["device"], x.d.LinkType == "loopback":
		return hostinfo.KindHardware
	}
	switch x.devtype { // where the driver calls it as rtnetlink does
	case "vlan", "bridge", "bond", "vxlan", "geneve", "macsec", "wireguard", "hsr":
		return x.devtype
	}
	return hostinfo.KindUnknown
}

// sysGaps notes what /sys did not say of one device.
func (t *table) sysGaps(a *answer, x *sysDevice, said string) {
	d := &x.d
	switch {
	case d.Kind == hostinfo.KindUnknown:
		t.gap(hostinfo.FactDetails, d.Name, "/sys does not show its kind; "+said)
	case d.Kind == hostinfo.KindBridge && d.Bridge == nil:
		t.gap(hostinfo.FactDetails, d.Name, "/sys does not show whether it filters by VLAN; "+said)
	case d.Kind == hostinfo.KindVLAN && d.VLAN == nil:
		t.gap(hostinfo.FactDetails, d.Name, a.why("vlan", "cat /proc/net/vlan/config")+"; "+said)
	case d.IsMacvlan():
		t.gap(hostinfo.FactDetails, d.Name, "/sys does not show its mode; "+said)
	case d.IsTunnel():
		t.gap(hostinfo.FactDetails, d.Name, "/sys does not show its VNI; "+said)
	case x.adrift:
		t.gap(hostinfo.FactDetails, d.Name, "/sys does not show whether the device below it is in this network namespace; "+said)
	case d.Bond != nil && d.Bond.Mode == "802.3ad" && d.Bond.LACP == nil:
		t.gap(hostinfo.FactLACP, d.Name, "/sys shows the partner to root only; "+said)
	}
}
