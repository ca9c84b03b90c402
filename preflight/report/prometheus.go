package report

import (
	"io"
	"strings"
	"time"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// begin is what every file starts with: remarks as comments, and which migcheck
// judged when.
func begin(remarks []remark, tool preflight.Tool, created time.Time) *exposition {
	e := &exposition{}
	for _, r := range remarks {
		// A line that begins with HELP or TYPE would be no comment.
		e.comments = append(e.comments, "migcheck: "+r.text)
	}
	e.gauge("migcheck_build_info", "The migcheck that judged.", "version").add(1, tool.Version)
	e.gauge("migcheck_report_timestamp_seconds", "When the judging was done.").at(created)
	waived := e.gauge("migcheck_waivers_in_force", "Waivers that had not ended when it was judged.")
	waived.add(0)
	for _, r := range remarks {
		if r.kind == remarkWaived {
			waived.add(1)
		}
	}
	return e
}

// fleetMetrics writes a fleet's report for Prometheus. There is a series for each
// host, rule and verdict that occur together, and for each guest on request only.
func fleetMetrics(w io.Writer, d *fleet.Document, o Options) error {
	e := begin(fleetRemarks(d), d.Tool, d.Created)
	t := count(d)
	guests := e.gauge("migcheck_guests", "Guests by what the fleet has for them: free to move, undecided or stuck.", "standing")
	for _, s := range standings {
		guests.add(t.guests[s], string(s))
	}
	ways := e.gauge("migcheck_ways", "Pairs of a guest and another host by what the host does with it.", "verdict")
	ways.add(t.allowed, "allowed")
	ways.add(t.undecided, "undecided")
	ways.add(t.blocked, "blocked")
	hostMetrics(e, d)
	findingMetrics(e, d)
	if o.PerGuest {
		guestMetrics(e, d)
	}
	return e.write(w)
}

func hostMetrics(e *exposition, d *fleet.Document) {
	observed := e.gauge("migcheck_host_observed", "1 if the host's devices were read and its guests listed, 0 if not.", "host")
	gathered := e.gauge("migcheck_host_facts_timestamp_seconds", "When the host's facts were gathered; absent if they were not.", "host")
	guests := e.gauge("migcheck_host_guests", "Guests that live on the host by what the fleet has for them.", "host", "standing")
	ways := e.gauge("migcheck_host_ways", "Guests from other hosts by what this host does with them.", "host", "verdict")
	for i := range d.Hosts {
		h := &d.Hosts[i]
		seen := 1.0
		if what, _ := unseen(h); what != "" {
			seen = 0
		}
		observed.set(seen, h.Name)
		gathered.at(h.Gathered, h.Name)
		for _, s := range standings {
			guests.add(0, h.Name, string(s))
		}
		ways.add(h.Ways.Takes, h.Name, "allowed")
		ways.add(h.Ways.Doubts, h.Name, "undecided")
		ways.add(h.Ways.Refuses, h.Name, "blocked")
	}
	for i := range d.Guests {
		g := &d.Guests[i]
		guests.add(1, d.Hosts[g.Host].Name, string(standingOf(g.Ways)))
	}
}

func findingMetrics(e *exposition, d *fleet.Document) {
	findings := e.gauge("migcheck_findings", "Devices and other things of a host of which a rule says something.", "host", "rule", "verdict")
	ways := e.gauge("migcheck_finding_ways", "Pairs of a guest and a host in which a rule says something of the host.", "host", "rule", "verdict")
	opens := e.gauge("migcheck_finding_opened_ways", "Pairs that are blocked by nothing else: what its end would open.", "host", "rule")
	for i := range d.Findings {
		f := &d.Findings[i]
		host := d.Hosts[f.Host].Name
		findings.add(1, host, f.Rule, f.Level.String())
		ways.add(f.Ways, host, f.Rule, f.Level.String())
		if f.Level == preflight.Blocked {
			opens.add(f.Opens, host, f.Rule)
		}
	}
}

func guestMetrics(e *exposition, d *fleet.Document) {
	ways := e.gauge("migcheck_guest_ways", "Other hosts by what they do with the guest.", "guest", "host", "verdict")
	for i := range d.Guests {
		g := &d.Guests[i]
		home := d.Hosts[g.Host].Name
		ways.add(g.Ways.Allowed, g.Name, home, "allowed")
		ways.add(g.Ways.Undecided, g.Name, home, "undecided")
		ways.add(g.Ways.Blocked, g.Name, home, "blocked")
	}
}

// metrics writes a report of pairs for Prometheus: its guests were named one by
// one, so each pair has its series.
func metrics(w io.Writer, d *preflight.Document, _ Options) error {
	e := begin(remarks(d), d.Tool, d.Created)
	gathered := e.gauge("migcheck_host_facts_timestamp_seconds", "When the host's facts were gathered; absent if they were not.", "host")
	for i := range d.Hosts {
		gathered.at(d.Hosts[i].Gathered, d.Hosts[i].Name)
	}
	verdict := e.gauge("migcheck_pair_verdict", "1 for the verdict of a guest's migration, 0 for the others.", "guest", "from", "to", "verdict")
	findings := e.gauge("migcheck_pair_findings", "Findings that count and follow from no other.", "guest", "from", "to", "rule", "verdict")
	for i := range d.Reports {
		r := &d.Reports[i]
		for l := preflight.Ready; l <= preflight.Blocked; l++ {
			is := 0
			if l == r.Verdict {
				is = 1
			}
			verdict.add(is, r.Guest.Name, r.From, r.To, l.String())
		}
		for k := range r.Findings {
			if f := &r.Findings[k]; f.CausedBy == "" && f.Counts() {
				findings.add(1, r.Guest.Name, r.From, r.To, f.Rule, f.Level.String())
			}
		}
	}
	beyondMetrics(e, d)
	movedMetrics(e, d)
	return e.write(w)
}

// movedMetrics are what became of migrations, if there were any.
func movedMetrics(e *exposition, d *preflight.Document) {
	outcome := e.gauge("migcheck_migration_outcome", "1 for what became of the guest.", "guest", "from", "to", "outcome")
	took := e.gauge("migcheck_migration_seconds", "How long the migration took, if libvirt said so.", "guest", "from", "to")
	still := e.gauge("migcheck_migration_downtime_seconds", "How long the guest stood still, if libvirt said so.", "guest", "from", "to")
	for i := range d.Reports {
		r := &d.Reports[i]
		m := r.Moved
		if m == nil {
			continue
		}
		outcome.set(1, r.Guest.Name, r.From, r.To, strings.ToLower(m.Outcome))
		if m.Seconds > 0 {
			took.set(m.Seconds, r.Guest.Name, r.From, r.To)
		}
		if m.DowntimeMS > 0 {
			still.set(float64(m.DowntimeMS)/1000, r.Guest.Name, r.From, r.To)
		}
	}
}
