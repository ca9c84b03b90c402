package rules

import (
	"cmp"
	"fmt"
	"slices"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
	"migcheck/preflight"
)

// ethernetMTU is what every guest may take for granted.
const ethernetMTU = 1500

// MTULowerThanGuest meets destinations that drop the guest's large frames.
var MTULowerThanGuest = &preflight.Rule{
	ID:       "mtu-lower-than-guest",
	Level:    preflight.Warning,
	Phase:    preflight.Silent,
	Scope:    preflight.PerPair,
	About:    preflight.OnAnything,
	CausedBy: []string{"bridge-missing", "ovs-bridge-missing", "bridge-uplink-down", "lowerdev-not-ethernet", "mtu-xml-exceeds-lowerdev"},
	Needs: append(preflight.Essential(preflight.Source, preflight.Device, preflight.MTU),
		preflight.Essential(preflight.Destination, preflight.Device, preflight.MTU)...),
	Doc: `the destination's device takes smaller frames than the guest sends
The guest keeps its MTU when it moves. Frames larger than the destination's
device takes are dropped without a word: ping works, large transfers hang. What
the guest really uses can't be seen from outside; its macvtap's MTU on the source
is the most it can use there. Where the lowest layer takes less than 1500 the
guest is blocked (a bridge drops what is larger than the uplink that it would leave
by), otherwise warned: a VLAN that is narrower than its NICs was
seen to let full frames pass.`,
	Value: func(e *preflight.Endpoint) string { return fmt.Sprintf("mtu %d", takes(e).MTU) },
	Check: func(p *preflight.Pass) {
		src, dst := p.Req.Source, p.Req.Destination
		uses := p.Req.GuestMTU()
		d := takes(dst)
		if d.MTU >= uses {
			return
		}
		f := preflight.Finding{
			SourceValue: fmt.Sprintf("mtu %d", uses),
			Reason:      fmt.Sprintf("the guest may send frames of %d bytes on %s, and %s on %s takes %d", uses, src.Name, d.Name, dst.Name, d.MTU),
			Fix:         raiseMTU(dst, uses),
		}
		if narrowest(dst) < ethernetMTU {
			f.Level = preflight.Blocked
		}
		if d := limit(dst, uses); d != nil {
			f.Hint = fmt.Sprintf("%s takes at most %d; lower the MTU in the guest", d.Name, d.MaxMTU)
		}
		p.Report(keepMTU(f, dst, uses))
	},
}

// takes is the device whose MTU the guest's frames must fit: its own, or of a
// bridge the widest of its uplinks, where that is narrower than the bridge.
func takes(e *preflight.Endpoint) *hostinfo.Device {
	if !e.Bridged && !isSwitch(e.Device) {
		return e.Device
	}
	var widest *hostinfo.Device
	for _, up := range e.View.Links.Uplinks(e.Device) {
		if up.MTU > 0 && (widest == nil || up.MTU > widest.MTU) {
			widest = up
		}
	}
	if widest == nil || e.Device.Kind != hostinfo.KindOpenVSwitch && e.Device.MTU > 0 && e.Device.MTU < widest.MTU {
		return e.Device
	}
	return widest
}

func isSwitch(d *hostinfo.Device) bool {
	return d.Kind == hostinfo.KindBridge || d.Kind == hostinfo.KindOpenVSwitch
}

// layers are the device and all below it that the guest's frames pass: of a bridge
// its uplinks, also where a macvtap stands on it.
func layers(e *preflight.Endpoint) []*hostinfo.Device {
	if e.Bridged || !isSwitch(e.Device) {
		return e.Stack
	}
	all := slices.Clone(e.Stack)
	for _, up := range e.View.Links.Uplinks(e.Device) {
		for _, d := range e.View.Links.Stack(up) {
			if !slices.Contains(all, d) {
				all = append(all, d)
			}
		}
	}
	return all
}

// narrowest is the MTU of the lowest layers, which is what their drivers receive
// by: the kernel passes frames of a macvtap through a VLAN or bond without
// looking at theirs (full frames crossed a VLAN of 1400 bytes on NICs of 1500). A
// bridge looks at its ports' and not at its own (is_skb_forwardable).
func narrowest(e *preflight.Endpoint) int {
	mtu, widest := 0, takes(e)
	for _, d := range layers(e) {
		port := d == widest && d != e.Device
		if (len(e.View.Links.Below(d)) == 0 || port) && d.MTU > 0 && (mtu == 0 || d.MTU < mtu) {
			mtu = d.MTU
		}
	}
	return cmp.Or(mtu, e.Device.MTU)
}

// raiseMTU are the commands that raise the MTU of every layer that is too low,
// the lowest first; none where one of them can't take as much. A bond sets its
// ports' by itself.
func raiseMTU(e *preflight.Endpoint, mtu int) []string {
	if limit(e, mtu) != nil {
		return nil
	}
	var lines []string
	for _, d := range tooLow(e, mtu) {
		lines = append(lines, fmt.Sprintf("ip link set dev %s mtu %d", shell.Quote(d.Name), mtu))
	}
	return commands(lines...)
}

// limit is a layer whose driver never takes as much; nil if none is known.
func limit(e *preflight.Endpoint, mtu int) *hostinfo.Device {
	for _, d := range layers(e) {
		if d.MaxMTU > 0 && d.MaxMTU < mtu {
			return d
		}
	}
	return nil
}

func tooLow(e *preflight.Endpoint, mtu int) []*hostinfo.Device {
	var low []*hostinfo.Device
	for _, d := range layers(e) {
		if d.MTU < mtu && d.SlaveKind != hostinfo.KindBond && d.SlaveKind != hostinfo.KindTeam {
			low = append([]*hostinfo.Device{d}, low...)
		}
	}
	return low
}
