package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"

	"migcheck/cmd/internal/act/probe"
	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/world"
	"migcheck/hostinfo"
	"migcheck/hostinfo/segment"
	"migcheck/preflight"
)

// probeFlags say whether frames are to be sent, and a macvtap to be tried.
type probeFlags struct{ probe, push, trial bool }

func (p *probeFlags) register(f *pflag.FlagSet) {
	f.BoolVar(&p.probe, "probe", false, "send some frames between the NICs' devices on both hosts: are they on one network?")
	f.BoolVar(&p.push, "push", false, "with --probe or --trial: bring a migcheck to hosts that have none, for the length of the check; it leaves nothing there")
	f.BoolVar(&p.trial, "trial", false, "make a macvtap on the destination's devices and take it away at once; asks first at a terminal, elsewhere it needs --yes")
}

// complete refuses what can't be probed.
func (p *probeFlags) complete(c *checkFlags) error {
	wrong := func(format string, a ...any) error { return exit.Because(fmt.Errorf(format, a...), "") }
	flag := "--probe"
	if !p.probe {
		flag = "--trial"
	}
	switch {
	case p.push && !p.probe && !p.trial:
		return wrong("--push brings what --probe and --trial need, and neither is asked for")
	case !p.probe && !p.trial:
	case c.snapshot != "":
		return wrong("%s and --snapshot: nothing can be tried on what was recorded", flag)
	case len(c.assumed) > 0:
		return wrong("%s and --assume: nothing can be tried on what is only assumed", flag)
	case p.trial && c.wait.set:
		return wrong("--trial and --wait: a device is tried once")
	}
	return nil
}

// mayProbe makes ready for what is to be tried, if anything is.
func (r *checkRun) mayProbe() error {
	if !r.flags.probe && !r.flags.trial {
		return nil
	}
	if r.flags.trial && !r.flags.yes {
		if err := confirm(r.cmd, "make a macvtap for a moment on "+strings.Join(r.flags.to, " and on ")); err != nil {
			return err
		}
	}
	hold, err := world.HoldOf(r.world)
	if err != nil {
		return err
	}
	exe, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	r.prober = &prober{run: r, hold: hold, exe: exe, probes: map[probeKey]hostinfo.Probe{}, segments: map[[2]string]hostinfo.Segment{}, trials: map[trialKey]hostinfo.Trial{}}
	return nil
}

// prober sends frames between devices, between each two of them once.
type prober struct {
	run      *checkRun
	hold     *world.Hold
	exe      string // this program
	probes   map[probeKey]hostinfo.Probe
	segments map[[2]string]hostinfo.Segment // by host and device
	trials   map[trialKey]hostinfo.Trial
}

// probeKey is what a probe is about: another device of the same name is another.
type probeKey struct {
	from, to probe.At
	mtu      int
}

// again forgets what may be better now: everything but frames that passed.
func (p *prober) again() {
	for k, r := range p.probes {
		if !r.BothWays() {
			delete(p.probes, k)
		}
	}
	clear(p.segments)
}

// ask puts into a plan what is learned by trying.
func (p *prober) ask(ctx context.Context, plan *preflight.Plan) {
	if p.run.flags.probe {
		p.send(ctx, plan)
	}
	if p.run.flags.trial {
		p.try(ctx, plan)
	}
}

// send puts into a plan what frames between its NICs' devices show, and what else
// was seen of their networks.
func (p *prober) send(ctx context.Context, plan *preflight.Plan) {
	plan.Probes, plan.Segments = []hostinfo.Probe{}, []hostinfo.Segment{}
	for _, q := range plan.Requirements() {
		if q.Source.Device == nil || q.Destination.Device == nil || q.Source.Bridged || q.Destination.Bridged {
			continue
		}
		if plan.Probed(q) == nil {
			plan.Probes = append(plan.Probes, p.between(ctx, q))
		}
		p.look(ctx, q.Source, q.Destination)
		for _, e := range []*preflight.Endpoint{q.Source, q.Destination} {
			if plan.SegmentOf(e) == nil {
				plan.Segments = append(plan.Segments, p.segments[segmentKey(e)])
			}
		}
	}
}

