// Package fixes ranks the changes that would open most ways in a fleet. What a
// change opens is not reckoned but seen: the fleet is judged again with the host
// as it would be after the commands. It touches no host and knows no rule.
package fixes

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"migcheck/preflight"
	"migcheck/preflight/assume"
	"migcheck/preflight/fleet"
)

// Schema is the name and version of the document. Within /1 fields are only
// added.
const Schema = "migcheck.fixes/1"

// Document is a fleet's fixes, those first that open most ways.
type Document struct {
	Schema string         `json:"schema"`
	Tool   preflight.Tool `json:"tool"`
	// Created is when the fleet was judged, UTC.
	Created time.Time `json:"created"`
	// Example is set where the facts are the recorded example's, not a host's.
	Example bool               `json:"example,omitempty"`
	Options preflight.Options  `json:"options"`
	Waivers []preflight.Waiver `json:"waivers,omitempty"`
	// Hosts and Guests are how many were judged, Unobserved how many hosts were
	// not read, Blocked and Undecided the ways that are.
	Hosts      int   `json:"hosts"`
	Unobserved int   `json:"unobserved,omitempty"`
	Guests     int   `json:"guests"`
	Blocked    int   `json:"blocked_ways"`
	Undecided  int   `json:"undecided_ways"`
	Fixes      []Fix `json:"fixes"`
	// More is how many further ones are left out.
	More int `json:"more,omitempty"`
}

// Fix is one change on one host.
type Fix struct {
	Host string `json:"host"`
	// Rules are those that it satisfies.
	Rules  []string `json:"rules"`
	Device string   `json:"device,omitempty"`
	// Commands are for a root shell on the host; nil if no command does it, and
	// Hint says what does.
	Commands []string `json:"commands,omitempty"`
	Hint     string   `json:"hint,omitempty"`
	// Permanent is what makes Commands last, see Finding.Permanent.
	Permanent    []string `json:"permanent_fix,omitempty"`
	PermanentFor string   `json:"permanent_fix_for,omitempty"`
	Reason       string   `json:"reason"` // of one of the ways
	// Mentions are as in Finding.
	Mentions []preflight.Mention `json:"mentions,omitempty"`
	// Proven is set where the fleet was judged again as if Commands had been run;
	// then Opens and Guests are the ways and guests that were not allowed before
	// and are then. Else they are the most that it can be.
	Proven bool `json:"proven"`
	Opens  int  `json:"opens"`
	Guests int  `json:"guests"`
	// Unblocks are the ways that are undecided then: a carrier, for one, is not
	// known before. Closes are those that are allowed now and then not.
	Unblocks int `json:"unblocks,omitempty"`
	Closes   int `json:"closes,omitempty"`
	// Unproven is why nothing was judged again.
	Unproven string `json:"unproven,omitempty"`

	host int
	most int // what Causes counts
}

// Proofs is how often a fleet is judged again at most.
const Proofs = 500

// Rank finds the fixes of a fleet; count is how many are wanted, 0 all.
func Rank(f *fleet.Fleet, rules []*preflight.Rule, count int, tool preflight.Tool, options preflight.Options) *Document {
	m := fleet.Judge(f, rules)
	d := &Document{Schema: Schema, Tool: tool, Created: f.Now, Options: options, Waivers: f.Waivers, Hosts: len(f.Hosts), Guests: len(f.Guests), Fixes: []Fix{}}
	for i := range f.Hosts {
		h := f.Hosts[i].View.Host
		d.Example = d.Example || h.Example
		if len(h.Devices) == 0 {
			d.Unobserved++
		}
	}
	for i := range f.Guests {
		w := m.Ways(i)
		d.Blocked += w.Blocked
		d.Undecided += w.Undecided
	}
	all := candidates(m)
	d.Fixes = append(d.Fixes, prove(f, rules, m, all, count)...)
	if count > 0 && len(d.Fixes) > count {
		d.Fixes = d.Fixes[:count]
	}
	d.More = len(all) - len(d.Fixes)
	return d
}

// candidates are the changes that causes name, those with one set of commands
// together, by what they open at most.
func candidates(m *fleet.Matrix) []Fix {
	var out []Fix
	at := map[string]int{}
	for _, c := range m.Causes() {
		if c.Opens == 0 {
			continue
		}
		found := m.Finding(&c)
		if found == nil {
			continue
		}
		key := found.Subject.Host + "\x00" + strings.Join(found.Fix, "\x00")
		if len(found.Fix) == 0 {
			key += "\x00" + c.Rule + "\x00" + c.Device
		}
		i, met := at[key]
		if !met {
			i = len(out)
			at[key] = i
			out = append(out, Fix{
				Host: m.HostName(c.Host), Device: c.Device, Commands: found.Fix, Hint: found.Hint,
				Permanent: found.Permanent, PermanentFor: found.PermanentFor, Reason: found.Reason, Mentions: found.Mentions, host: c.Host,
			})
		}
		fix := &out[i]
		if !slices.Contains(fix.Rules, c.Rule) {
			fix.Rules = append(fix.Rules, c.Rule)
		}
		fix.most += c.Opens
		fix.Opens, fix.Guests = fix.most, fix.Guests+c.Frees
	}
	slices.SortStableFunc(out, func(a, b Fix) int { return b.most - a.most })
	return out
}

// prove judges again for one candidate after the other, until those that are
// wanted open more than any of the rest can.
func prove(f *fleet.Fleet, rules []*preflight.Rule, m *fleet.Matrix, all []Fix, count int) []Fix {
	var out []Fix
	for i := range all {
		if count > 0 && len(out) >= count && out[count-1].Opens >= all[i].most {
			break
		}
		fix := all[i]
		if i >= Proofs {
			fix.Unproven = "there are too many to judge again for each"
		} else {
			fix.prove(f, rules, m)
		}
		out = append(out, fix)
		slices.SortStableFunc(out, func(a, b Fix) int {
			return cmp.Or(b.Opens-a.Opens, b.Unblocks-a.Unblocks, strings.Compare(a.Host, b.Host), strings.Compare(a.Device, b.Device))
		})
	}
	return out
}

// prove judges the fleet again with the host as it would be after the fix.
func (x *Fix) prove(f *fleet.Fleet, rules []*preflight.Rule, m *fleet.Matrix) {
	if len(x.Commands) == 0 {
		x.Unproven = "no command does it"
		return
	}
	after, err := assume.Run(f.Hosts[x.host].View.Host, x.Commands)
	if err != nil {
		x.Unproven = err.Error()
		return
	}
	g := *f
	g.Hosts = slices.Clone(f.Hosts)
	g.Hosts[x.host].View = preflight.NewView(after)
	n := fleet.Judge(&g, rules)
	x.Proven, x.Opens, x.Guests = true, 0, 0
	for i := range f.Guests {
		opened := x.Opens
		if f.Guests[i].Host != x.host {
			x.count(m.Verdict(i, x.host), n.Verdict(i, x.host))
		} else {
			for h := range f.Hosts {
				x.count(m.Verdict(i, h), n.Verdict(i, h))
			}
		}
		if x.Opens > opened {
			x.Guests++
		}
	}
}

func (x *Fix) count(before, after preflight.Level) {
	was, is := before < preflight.Undecided, after < preflight.Undecided
	switch {
	case is && !was:
		x.Opens++
	case was && !is:
		x.Closes++
	case before == preflight.Blocked && after == preflight.Undecided:
		x.Unblocks++
	}
}
