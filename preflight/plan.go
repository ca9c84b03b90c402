package preflight

import (
	"fmt"
	"time"

	"migcheck/hostinfo"
)

// Plan is the whole input of judging: one guest, two hosts, and what was asked
// for. It holds no handle to the world, so that printing it is a bug report.
type Plan struct {
	Guest *hostinfo.Guest // never nil
	From  *View           // nil: nothing was learned of the source
	To    *View           // nil: nothing was learned of the destination
	// DestinationOnly is set where the destination judges by itself, as its hook
	// does while libvirt waits: nobody can be asked about the source, nor libvirt
	// about anything. Rules that need either do not apply then.
	DestinationOnly bool
	// Map gives devices another name on the destination: a NIC that names KEY
	// needs the device VALUE there.
	Map map[string]string
	// MapMode is the macvtap mode of mapped NICs there; empty: as on the source.
	MapMode string
	// Migration is what is to be done, if it is more than judging.
	Migration *Migration
	// Arrival is what a look after the migration showed; nil before it. With it
	// the rules of phase After are asked, and only they.
	Arrival *Arrival
	// Probes are what came of sending frames between the NICs' devices, and
	// Segments what else was seen of the networks that they lead to. Both are nil
	// where nobody asked for it.
	Probes   []hostinfo.Probe
	Segments []hostinfo.Segment
	// Trials are what came of making macvtaps for a moment; nil where nobody asked
	// for it.
	Trials []hostinfo.Trial
	// Rest is what was asked beyond the guest's network; nil where nobody did.
	Rest *Rest
	// Waivers are the findings that somebody decided to live with.
	Waivers []Waiver
	// Now is the time of judging, for waivers that end.
	Now time.Time
}

// View is one host with its devices indexed, shared by all plans about it.
type View struct {
	*hostinfo.Host
	Links *hostinfo.Links
}

// NewView indexes a host. The host must not change afterwards.
func NewView(h *hostinfo.Host) *View {
	return &View{Host: h, Links: hostinfo.IndexLinks(h)}
}

// observed is the plan with a view of both hosts, be it one of which nothing
// is known.
func (p *Plan) observed() *Plan {
	q := *p
	if q.DestinationOnly {
		q.From = NewView(hostinfo.Unobserved("the source", "the destination judges by itself"))
	}
	for _, v := range []**View{&q.From, &q.To} {
		if *v == nil {
			*v = NewView(hostinfo.Unobserved("", "the host was not observed"))
		}
	}
	return &q
}

// beyond says whether a fact is one that nobody can be asked about where the
// destination judges by itself. The definition that was sent is at hand there.
func (p *Plan) beyond(n *Need) bool {
	switch n.Fact {
	case GuestView:
		return false
	case GuestJob, GuestInactive, Libvirt, Domains, NWFilters:
		return p.DestinationOnly
	}
	return p.DestinationOnly && n.Side == Source
}

// Waiver is somebody's decision to live with a rule's findings.
type Waiver struct {
	Rule   string    `json:"rule"`
	Host   string    `json:"host,omitempty"`   // only on this host; empty: on any
	Guest  string    `json:"guest,omitempty"`  // only for this guest; empty: for any
	Device string    `json:"device,omitempty"` // only about this device; empty: about any
	Reason string    `json:"reason"`
	Until  time.Time `json:"until,omitzero"` // the moment it ends; zero: never
}

// covers says whether the waiver is about the finding, whatever the date.
func (w *Waiver) covers(f *Finding) bool {
	return w.Rule == f.Rule &&
		(w.Host == "" || w.Host == f.Subject.Host) &&
		(w.Guest == "" || w.Guest == f.Subject.Guest) &&
		(w.Device == "" || w.Device == f.Subject.Device)
}

// Expired says whether the waiver had ended at that moment.
func (w *Waiver) Expired(now time.Time) bool {
	return !w.Until.IsZero() && !now.Before(w.Until)
}

// LastDay is the last day on which the waiver holds ("2027-01-31", UTC); empty
// if it does not end.
func (w *Waiver) LastDay() string {
	if w.Until.IsZero() {
		return ""
	}
	return w.Until.Add(-1).UTC().Format(time.DateOnly)
}

// EndOf is the moment at which a day ends, UTC: what a waiver's Until is for its
// last day. The day looks like 2027-01-31.
func EndOf(day string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return t, fmt.Errorf("%.40q is no day; it should look like 2027-01-31", day)
	}
	return t.AddDate(0, 0, 1), nil
}
