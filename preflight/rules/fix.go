package rules

import (
	"fmt"
	"slices"
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

// hint is advice that holds commands with names in them, quoted. Where a name
// could not be typed into a terminal it says that instead. The format has a %s
// for each name.
func hint(format string, names ...string) string {
	quoted := make([]any, len(names))
	for i, n := range names {
		if !shell.Quotable(n) {
			return "a name in the command that helps can't be typed into a terminal; rename that first"
		}
		quoted[i] = shell.Quote(n)
	}
	return fmt.Sprintf(format, quoted...)
}

// recreate are the commands that make the source's device anew on the
// destination: so far for a VLAN whose parent is there under its name.
func recreate(src, dst *preflight.Endpoint) []string {
	if src.View == nil || src.Device == nil || src.Device.VLAN == nil || dst.View == nil || len(dst.Wanted) > maxName {
		return nil
	}
	if dst.NetworkName != "" && src.Wanted != dst.Wanted {
		return nil // what the network there means by the name is not known here
	}
	below := src.Parent()
	if below == nil {
		return nil
	}
	parent := dst.View.Links.ByName(below.Name)
	if parent == nil || vlanTaken(dst, parent, src.Device.VLAN) || !sameTags(src, below, dst, parent) {
		return nil
	}
	name := shell.Quote(dst.Wanted)
	out := setUp(downBelow(dst, parent))
	if dst.Device != nil {
		if dst.Device.Kind != hostinfo.KindVLAN || dst.Device.Name != dst.Wanted || inUse(dst, dst.Device) {
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

// inUse says whether taking the device away may take something else along: what
// stands on it, in whatever network namespace, or the host's own addresses.
func inUse(e *preflight.Endpoint, d *hostinfo.Device) bool {
	for _, f := range []hostinfo.Fact{hostinfo.FactAddresses, hostinfo.FactForwarding} {
		if e.View.Missing(f, d.Name) != nil {
			return true
		}
	}
	return d.Master != 0 || len(d.Held) > 0 || len(d.Addresses) > 0 || len(e.View.Links.Children(d)) > 0 || len(onElsewhere(e, d)) > 0
}

// sameTags says whether two devices of two hosts lead to the same VLAN, as far as
// is known; a name alone does not say so.
func sameTags(src *preflight.Endpoint, a *hostinfo.Device, dst *preflight.Endpoint, b *hostinfo.Device) bool {
	here, _ := tagsOf(&preflight.Endpoint{View: src.View, Device: a})
	there, _ := tagsOf(&preflight.Endpoint{View: dst.View, Device: b})
	return here != "" && here == there
}

// both says of a pair's devices what each is: once by name where both have one.
func both(src, dst *preflight.Endpoint, a, b string) string {
	if src.Wanted == dst.Wanted {
		return fmt.Sprintf("%s is %s on %s and %s on %s", dst.Wanted, a, src.Name, b, dst.Name)
	}
	return fmt.Sprintf("%s is %s on %s, and %s is %s on %s", src.Wanted, a, src.Name, dst.Wanted, b, dst.Name)
}

// kindWord is a device's kind for people.
func kindWord(d *hostinfo.Device) string {
	switch d.Kind {
	case hostinfo.KindUnknown:
		return "device of unknown kind"
	case hostinfo.KindHardware:
		return "NIC"
	case hostinfo.KindVLAN:
		return "VLAN"
	}
	return d.Kind
}

// vlanTaken says whether another device on the parent may carry that VLAN already:
// the kernel has one device for each, in whatever network namespace.
func vlanTaken(dst *preflight.Endpoint, parent *hostinfo.Device, v *hostinfo.VLAN) bool {
	others := dst.View.Links.Children(parent)
	for _, s := range onElsewhere(dst, parent) {
		others = append(slices.Clip(others), s.Device)
	}
	return slices.ContainsFunc(others, func(c *hostinfo.Device) bool {
		switch {
		case c == dst.Device:
			return false
		case c.VLAN == nil:
			return c.Kind == hostinfo.KindVLAN || c.Kind == hostinfo.KindUnknown
		}
		return c.VLAN.ID == v.ID && c.VLAN.Protocol == v.Protocol
	})
}
