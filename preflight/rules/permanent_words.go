package rules

import (
	"fmt"
	"strings"

	"migcheck/hostinfo"
)

// nmProfile is NetworkManager's profile of a device, while it is active.
func nmProfile(name string) string {
	return `"$(nmcli -g GENERAL.CON-UUID device show ` + name + `)"`
}

func nmVLAN(name, parent string, v *hostinfo.VLAN, replaces bool) []string {
	protocol := ""
	if v.Protocol == "802.1ad" {
		protocol = " vlan.protocol 802.1ad"
	}
	if replaces { // the profile can be named while its device is there, before the other commands
		return []string{fmt.Sprintf("nmcli connection modify %s vlan.id %d vlan.parent %s%s", nmProfile(name), v.ID, parent, protocol)}
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

// ifupdownFile is always read; which files of interfaces.d are is for it to say.
const ifupdownFile = "# at the end of /etc/network/interfaces"

// ifupdownVLAN makes a VLAN of another name than ifupdown's own pattern by hand.
// A name with a dot that is not the pattern would be taken for it.
func ifupdownVLAN(name, parent string, v *hostinfo.VLAN, _ bool) []string {
	lines := []string{
		ifupdownFile,
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

// netplanNoAddress keeps the host from taking an address in the guests' network
// from its router: netplan's default is link-local: [ipv6].
const netplanNoAddress = "      link-local: []"

func netplanVLAN(name, parent string, v *hostinfo.VLAN, _ bool) []string {
	if v.Protocol == "802.1ad" {
		return nil
	}
	return []string{
		"# /etc/netplan/90-" + name + ".yaml, then: netplan apply",
		"network:", "  version: 2", "  vlans:", "    " + name + ":", fmt.Sprintf("      id: %d", v.ID), "      link: " + parent, netplanNoAddress,
	}
}

func netplanUp(string) []string { return nil } // it sets up what it knows

func netplanMTU(name string, mtu int) []string {
	return []string{"# in the entry of " + name + " below /etc/netplan, then: netplan apply", fmt.Sprintf("      mtu: %d", mtu)}
}
