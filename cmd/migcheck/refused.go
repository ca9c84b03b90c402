package main

import (
	"context"
	"slices"
	"strings"

	"migcheck/cmd/internal/denial"
	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/world"
	"migcheck/hostinfo"
	"migcheck/preflight"
)

// whoAsked is who was asked for these facts of a host. sudo is not for libvirt.
func whoAsked(route world.Route, h *hostinfo.Host, facts []hostinfo.Fact) denial.Who {
	root := h.User == "root"
	if slices.Contains(facts, hostinfo.FactLibvirt) || slices.Contains(facts, hostinfo.FactNetworks) {
		root = route.Login == "root" || route.Login == "" && root && !route.Sudo
	}
	if root {
		return denial.Root
	}
	return denial.User
}

// nameRefusals says in each finding about what could not be read who refused it,
// where that is known or where it stands.
func (r *checkRun) nameRefusals(ctx context.Context, rep *preflight.Report, plan *preflight.Plan) {
	for i := range rep.Findings {
		f := &rep.Findings[i]
		if f.Rule != preflight.FactsNotObserved {
			continue
		}
		for _, v := range []*preflight.View{plan.From, plan.To} {
			if v == nil || v.Name != f.Subject.Host {
				continue
			}
			who := denial.Root // who else would try to send frames
			if facts := gapsOf(v.Host, f.Reason); facts != nil {
				who = whoAsked(r.world.Route(ctx, v.Name), v.Host, facts)
			}
			if d, ok := denial.Of(f.Reason, v.System, who); ok {
				f.Hint = d.On(v.Name) + "; " + f.Hint
			}
			break
		}
	}
}

// gapsOf are the facts that a host lacks for this reason; nil if it is no gap's.
func gapsOf(h *hostinfo.Host, reason string) []hostinfo.Fact {
	var out []hostinfo.Fact
	for i := range h.Gaps {
		if h.Gaps[i].Reason == reason {
			out = append(out, h.Gaps[i].Fact)
		}
	}
	return out
}

// nameRefusal says of a migration's error who may have refused what libvirt, or
// the emulator that it started, wanted, and where that is written down.
func nameRefusal(m *preflight.Moved, p *preflight.Plan, who denial.Who) {
	if m.Error == "" {
		return
	}
	var causes []string
	for _, v := range []*preflight.View{p.To, p.From} { // as a rule it is the new emulator's
		d, ok := denial.Of(m.Error, v.System, who)
		if !ok {
			continue
		}
		if !slices.Contains(causes, d.Text) {
			causes = append(causes, d.Text)
		}
		for _, line := range d.Look {
			m.Commands = append(m.Commands, "as root on "+v.Name+": "+line)
		}
		if fix := "then: " + d.Fix; !slices.Contains(m.Commands, fix) {
			m.Commands = append(m.Commands, fix)
		}
		if !d.Known {
			break
		}
	}
	m.Cause = strings.Join(causes, ". ")
}

// withRefusal adds to an error what is known of who refused it on a host of that
// system, as a hint.
func withRefusal(err error, host string, s hostinfo.System, who denial.Who) error {
	if err == nil {
		return nil
	}
	d, ok := denial.Of(err.Error(), s, who)
	if !ok {
		return err
	}
	return &exit.Error{Code: exit.Code(err), Err: err, Hint: strings.TrimPrefix(hintOf(err)+"\n"+d.On(host), "\n")}
}
