package preflight

import (
	"fmt"
	"hash/fnv"
	"slices"
)

// nameCauses marks findings that are mere consequences of another about the
// same NIC and device on the same host.
func (e *engine) nameCauses() {
	for i := range e.findings {
		f := &e.findings[i]
		r := e.rule(f.Rule)
		if f.CausedBy != "" || r == nil {
			continue
		}
		for k := range e.findings {
			g := &e.findings[k]
			if slices.Contains(r.CausedBy, g.Rule) && sameThing(g, f) && g.Level >= f.Level && g.CausedBy == "" {
				f.CausedBy = g.ID
				break
			}
		}
	}
}

// sameThing says whether the consequence b speaks about what the cause a speaks
// about. A cause without a device is about all that its NIC may get.
func sameThing(a, b *Finding) bool {
	return a.Subject.Host == b.Subject.Host && equal(a.Subject.NIC, b.Subject.NIC) &&
		(a.Subject.Device == "" || a.Subject.Device == b.Subject.Device)
}

func equal(a, b *int) bool { return a == b || a != nil && b != nil && *a == *b }

// waive marks the findings that a waiver is about, also where it is not
// accepted.
func (e *engine) waive() {
	for i := range e.findings {
		f := &e.findings[i]
		if f.Rule == FactsNotObserved {
			continue
		}
		for _, w := range e.plan.Waivers {
			if w.covers(f) && (f.Waived == nil || f.Waived.Expired) {
				f.Waived = &Waived{Reason: w.Reason, Expired: w.Expired(e.plan.Now), Refused: f.Unwaivable != ""}
			}
		}
	}
}

// verdict is the worst level among the findings that count. A consequence
// counts with its cause: where that is waived, so is it.
func (e *engine) verdict() Level {
	worst := Ready
	for i := range e.findings {
		f := &e.findings[i]
		if !f.Counts() || f.CausedBy != "" {
			continue
		}
		if r := e.rule(f.Rule); r != nil && r.Posture && f.Level == Note {
			continue
		}
		worst = max(worst, f.Level)
	}
	return worst
}

// shortHash tells apart findings of one rule about one subject.
func shortHash(s string) string {
	h := fnv.New32a()
	h.Write([]byte(s))
	return fmt.Sprintf("%08x", h.Sum32())
}
