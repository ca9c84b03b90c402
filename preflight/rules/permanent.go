package rules

import (
	"fmt"
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
}

var configurations = map[string]lasting{
	"NetworkManager":   {nmVLAN, nmUp, nmMTU},
	"systemd-networkd": {networkdVLAN, networkdUp, networkdMTU},
	"ifupdown":         {ifupdownVLAN, ifupdownUp, ifupdownMTU},
}

// keepVLAN adds to a finding whose fix is recreate's how the VLAN is made to
// last on the destination.
func keepVLAN(f preflight.Finding, src, dst *preflight.Endpoint) preflight.Finding {
	if len(f.Fix) == 0 {
		return f
	}
	name, parent := dst.Wanted, dst.View.Links.ByName(src.Parent().Name).Name
	return keep(f, dst, []string{name, parent}, func(c lasting) []string {
		return c.vlan(name, parent, src.Device.VLAN, dst.Device != nil)
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
	manager := soleManager(e.View.Setup.Managers)
	c, ok := configurations[manager]
	if !ok || !slices.ContainsFunc(names, plain) || slices.ContainsFunc(names, func(n string) bool { return !plain(n) }) {
		return f
	}
	if lines := commands(say(c)...); len(lines) > 0 {
		f.Permanent, f.PermanentFor = lines, manager
	}
	return f
}

// soleManager is the network configuration that decides on a host; "" where
// several might. NetworkManager reads ifcfg files itself.
func soleManager(found []string) string {
	rest := slices.DeleteFunc(slices.Clone(found), func(m string) bool {
		return m == "ifcfg" && slices.Contains(found, "NetworkManager")
	})
	if len(rest) != 1 {
		return ""
	}
	return rest[0]
}

// plain says whether a device's name means itself in a shell, in a unit file
// and in /etc/network/interfaces, where some characters are patterns or quotes.
func plain(name string) bool {
	return name != "" && name[0] != '-' && name != "." && name != ".." && strings.IndexFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r))
	}) < 0
}

// keepOnline says how a missing device of IBM Z is brought online, now and at
// every boot, where its name tells which it is.
func keepOnline(f preflight.Finding, src, dst *preflight.Endpoint) preflight.Finding {
	if dst.View.Arch != "s390x" || src.Device == nil || src.Device.QETH == nil {
		return f
	}
	if id := busID(dst.Wanted); id != "" {
		f.Permanent, f.PermanentFor = []string{"chzdev --enable qeth " + id}, "chzdev"
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

// nmProfile is NetworkManager's profile of a device, while it is active.
func nmProfile(name string) string {
	return `"$(nmcli -g GENERAL.CON-UUID device show ` + name + `)"`
}

func nmVLAN(name, parent string, v *hostinfo.VLAN, replaces bool) []string {
	protocol := ""
	if v.Protocol == "802.1ad" {
		protocol = " vlan.protocol 802.1ad"
	}
	if replaces { // the profile can be named as long as its device is there
		return []string{
			"# before the commands above:",
			fmt.Sprintf("nmcli connection modify %s vlan.id %d vlan.parent %s%s", nmProfile(name), v.ID, parent, protocol),
		}
	}
	return []string{fmt.Sprintf("nmcli connection add type vlan con-name %s ifname %s dev %s id %d%s ipv4.method disabled ipv6.method disabled", name, name, parent, v.ID, protocol)}
}

func nmUp(name string) []string {
	return []string{
		"# PROFILE is the one for " + name + " in what nmcli connection show lists",
		"nmcli connection modify PROFILE connection.autoconnect yes",
	}
}

func nmMTU(name string, mtu int) []string {
	return []string{fmt.Sprintf("nmcli connection modify %s 802-3-ethernet.mtu %d", nmProfile(name), mtu)}
}

func networkdVLAN(name, parent string, v *hostinfo.VLAN, _ bool) []string {
	lines := []string{
		"# /etc/systemd/network/" + name + ".netdev, in the place of any other for it",
		"[NetDev]", "Name=" + name, "Kind=vlan", "[VLAN]", fmt.Sprintf("Id=%d", v.ID),
	}
	if v.Protocol == "802.1ad" {
		lines = append(lines, "Protocol=802.1ad")
	}
	return append(lines,
		"# /etc/systemd/network/"+name+".network, unless there is one for it",
		"[Match]", "Name="+name, "[Network]", "LinkLocalAddressing=no",
		"# in the .network file of "+parent,
		"[Network]", "VLAN="+name)
}

func networkdUp(name string) []string {
	return []string{"# in the .network file of " + name, "[Link]", "ActivationPolicy=up"}
}

func networkdMTU(name string, mtu int) []string {
	return []string{"# in the .network file of " + name, "[Link]", fmt.Sprintf("MTUBytes=%d", mtu)}
}

// ifupdownVLAN makes a VLAN of another name than ifupdown's own pattern by hand.
// A name with a dot that is not the pattern would be taken for it.
func ifupdownVLAN(name, parent string, v *hostinfo.VLAN, _ bool) []string {
	lines := []string{
		"# /etc/network/interfaces.d/" + strings.ReplaceAll(name, ".", "-"),
		"auto " + name, "iface " + name + " inet manual",
	}
	plainTag := v.Protocol == "802.1Q" || v.Protocol == ""
	switch {
	case plainTag && name == fmt.Sprintf("%s.%d", parent, v.ID):
		return append(lines, "    vlan-raw-device "+parent)
	case strings.Contains(name, "."):
		return nil
	}
	add := fmt.Sprintf("    pre-up ip link add link %s name %s type vlan id %d", parent, name, v.ID)
	if !plainTag {
		add += " protocol " + strings.ToLower(v.Protocol)
	}
	return append(lines, add, "    post-down ip link delete dev "+name)
}

func ifupdownUp(name string) []string {
	return []string{"# /etc/network/interfaces, before the stanza of " + name, "auto " + name}
}

func ifupdownMTU(name string, mtu int) []string {
	return []string{
		"# /etc/network/interfaces, in the stanza of " + name,
		fmt.Sprintf("    up ip link set dev %s mtu %d", name, mtu),
	}
}
