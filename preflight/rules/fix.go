package rules

import (
	"fmt"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
	"migcheck/preflight"
)

// commands are fix commands, or none where a name in them could not be typed
// into a terminal as it is. Names must have been quoted.
func commands(lines ...string) []string {
	for _, l := range lines {
		if !shell.Quotable(l) {
			return nil
		}
	}
	return lines
}

// recreate are the commands that make the source's device anew on the
// destination: so far for a VLAN whose parent is there under its name.
func recreate(src, dst *preflight.Endpoint) []string {
	if src.View == nil || src.Device == nil || src.Device.VLAN == nil || dst.View == nil {
		return nil
	}
	below := src.Parent()
	if below == nil {
		return nil
	}
	parent := dst.View.Links.ByName(below.Name)
	if parent == nil || vlanTaken(dst, parent, src.Device.VLAN) {
		return nil
	}
	name := shell.Quote(dst.Wanted)
	var out []string
	if dst.Device != nil {
		if dst.Device.Kind != hostinfo.KindVLAN {
			return nil
		}
		out = append(out, "ip link delete dev "+name)
	}
	add := fmt.Sprintf("ip link add link %s name %s type vlan id %d", shell.Quote(parent.Name), name, src.Device.VLAN.ID)
	if proto := src.Device.VLAN.Protocol; proto != "" && proto != "802.1Q" {
		add += " protocol " + strings.ToLower(proto)
	}
	return commands(append(out, add, "ip link set dev "+name+" up")...)
}

// vlanTaken says whether another device on the parent carries that VLAN
// already: the kernel has one device for each.
func vlanTaken(dst *preflight.Endpoint, parent *hostinfo.Device, v *hostinfo.VLAN) bool {
	for _, c := range dst.View.Links.Children(parent) {
		if c != dst.Device && c.VLAN != nil && c.VLAN.ID == v.ID && c.VLAN.Protocol == v.Protocol {
			return true
		}
	}
	return false
}
