package rules

import (
	"fmt"
	"slices"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// bridgedTags are all VLAN tags that untagged frames have where they leave the
// host by the switch, which they come into by that port, and whether that is
// sure. "" is a layer that could not be read.
func (c crossed) bridgedTags(e *preflight.Endpoint, sw *hostinfo.Device, port *hostinfo.BridgePort) (tags string, sure bool) {
	at := crossing{sw, -1}
	if port != nil {
		at.vlan = port.PVID()
	}
	b, met := c[at]
	if !met {
		c[at] = behind{} // while it is being looked at
		b.tags, b.sure = c.uplinkTags(e, sw, port)
		c[at] = b
	}
	return b.tags, b.sure
}

// uplinkTags looks behind each uplink.
func (c crossed) uplinkTags(e *preflight.Endpoint, sw *hostinfo.Device, port *hostinfo.BridgePort) (tags string, sure bool) {
	var all []string
	ways, certain := ownUplinks(e, sw)
	for _, up := range ways {
		own := ""
		if port != nil {
			switch m, out := memberOf(up, port.PVID()); {
			case !out:
				continue
			case m != nil && !m.Untagged, sw.Kind == hostinfo.KindOpenVSwitch:
				own = fmt.Sprintf("VLAN %d", port.PVID())
			}
		}
		below, known := c.tagsOf(&preflight.Endpoint{View: e.View, Device: up})
		if !known {
			return below, false
		}
		if t := joinTags(own, below); !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	if len(all) == 0 {
		return "no uplink", false
	}
	slices.Sort(all)
	return strings.Join(all, " or "), certain && len(all) == 1
}

// ownUplinks are the live uplinks that are the switch's for certain; else, and
// not certain, those that may be.
func ownUplinks(e *preflight.Endpoint, sw *hostinfo.Device) (up []*hostinfo.Device, certain bool) {
	live := liveUplinks(e, sw)
	own := slices.DeleteFunc(slices.Clone(live), func(up *hostinfo.Device) bool { return !e.View.Links.Has(sw, up) })
	if len(own) == 0 {
		return live, false
	}
	return own, true
}

// liveUplinks are the switch's uplinks that carry something now; all of them where
// none does.
func liveUplinks(e *preflight.Endpoint, sw *hostinfo.Device) []*hostinfo.Device {
	all := e.View.Links.Uplinks(sw)
	live := slices.DeleteFunc(slices.Clone(all), func(up *hostinfo.Device) bool {
		_, why := deadUplink(e, up)
		return why != ""
	})
	if len(live) == 0 {
		return all
	}
	return live
}

// joinTags is a tag within those of the device below.
func joinTags(own, below string) string {
	switch {
	case own == "":
		return below
	case below == "untagged":
		return own
	}
	return own + " in " + below
}

// memberOf is an uplink's membership of a VLAN, and whether frames of it can
// leave there; that membership is nil where it could not be read.
func memberOf(up *hostinfo.Device, vlan int) (m *hostinfo.VLANRange, out bool) {
	if up.BridgePort == nil {
		return nil, true
	}
	m = up.BridgePort.Member(vlan)
	return m, m != nil
}

// bridgedMismatch compares where a NIC's frames leave its hosts, by a bridge on
// one of them at least.
func bridgedMismatch(p *preflight.Pass) {
	src, dst := p.Req.Source, p.Req.Destination
	a, sure := tagsOf(src)
	b, alsoSure := tagsOf(dst)
	f := preflight.Finding{
		SourceValue: a, DestinationValue: b,
		Hint: "look at both, and if they lead to one network, --allow vlan-mismatch",
	}
	switch {
	case a == "no uplink" || b == "no uplink": // bridge-uplink-down
	case a == "" || b == "":
		f.Reason = fmt.Sprintf("which VLAN the guest's frames have behind %s on %s and %s on %s could not be read", src.Wanted, src.Name, dst.Wanted, dst.Name)
		p.Undecided(f)
	case a == b:
	case !sure || !alsoSure:
		f.Reason = fmt.Sprintf("the guest's frames leave %s by %s as %s, and %s by %s as %s; whether that is one network can't be told", src.Name, src.Wanted, a, dst.Name, dst.Wanted, b)
		p.Undecided(f)
	default:
		f.Reason = fmt.Sprintf("the guest's frames leave %s by %s as %s, and %s by %s as %s: the guest would arrive on another network, and libvirt would call it a success", src.Name, src.Wanted, a, dst.Name, dst.Wanted, b)
		f.Hint = hint("give %s on %s an uplink that leads to the same network; if the switch takes care of it, --allow vlan-mismatch", dst.Wanted, dst.Name)
		p.Report(f)
	}
}

// deadUplink says why an uplink carries nothing; "" if it does.
func deadUplink(e *preflight.Endpoint, up *hostinfo.Device) (*hostinfo.Device, string) {
	below := &preflight.Endpoint{View: e.View, Name: e.Name, Device: e.Device}
	w := layerWalk{below, map[*hostinfo.Device]layerState{}}
	if s := w.look(up); s.why != "" {
		return s.at, s.why
	}
	for _, d := range e.View.Links.Stack(up) {
		if d.Bond != nil && d.Up == hostinfo.Yes {
			if why := noActive(e, d); why != "" {
				return d, d.Name + " " + why
			}
		}
	}
	return nil, ""
}
