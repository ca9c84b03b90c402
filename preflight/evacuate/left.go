package evacuate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"migcheck/preflight"
	"migcheck/preflight/assume"
	"migcheck/preflight/fleet"
)

// leftOver is a guest that the plan has no place for, with the reasons of every
// host, after all others have moved.
func (s *search) leftOver(guest int) Left {
	m, g := s.matrix, s.fleet.Guests[guest].Guest
	l := Left{Guest: guestOf(g), Verdict: preflight.Blocked, Ways: m.Ways(guest), Reasons: []Reason{}}
	groups := map[string]int{} // reason by what it says
	add := func(key, host string, r func() Reason) {
		i, met := groups[key]
		if !met {
			i = len(l.Reasons)
			groups[key] = i
			l.Reasons = append(l.Reasons, r())
		}
		l.Reasons[i].Hosts = append(l.Reasons[i].Hosts, host)
		l.Verdict = min(l.Verdict, l.Reasons[i].Level)
	}
	for h := range s.fleet.Hosts {
		name := s.fleet.Hosts[h].View.Name
		switch verdict := m.Verdict(guest, h); {
		case h == s.task.From:
		case verdict >= preflight.Undecided:
			add(keyOf(verdict, m.Reasons(guest, h)), name, func() Reason {
				return Reason{Level: verdict, Findings: roots(m.Explain(guest, h), verdict)}
			})
		default:
			r := s.later(guest, h)
			key := fmt.Sprint("later ", r.Level, r.After, r.Memory)
			for i := range r.Findings {
				key += "\x00" + r.Findings[i].Rule + "\x00" + r.Findings[i].Subject.Device
			}
			add(key, name, func() Reason { return r })
		}
	}
	slices.SortStableFunc(l.Reasons, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(rank(&a), rank(&b)), len(b.Hosts)-len(a.Hosts))
	})
	l.Fix = s.fix(guest, l.Reasons)
	return l
}

// rank puts first what is nearest to a way.
func rank(r *Reason) int {
	switch {
	case r.Memory != "" || r.After:
		return 0
	case r.Level == preflight.Undecided:
		return 1
	}
	return 2
}

// keyOf is what hosts with the same reasons have in common.
func keyOf(verdict preflight.Level, reasons []fleet.Cause) string {
	var words []string
	for _, c := range reasons {
		words = append(words, c.Rule+"\x00"+c.Device)
	}
	slices.Sort(words)
	return verdict.String() + "\x00" + strings.Join(words, "\x00")
}

// later is why a host that would take the guest now does not at the end.
func (s *search) later(guest, host int) Reason {
	n, r := needOf(s.fleet.Guests[guest].Guest), s.rooms[host]
	if fits, unknown := r.takes(n); !fits && !s.task.Overcommit {
		if unknown != "" {
			return Reason{Level: preflight.Undecided, Memory: unknown}
		}
		fresh, _ := roomOf(s.fleet.Hosts[host].View.Host).takes(n)
		return Reason{Level: preflight.Blocked, Memory: "too little memory: " + r.left(n), After: fresh}
	}
	report := preflight.Run(s.plan(guest, host), s.task.Rules)
	return Reason{Level: max(report.Verdict, preflight.Undecided), After: true, Findings: roots(report, preflight.Undecided)}
}

// fix is the first single fix that opens a way for the guest, as the hosts are
// after the plan; or else one of which that can't be known before.
func (s *search) fix(guest int, reasons []Reason) *Fix {
	var maybe *Fix
	for _, r := range reasons {
		if r.Level != preflight.Blocked || r.Memory != "" {
			continue
		}
		host := slices.IndexFunc(s.fleet.Hosts, func(h fleet.Host) bool { return h.View.Name == r.Hosts[0] })
		for i := range r.Findings {
			f := s.try(guest, host, &r.Findings[i])
			if f != nil && f.Verdict < preflight.Undecided {
				return f
			}
			if maybe == nil {
				maybe = f
			}
		}
	}
	return maybe
}

// try judges the way to a host as if a finding's commands had been run; nil if
// that opens nothing, or if what they do is not known.
func (s *search) try(guest, host int, f *preflight.Finding) *Fix {
	plan := s.plan(guest, host)
	side := &plan.To
	if f.Subject.Host == plan.From.Name {
		side = &plan.From
	}
	after, err := assume.Run((*side).Host, f.Fix)
	if err != nil {
		return nil
	}
	*side = preflight.NewView(after)
	r := preflight.Run(plan, s.task.Rules)
	if fits, unknown := s.rooms[host].takes(needOf(plan.Guest)); !fits && unknown == "" && !s.task.Overcommit {
		return nil
	} else if unknown != "" && !s.task.Overcommit {
		r.Verdict = max(r.Verdict, preflight.Undecided)
	}
	if r.Verdict >= preflight.Blocked {
		return nil
	}
	return &Fix{Host: (*side).Name, Rule: f.Rule, To: plan.To.Name, Commands: f.Fix, Verdict: r.Verdict}
}
