package rules

import (
	"fmt"
	"slices"
	"strings"

	"migcheck/hostinfo"
)

// The files of Red Hat's network-scripts, which NetworkManager reads too up to
// RHEL 9.
const ifcfgFile = "# /etc/sysconfig/network-scripts/ifcfg-"

// Where NetworkManager reads them it has to be told.
const ifcfgReload = "# where NetworkManager runs, then: nmcli connection reload"

// ifcfgVLAN is for names that both readers of the file take for a VLAN's.
func ifcfgVLAN(name, parent string, v *hostinfo.VLAN, _ bool) []string {
	if v.Protocol == "802.1ad" || name != fmt.Sprintf("%s.%d", parent, v.ID) && name != fmt.Sprintf("vlan%d", v.ID) {
		return nil
	}
	return []string{
		ifcfgFile + name,
		"DEVICE=" + name, "VLAN=yes", "PHYSDEV=" + parent, "ONBOOT=yes", "BOOTPROTO=none",
		ifcfgReload,
	}
}

func ifcfgBond(name string, b *hostinfo.Bond, ports []string) []string {
	lines := []string{
		ifcfgFile + name,
		"DEVICE=" + name, "TYPE=Bond", "BONDING_MASTER=yes",
		fmt.Sprintf(`BONDING_OPTS="mode=%s miimon=%d"`, b.Mode, b.MIIMon),
		"ONBOOT=yes", "BOOTPROTO=none",
	}
	for _, port := range ports {
		lines = append(lines, inFile(ifcfgFile, port), "DEVICE="+port, "MASTER="+name, "SLAVE=yes", "ONBOOT=yes", "BOOTPROTO=none")
	}
	return append(lines, ifcfgReload)
}

func ifcfgUp(name string) []string {
	return []string{inFile(ifcfgFile, name), "ONBOOT=yes", ifcfgReload}
}

func ifcfgMTU(name string, mtu int) []string {
	return []string{inFile(ifcfgFile, name), fmt.Sprintf("MTU=%d", mtu), ifcfgReload}
}

// The files of SUSE, which wicked reads.
const wickedFile = "# /etc/sysconfig/network/ifcfg-"

func wickedReload(name string) string { return "# then: wicked ifreload " + name }

func wickedVLAN(name, parent string, v *hostinfo.VLAN, _ bool) []string {
	lines := []string{
		wickedFile + name,
		"STARTMODE='auto'", "BOOTPROTO='none'",
		"ETHERDEVICE='" + parent + "'", fmt.Sprintf("VLAN_ID='%d'", v.ID),
	}
	if v.Protocol == "802.1ad" {
		lines = append(lines, "VLAN_PROTOCOL='ieee802-1ad'")
	}
	return append(lines, wickedReload(name))
}

func wickedBond(name string, b *hostinfo.Bond, ports []string) []string {
	lines := []string{
		wickedFile + name,
		"STARTMODE='auto'", "BOOTPROTO='none'", "BONDING_MASTER='yes'",
		fmt.Sprintf("BONDING_MODULE_OPTS='mode=%s miimon=%d'", b.Mode, b.MIIMon),
	}
	for i, port := range ports {
		lines = append(lines, fmt.Sprintf("BONDING_SLAVE%d='%s'", i, port))
	}
	return append(lines, wickedReload(name))
}

func wickedUp(name string) []string {
	return []string{inFile(wickedFile, name), "STARTMODE='auto'", wickedReload(name)}
}

func wickedMTU(name string, mtu int) []string {
	return []string{inFile(wickedFile, name), fmt.Sprintf("MTU='%d'", mtu), wickedReload(name)}
}

// inFile is the heading of lines for a file that is there.
func inFile(heading, name string) string { return strings.Replace(heading, "# ", "# in ", 1) + name }

// once drops a line that comes again, as the word for a reload does.
func once(lines []string, line string) []string {
	if slices.Contains(lines, line) {
		lines = slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return l == line })
		lines = append(lines, line)
	}
	return lines
}
