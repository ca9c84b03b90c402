package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
	"migcheck/preflight"
)

// mostAlike is how many devices are named to somebody who has to choose.
const mostAlike = 4

// lookalike is a device of the destination that carries the tags of the NIC's
// device on the source, or sends untagged as that one does.
type lookalike struct {
	dev      *hostinfo.Device
	evidence string // what speaks for its being on the same network; empty if nothing does
	but      string // why it is not proposed all the same; empty if it is
}

// lookalikes are the devices of the destination that may be on the network of
// the source's. A number of ports, a speed or a name is no evidence for it: an
// untagged device without an address has none.
func lookalikes(q *preflight.Requirement) []lookalike {
	src, dst := q.Source, q.Destination
	if src.View == nil || src.Device == nil || dst.View == nil {
		return nil
	}
	tags, sure := tagsOf(src)
	if !sure || carrierOf(src) == nil {
		return nil
	}
	var out []lookalike
	for i := range dst.View.Devices {
		d := &dst.View.Devices[i]
		if d == dst.Device || d.LinkType != "ether" || !leadsOut(d) {
			continue
		}
		e := &preflight.Endpoint{
			Side: preflight.Destination, View: dst.View, Name: dst.Name, Mode: dst.Mode,
			Wanted: d.Name, Device: d, Stack: dst.View.Links.Stack(d),
		}
		if have, alsoSure := tagsOf(e); have == tags && alsoSure && carrierOf(e) != nil {
			out = append(out, compare(src, e, tags))
		}
	}
	return out
}

// leadsOut says whether a device is of a kind that leads out of the host by
// itself, as far as its kind is known.
func leadsOut(d *hostinfo.Device) bool {
	return d.Kind == hostinfo.KindBridge || len(uplinks([]*hostinfo.Device{d})) > 0
}

// compare says what speaks for a device that has the tags of the source's.
func compare(src, e *preflight.Endpoint, tags string) lookalike {
	l := lookalike{dev: e.Device, but: unusable(e)}
	here, there := subnets(src.Device, e.Device)
	switch over, want := carrierOf(e), carrierOf(src); {
	case tags == "untagged" && here == "":
		return l
	case tags == "untagged":
		l.evidence = fmt.Sprintf("%s is untagged, as %s is on %s", e.Device.Name, src.Wanted, src.Name)
	case e.Device.Kind != src.Device.Kind:
		l.evidence = fmt.Sprintf("the %s %s %s %s", kindWord(e.Device), e.Device.Name, leads(e.Device), tags)
		l.but = cmp.Or(l.but, fmt.Sprintf("%s on %s is a %s", src.Wanted, src.Name, kindWord(src.Device)))
	default:
		l.evidence = fmt.Sprintf("%s %s %s over a %s, as %s does on %s", e.Device.Name, leads(e.Device), tags, kindWord(over), src.Wanted, src.Name)
		if over.Kind != want.Kind {
			l.evidence += " over a " + kindWord(want)
			l.but = cmp.Or(l.but, "that is another kind of parent")
		}
	}
	if here != "" && unusable(e) == "" {
		l.but = "" // what is one IP network may be built of anything
	}
	if p := lacpPartner(src); p != "" && p == lacpPartner(e) {
		l.evidence += "; both bonds agreed LACP with " + p
	}
	if here != "" {
		l.evidence += fmt.Sprintf("; it has the address %s, and the one on %s has %s", there, src.Name, here)
	}
	return l
}

// leads is what a device does with the VLAN that it leads to.
func leads(d *hostinfo.Device) string {
	if d.Kind == hostinfo.KindVLAN || d.IsTunnel() {
		return "carries"
	}
	return "leads to"
}

// carrierOf is the device below all VLANs of an endpoint, or of a bridge's
// uplink; nil if that is not to be seen.
func carrierOf(e *preflight.Endpoint) *hostinfo.Device {
	d := e.Device
	if d.Kind == hostinfo.KindBridge {
		if up := uplinks(e.View.Links.Ports(d)); len(up) > 0 {
			d = up[0]
		}
	}
	for range e.View.Devices {
		if d == nil || d.VLAN == nil {
			return d
		}
		d = e.View.Links.Parent(d)
	}
	return nil
}

