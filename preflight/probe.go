package preflight

import (
	"fmt"
	"slices"

	"migcheck/hostinfo"
)

// GuestMTU is the most that the guest can use on the source: what its definition
// says, else its macvtap's or tap's MTU, else its device's; 0 if that is not known.
func (q *Requirement) GuestMTU() int {
	switch {
	case q.NIC.MTU > 0:
		return q.NIC.MTU
	case q.Source.Macvtap != nil && q.Source.Macvtap.MTU > 0:
		return q.Source.Macvtap.MTU
	case q.Source.Tap != nil && q.Source.Tap.MTU > 0:
		return q.Source.Tap.MTU
	case q.Source.Device == nil:
		return 0
	}
	return q.Source.Device.MTU
}

// Deaf says why frames to the device do not reach whoever listens on it; empty if
// nothing that was seen is in the way.
func (e *Endpoint) Deaf() string {
	d := e.Device
	if master := e.View.Links.ByIndex(d.Master); master != nil && master.Kind != "vrf" {
		return fmt.Sprintf("%s is a port of %s, which takes its frames", d.Name, master.Name)
	}
	for _, c := range e.View.Links.Children(d) {
		if c.IsMacvlan() && c.Macvlan != nil && c.Macvlan.Mode == "passthru" {
			return fmt.Sprintf("%s stands on %s in mode passthrough and takes every frame that comes there", c.Name, d.Name)
		}
	}
	return ""
}

// Probed is what came of sending frames between the NIC's devices; nil if that
// was not tried.
func (p *Plan) Probed(q *Requirement) *hostinfo.Probe {
	if q.Source.Device == nil || q.Destination.Device == nil {
		return nil
	}
	i := slices.IndexFunc(p.Probes, func(o hostinfo.Probe) bool {
		return o.From == q.Source.Name && o.To == q.Destination.Name &&
			o.FromDevice == q.Source.Device.Name && o.ToDevice == q.Destination.Device.Name
	})
	if i < 0 {
		return nil
	}
	return &p.Probes[i]
}

// SegmentOf is what was seen of the network that a NIC's device leads to; nil if
// nobody looked.
func (p *Plan) SegmentOf(e *Endpoint) *hostinfo.Segment {
	if e.Device == nil {
		return nil
	}
	i := slices.IndexFunc(p.Segments, func(o hostinfo.Segment) bool { return o.Host == e.Name && o.Device == e.Device.Name })
	if i < 0 {
		return nil
	}
	return &p.Segments[i]
}

// knowNetwork says whether it is known what frames, or what was seen, say of the
// network that a device leads to.
func (p *Plan) knowNetwork(f Fact, end *Endpoint, req *Requirement) (*Endpoint, knowledge, string) {
	if req.Source.Device == nil || req.Destination.Device == nil {
		return end, inapplicable, "" // what is missing is said by those who miss it
	}
	if f == Segment {
		switch s := p.SegmentOf(end); {
		case p.Segments == nil:
			return end, inapplicable, ""
		case s == nil:
			return end, missing, "nobody looked which network " + end.Device.Name + " leads to"
		case s.Unseen != "":
			return end, missing, s.Unseen
		}
		return end, known, ""
	}
	switch r := p.Probed(req); {
	case p.Probes == nil:
		return end, inapplicable, ""
	case r == nil:
		return end, missing, "no frame was sent between the devices"
	case r.Undecided != "" && r.Host == req.Source.Name:
		return req.Source, missing, r.Undecided
	case r.Undecided != "":
		return req.Destination, missing, r.Undecided
	}
	return end, known, ""
}
