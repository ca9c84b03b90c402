package main

import (
	"context"
	"fmt"

	"migcheck/cmd/internal/act/probe"
	"migcheck/hostinfo"
	"migcheck/preflight"
)

// trialKey is what a trial is about.
type trialKey struct {
	at   probe.At
	mode string
}

// try puts into a plan what comes of macvtaps on the destination's devices. NICs in
// mode passthrough are left alone.
func (p *prober) try(ctx context.Context, plan *preflight.Plan) {
	plan.Trials = []hostinfo.Trial{}
	for _, q := range plan.Requirements() {
		e := q.Destination
		if e.Device != nil && !e.Bridged && e.Mode != "passthrough" && plan.Tried(e) == nil {
			plan.Trials = append(plan.Trials, p.trial(ctx, e))
		}
	}
}

// trial tries one device, once.
func (p *prober) trial(ctx context.Context, e *preflight.Endpoint) hostinfo.Trial {
	k := trialKey{at(e), e.Mode}
	k.at.Name, k.at.Index = e.Real().Name, e.Real().Index // where the kernel puts it
	if t, done := p.trials[k]; done {
		return t
	}
	t := hostinfo.Trial{Host: e.Name, Device: e.Device.Name, Mode: e.Mode}
	defer p.run.progress(fmt.Sprintf("trying a macvtap on %s of %s", t.Device, t.Host))()
	end, err := p.starting(e.View.Host, false)(ctx)
	if err == nil {
		defer end.Close()
		t.Refused, err = end.Try(ctx, k.at, e.Mode)
	}
	if err != nil {
		t.Undecided = err.Error()
	}
	p.trials[k] = t
	return t
}