// lacpPartner is the LACP partner of the bond that a device stands on; empty if
// there is none, or none that answered.
func lacpPartner(e *preflight.Endpoint) string {
	b := carrierOf(e).Bond
	if b == nil || b.LACP == nil || strings.Trim(b.LACP.PartnerMAC, "0:") == "" {
		return ""
	}
	return b.LACP.PartnerMAC
}

// unusable says why a guest's macvtap would not work on a device, or why
// nobody can say that it would; empty if nothing speaks against it.
func unusable(e *preflight.Endpoint) string {
	d, links := e.Device, e.View.Links
	if d.Up == hostinfo.No {
		return "it is down"
	}
	if master := links.ByIndex(d.Master); d.Master != 0 && masterKind(d, master) != "vrf" {
		return "it is a port of " + nameOf(master)
	}
	for _, c := range links.Children(d) {
		switch {
		case slices.Contains(takesParent, c.Kind):
			return "the " + c.Kind + " " + c.Name + " takes its frames"
		case c.IsMacvlan() && (e.Mode == "passthrough" || c.Macvlan == nil || c.Macvlan.Mode == "passthru"):
			return "the " + c.Kind + " " + c.Name + " holds it"
		}
	}
	for _, layer := range e.Stack {
		if !layer.Up.Known() || layer.Up == hostinfo.Yes && !layer.LowerUp.Known() {
			return "the state of " + layer.Name + " is not known"
		}
	}
	why := deadLayer(e).why
	return why
}

// suggest are the devices that are proposed for a NIC that names its device,
// and what to say of the others.
func suggest(q *preflight.Requirement) (fit []preflight.Suggestion, advice string) {
	e := q.Destination
	if e.NetworkName != "" {
		return nil, ""
	}
	var rest, mute []string
	for _, l := range lookalikes(q) {
		switch to := mapTo(e.Name, q.NIC.Dev, l.dev.Name); {
		case l.evidence == "" && l.but == "" && l.dev.Kind == q.Source.Device.Kind:
			mute = append(mute, l.dev.Name)
		case l.evidence == "":
		case l.but != "" || to == "":
			rest = append(rest, l.evidence+butWord(l.but))
		case l.dev.Called(q.NIC.Dev):
			return nil, hint("%s has %s itself, on that network as far as can be seen: leave it out of the map", e.Name, q.NIC.Dev)
		default:
			fit = append(fit, preflight.Suggestion{Map: to, Evidence: l.evidence})
		}
	}
	switch {
	case len(fit) > mostAlike:
		advice = fmt.Sprintf("%d more devices of %s fit as well", len(fit)-mostAlike, e.Name)
		fit = fit[:mostAlike]
	case len(fit) == 0 && len(rest) > 0:
		advice = "look at what " + e.Name + " has: " + several(rest, "; ")
	case len(fit) == 0 && len(mute) > 0:
		advice = e.Name + " has " + several(mute, ", ") + ", untagged as well; to which network can't be seen"
	}
	return fit, advice
}

func butWord(why string) string {
	if why == "" {
		return ""
	}
	return ", but " + why
}

// several is a list that ends before it gets long.
func several(words []string, between string) string {
	if n := len(words) - mostAlike; n > 0 {
		words = append(words[:mostAlike:mostAlike], fmt.Sprintf("and %d more", n))
	}
	return strings.Join(words, between)
}

// mapTo is the value of a --map; empty where it could not be typed, or would be
// read as something else.
func mapTo(host, from, to string) string {
	for _, name := range []string{host, from, to} {
		if !shell.Quotable(name) {
			return ""
		}
	}
	if strings.ContainsRune(host+from, '=') {
		return ""
	}
	return host + ":" + from + "=" + to
}
