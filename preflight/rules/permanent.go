package rules

import (
	"slices"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// lasting is how one network configuration is told what a fix does until the
// next boot: commands to type, and lines of files below a heading that begins
// with #. Nil where that can't be said in general.
type lasting struct {
	vlan func(name, parent string, v *hostinfo.VLAN, replaces bool) []string
	up   func(name string) []string
	mtu  func(name string, mtu int) []string
	bond func(name string, b *hostinfo.Bond, ports []string) []string
}

var configurations = map[string]lasting{
	"NetworkManager":   {nmVLAN, nmUp, nmMTU, nmBond},
	"systemd-networkd": {networkdVLAN, networkdUp, networkdMTU, networkdBond},
	"ifupdown":         {ifupdownVLAN, ifupdownUp, ifupdownMTU, ifupdownBond},
	"netplan":          {netplanVLAN, netplanUp, netplanMTU, netplanBond},
	"ifcfg":            {ifcfgVLAN, ifcfgUp, ifcfgMTU, ifcfgBond},
	"wicked":           {wickedVLAN, wickedUp, wickedMTU, wickedBond},
}

// keepVLAN adds to a finding whose fix is recreate's how the VLAN is made to
// last on the destination.
func keepVLAN(f preflight.Finding, src, dst *preflight.Endpoint) preflight.Finding {
	if len(f.Fix) == 0 {
		return f
	}
	parent := dst.View.Links.ByName(src.Parent().Name)
	if !linkable(dst.View, parent.Name) {
		return f
	}
	names := []string{parent.Name, dst.Wanted}
	down := downBelow(dst, parent)
	for _, d := range down {
		names = append(names, d.Name)
	}
	return keep(f, dst, names, func(c lasting) (lines []string) {
		for _, d := range down {
			lines = append(lines, c.up(d.Name)...)
		}
		return append(lines, c.vlan(dst.Wanted, parent.Name, src.Device.VLAN, dst.Device != nil)...)
	})
}

// keepUp adds how devices that the fix sets up stay so.
func keepUp(f preflight.Finding, e *preflight.Endpoint, devices []*hostinfo.Device) preflight.Finding {
	return keepEach(f, e, devices, func(c lasting, name string) []string { return c.up(name) })
}

// keepMTU adds how devices whose MTU the fix raises keep it.
func keepMTU(f preflight.Finding, e *preflight.Endpoint, mtu int) preflight.Finding {
	return keepEach(f, e, tooLow(e, mtu), func(c lasting, name string) []string { return c.mtu(name, mtu) })
}

func keepEach(f preflight.Finding, e *preflight.Endpoint, devices []*hostinfo.Device, say func(lasting, string) []string) preflight.Finding {
	if len(f.Fix) == 0 {
		return f
	}
	var names []string
	for _, d := range devices {
		names = append(names, d.Name)
	}
	return keep(f, e, names, func(c lasting) (lines []string) {
		for _, name := range names {
			lines = append(lines, say(c, name)...)
		}
		return lines
	})
}

// keep says it in the words of the one configuration that the host has, if all
// names can stand in its files as they are.
func keep(f preflight.Finding, e *preflight.Endpoint, names []string, say func(lasting) []string) preflight.Finding {
	manager := soleManager(e.View)
	c, ok := configurations[manager]
	if !ok || len(names) == 0 || slices.ContainsFunc(names, func(n string) bool { return !plain(n) }) {
		return f
	}
	if lines := commands(once(say(c), ifcfgReload)...); len(lines) > 0 {
		f.Permanent, f.PermanentFor = lines, manager
	}
	return f
}

// soleManager is the network configuration that decides on a host; "" where
// several might, or where not all could be read.
func soleManager(v *preflight.View) string {
	found := v.Setup.Managers
	if v.Missing(hostinfo.FactConfigured, "") != nil {
		return ""
	}
	rest := slices.DeleteFunc(slices.Clone(found), func(m string) bool {
		switch m {
		case "ifcfg": // files that NetworkManager reads
			return slices.Contains(found, "NetworkManager")
		case "systemd-networkd", "NetworkManager": // whose files netplan writes
			return slices.Contains(found, "netplan")
		}
		return false
	})
	if len(rest) != 1 {
		return ""
	}
	return rest[0]
}

// linkable says whether a file may name the device as that below a VLAN. netplan
// refuses all of its files, at boot too, if one names a link that none defines.
func linkable(v *preflight.View, name string) bool {
	return soleManager(v) != "netplan" || slices.Contains(v.Setup.Configured, name)
}

// plain says whether a device's name means itself in a shell, in a unit file
// and in /etc/network/interfaces, where some characters are patterns or quotes.
func plain(name string) bool {
	return name != "" && name[0] != '-' && name != "." && name != ".." && strings.IndexFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r))
	}) < 0
}

// keepOnline says how missing devices of IBM Z are brought online, now and at
// every boot, where their names tell which they are: the NIC's own, or those that
// its VLAN or bond stands on.
func keepOnline(f preflight.Finding, src, dst *preflight.Endpoint) preflight.Finding {
	if dst.View.Arch != "s390x" {
		return f
	}
	var lines []string
	for _, d := range src.Stack {
		name := d.Name
		if d == src.Device {
			name = dst.Wanted
		}
		if id := busID(name); id != "" && d.QETH != nil && dst.View.Links.ByName(name) == nil {
			lines = append(lines, "chzdev --enable qeth "+id)
		}
	}
	if len(lines) > 0 {
		f.Permanent, f.PermanentFor = lines, "chzdev"
	}
	return f
}

// busID is what udev made the name of a qeth device from: enc1000 or
// enccw0.0.1000 is 0.0.1000. "" for other names.
func busID(name string) string {
	if id, ok := strings.CutPrefix(name, "enccw"); ok && len(id) == 8 && isHex(strings.ReplaceAll(id, ".", "")) && id[1] == '.' && id[3] == '.' {
		return id
	}
	id, ok := strings.CutPrefix(name, "enc")
	if !ok || id == "" || len(id) > 4 || !isHex(id) {
		return ""
	}
	return "0.0." + strings.Repeat("0", 4-len(id)) + id
}

func isHex(s string) bool {
	return strings.Trim(s, "0123456789abcdef") == ""
}
