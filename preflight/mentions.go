package preflight

import (
	"slices"
	"strings"

	"migcheck/hostinfo"
)

// Mention is a name in a finding's texts that stands in no other field of a
// report: neither its guest's, nor one of the hosts', nor a device's.
type Mention struct {
	Kind string `json:"kind"` // guest, network, portgroup, filter or namespace
	Name string `json:"name"`
}

// mentioned marks in each finding whom its texts name besides its subject, so
// that whoever hides names in a report finds them there.
func (e *engine) mentioned() {
	var names []Mention
	for i := range e.findings {
		f := &e.findings[i]
		if names == nil {
			names = e.plan.names()
		}
		text := strings.Join(append(slices.Concat(f.Fix, f.Permanent), f.Reason, f.Hint, f.SourceValue, f.DestinationValue, f.Unwaivable), "\n")
		for _, m := range names {
			if strings.Contains(text, m.Name) && m.Name != e.plan.Guest.Name {
				f.Mentions = append(f.Mentions, m)
			}
		}
	}
}

// names are those that the facts of both hosts, and the guest's definitions, have.
func (p *Plan) names() []Mention {
	var out []Mention
	seen := map[Mention]bool{}
	add := func(kind, name string) {
		if m := (Mention{kind, name}); name != "" && !seen[m] {
			seen[m] = true
			out = append(out, m)
		}
	}
	for _, v := range []*View{p.From, p.To} {
		if v == nil {
			continue
		}
		for i := range v.Domains {
			add("guest", v.Domains[i].Name)
		}
		for i := range v.Networks {
			add("network", v.Networks[i].Name)
			for _, g := range v.Networks[i].Portgroups {
				add("portgroup", g.Name)
			}
		}
		for i := range v.Namespaces {
			add("namespace", v.Namespaces[i].Name)
		}
	}
	for _, def := range []*hostinfo.Definition{p.Guest.Live, p.Guest.Migratable, p.Guest.Inactive} {
		if def == nil {
			continue
		}
		for i := range def.NICs {
			n := &def.NICs[i]
			add("network", n.Network)
			add("portgroup", n.Portgroup)
			add("filter", n.Filter)
		}
	}
	return out
}