func segmentKey(e *preflight.Endpoint) [2]string { return [2]string{e.Name, e.Device.Name} }

// between lets frames pass between a NIC's devices.
func (p *prober) between(ctx context.Context, q *preflight.Requirement) hostinfo.Probe {
	k := probeKey{from: at(q.Source), to: at(q.Destination), mtu: q.GuestMTU()}
	if r, ok := p.probes[k]; ok {
		return r
	}
	done := p.run.progress(fmt.Sprintf("sending frames between %s on %s and %s on %s", k.from.Name, k.from.Host, k.to.Name, k.to.Host))
	defer done()
	r := hostinfo.Probe{From: k.from.Host, FromDevice: k.from.Name, To: k.to.Host, ToDevice: k.to.Name}
	for _, e := range []*preflight.Endpoint{q.Destination, q.Source} {
		if why := e.Deaf(); why != "" {
			r.Undecided, r.Host = why, e.Name
		}
	}
	if r.Undecided == "" {
		r = probe.Between(ctx, k.from, k.to, k.mtu, p.starting(q.Source.View.Host, true), p.starting(q.Destination.View.Host, true))
	}
	p.probes[k] = r
	return r
}

// at is where a NIC's device is.
func at(e *preflight.Endpoint) probe.At {
	return probe.At{Host: e.Name, Name: e.Device.Name, Index: e.Device.Index, MAC: e.Device.MAC}
}

// starting brings the program that sends frames to life on a host, or, with
// socket, connects to the one behind its second socket where that will do.
func (p *prober) starting(h *hostinfo.Host, socket bool) func(context.Context) (*probe.End, error) {
	by := probe.Ways{Socket: socket}
	if h.Name == world.Local {
		by.There = p.exe
	}
	start := func(ctx context.Context, script string, words ...string) (*probe.Program, error) {
		r, err := p.hold.Start(ctx, h.Name, script, words...)
		return (*probe.Program)(r), err
	}
	return func(ctx context.Context) (*probe.End, error) {
		var noBuild error
		if p.run.flags.push && by.There == "" {
			by.Build, noBuild = probe.FindBuild(p.exe, h.Arch)
		}
		end, err := probe.Start(ctx, h.Name, start, by)
		switch {
		case errors.Is(err, probe.ErrSocket):
			return p.over(ctx, h.Name)
		case errors.Is(err, probe.ErrNoProgram) && noBuild != nil:
			err = fmt.Errorf("send frames from %s: it has no migcheck that can, and %w", h.Name, noBuild)
		}
		return end, err
	}
}

// over goes through a host's second socket.
func (p *prober) over(ctx context.Context, host string) (*probe.End, error) {
	conn, err := p.hold.Dial(ctx, host, probe.Socket)
	if err != nil {
		return nil, fmt.Errorf("send frames from %s: %w", host, err)
	}
	return probe.Over(host, conn), nil
}

// look asks what hosts have seen of the networks that devices lead to, once about
// each device.
func (p *prober) look(ctx context.Context, ends ...*preflight.Endpoint) {
	out := make([]*hostinfo.Segment, len(ends))
	var g errgroup.Group
	for i, e := range ends {
		if _, seen := p.segments[segmentKey(e)]; seen {
			continue
		}
		g.Go(func() error {
			s := hostinfo.Segment{Host: e.Name, Device: e.Device.Name}
			text, err := p.hold.Run(ctx, e.Name, segment.Script, e.Device.Name, strings.Join(lowest(e), ","))
			if err != nil {
				s.Unseen = err.Error()
			} else {
				s = segment.Parse(e.Name, e.Device.Name, text)
			}
			out[i] = &s
			return nil
		})
	}
	_ = g.Wait() // its functions return none
	for i, s := range out {
		if s != nil {
			p.segments[segmentKey(ends[i])] = *s
		}
	}
}

// lowest are the names of the devices that nothing stands below: the NICs.
func lowest(e *preflight.Endpoint) []string {
	var names []string
	for _, d := range e.Stack {
		if len(e.View.Links.Below(d)) == 0 {
			names = append(names, d.Name)
		}
	}
	return names
}
