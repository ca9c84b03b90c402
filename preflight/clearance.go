package preflight

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// MaxAge is how old facts may be on which a guest is migrated.
const MaxAge = 60 * time.Second

// Clearance is the permission to migrate one guest from one host to another,
// once. Only Clear makes one that is worth anything; what is nil, zero, copied,
// spent, withdrawn or too old is refused by Spend.
type Clearance struct {
	self      *Clearance // a copy does not point to itself
	trip      Trip
	print     fingerprint
	resolved  map[string]string // what each NIC needs, and which device that is
	findings  map[string]bool   // ids of what was known and shown
	confirmed time.Time         // when facts were last judged; zero: not since Clear
	spent     bool
	withdrawn bool
}

// Trip says which guest goes where.
type Trip struct{ UUID, From, To string }

// Refusal is why there is no clearance.
type Refusal struct{ Reasons []string }

func (r *Refusal) Error() string { return strings.Join(r.Reasons, "; ") }

// Clear judges a plan and, if nothing is in the way, gives clearance for the
// migration that the plan names. definition is the XML of the guest as libvirt
// printed it. The report comes in any case; the error is a *Refusal.
func Clear(p *Plan, rules []*Rule, definition ...[]byte) (*Report, *Clearance, error) {
	r := Run(p, rules)
	if why := obstacles(p, r, rules, definition); len(why) > 0 {
		return r, nil, &Refusal{why}
	}
	c := &Clearance{
		trip:     Trip{p.Guest.UUID, p.From.Name, p.To.Name},
		print:    fingerprintOf(p, definition),
		resolved: resolvedOf(p), findings: findingsOf(r),
	}
	c.self = c
	return r, c, nil
}

// obstacles are the reasons for which a plan can't have clearance.
func obstacles(p *Plan, r *Report, rules []*Rule, definition [][]byte) []string {
	var why []string
	refuse := func(format string, a ...any) { why = append(why, fmt.Sprintf(format, a...)) }
	switch {
	case p.Migration == nil:
		refuse("the plan is to judge, not to migrate")
	case p.Arrival != nil:
		refuse("the guest has been migrated already")
	case p.Guest.UUID == "":
		refuse("the guest has no UUID")
	case len(definition) == 0 || len(definition[0]) == 0:
		refuse("the guest's definition as it would be sent was not read")
	}
	if len(rules) == 0 {
		refuse("no rule was asked")
	}
	for _, v := range []*View{p.From, p.To} {
		switch age := staleness(p, v); {
		case v == nil:
			refuse("a host was not observed")
		case !v.Live:
			refuse("%s was not read just now: a recorded host clears nothing", v.Name)
		case age != "":
			refuse("%s %s", v.Name, age)
		}
	}
	if r.Verdict >= Undecided {
		refuse("the guest is %s", r.Verdict)
	}
	if b := r.Beyond; b != nil && b.Verdict >= Undecided {
		refuse("beyond its network the guest is %s", b.Verdict)
	}
	for _, f := range r.Everything() {
		if f.Level == Undecided && f.CausedBy == "" && f.Waived != nil {
			refuse("%s is undecided, and waiving that clears nothing: %s", f.Rule, f.Reason)
		}
	}
	return why
}

// staleness says how a host's facts are too old to act on; "" if they are not.
func staleness(p *Plan, v *View) string {
	if v == nil {
		return ""
	}
	switch age := p.Now.Sub(v.Gathered); {
	case v.Gathered.IsZero():
		return "was read nobody knows when"
	case age > MaxAge:
		return fmt.Sprintf("was read %.0f s ago, which is too long to act on", age.Seconds())
	case age < -MaxAge:
		return "was read in the future"
	}
	return ""
}

// Withdrawn is the error of a Clearance that no longer holds, with what has
// changed since it was given.
type Withdrawn struct{ Changes []string }

func (w *Withdrawn) Error() string {
	return "the clearance is withdrawn: " + strings.Join(w.Changes, "; ")
}

// Confirm judges once more, by facts that were read anew right before the
// trigger. A finding that was not there, another device behind a NIC or another
// definition withdraws the clearance: the error is a *Withdrawn. What else has
// changed is returned for the record.
func (c *Clearance) Confirm(p *Plan, rules []*Rule, definition ...[]byte) (*Report, []string, error) {
	if err := c.usable(); err != nil {
		return nil, nil, err
	}
	r := Run(p, rules)
	changes := obstacles(p, r, rules, definition)
	if trip := (Trip{p.Guest.UUID, viewName(p.From), viewName(p.To)}); trip != c.trip {
		changes = append(changes, "the plan is about another guest or other hosts")
	}
	for _, f := range r.Everything() {
		if f.Level > Note && f.CausedBy == "" && f.Counts() && !c.findings[key(f)] {
			changes = append(changes, fmt.Sprintf("%s %s: %s", f.Level, f.Rule, f.Reason))
		}
	}
	changes = append(changes, differences(c.resolved, resolvedOf(p))...)
	now := fingerprintOf(p, definition)
	if now.definition != c.print.definition {
		changes = append(changes, "the guest's definition is another one")
	}
	if len(changes) > 0 {
		c.withdrawn = true
		return r, nil, &Withdrawn{changes}
	}
	c.confirmed = p.Now
	return r, c.print.changes(now), nil
}

func viewName(v *View) string {
	if v == nil {
		return ""
	}
	return v.Name
}

// Spend uses the clearance up. Whoever triggers a migration calls it last, with
// the time: it must have been confirmed within MaxAge, and be for this trip.
func (c *Clearance) Spend(t Trip, now time.Time) error {
	if err := c.usable(); err != nil {
		return err
	}
	age := now.Sub(c.confirmed)
	switch {
	case t != c.trip:
		return errors.New("the clearance is for another guest or other hosts")
	case c.confirmed.IsZero():
		return errors.New("the clearance was not confirmed by facts read right before")
	case age > MaxAge || age < -MaxAge:
		return fmt.Errorf("the clearance was confirmed %.0f s ago, which is too long", age.Seconds())
	}
	c.spent = true
	return nil
}

func (c *Clearance) usable() error {
	switch {
	case c == nil:
		return errors.New("there is no clearance")
	case c.self == nil:
		return errors.New("the clearance was not given by a judgement")
	case c.self != c:
		return errors.New("the clearance is a copy")
	case c.withdrawn:
		return errors.New("the clearance was withdrawn")
	case c.spent:
		return errors.New("the clearance was used already")
	}
	return nil
}

// Print is the clearance's fingerprint in hexadecimal, for records.
func (c *Clearance) Print() string { return c.print.sum() }
