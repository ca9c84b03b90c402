package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/world"
	"migcheck/hostinfo/snapshot"
	"migcheck/preflight"
)

// The words of --scope.
const (
	scopeNetwork = "network"
	scopeAll     = "all"
)

// aboutScope is what --help says of it.
const aboutScope = `--scope all also asks what libvirt refuses beyond the network, before anything is
copied: CPU, storage, machine type and emulator, hugepages, TPM, and what the source
does not let go. That has a part and a verdict of its own in the report, is never
all that can go wrong, and leaves the network's verdict as it is. The exit status is
that of the worse of the two, and --migrate goes by both. Fleets are judged by their
network alone.`

// scopeFlag says how much is judged.
type scopeFlag struct{ scope string }

func (s *scopeFlag) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.scope, "scope", scopeNetwork, "`WHAT` is judged: network, or all for what else libvirt refuses at begin or prepare too")
	_ = cmd.RegisterFlagCompletionFunc("scope", cobra.FixedCompletions([]string{scopeNetwork, scopeAll}, cobra.ShellCompDirectiveNoFileComp))
}

func (s *scopeFlag) complete() error {
	if s.scope != scopeNetwork && s.scope != scopeAll {
		return exit.Because(fmt.Errorf("--scope is %q; it can be %s or %s", s.scope, scopeNetwork, scopeAll), "")
	}
	return nil
}

// beyond says whether more than the network is judged.
func (s *scopeFlag) beyond() bool { return s.scope == scopeAll }

// asked is the word that reports keep; empty for what is usual.
func (s *scopeFlag) asked() string {
	if s.beyond() {
		return scopeAll
	}
	return ""
}

// askBeyond asks everybody about what a guest is beside its NICs.
func (r *checkRun) askBeyond(ctx context.Context, g *world.Guest, from string) map[string]*preflight.Rest {
	defer r.progress("asking what is beyond the network of " + g.Name)()
	out := map[string]*preflight.Rest{}
	rest := r.world.Rest(ctx, from, g)
	for _, to := range r.flags.to {
		out[to] = &preflight.Rest{Guest: rest, Fit: r.world.Fit(ctx, to, g, rest)}
	}
	return out
}

// recordBeyond asks every host about the guests of the others.
func recordBeyond(ctx context.Context, w world.World, hosts []snapshot.Recorded) {
	for i := range hosts {
		for k := range hosts[i].Guests {
			g := &hosts[i].Guests[k]
			whole := &world.Guest{Guest: g.Guest, XML: g.XML}
			g.Rest = w.Rest(ctx, hosts[i].Host.Name, whole)
			for j := range hosts {
				if j != i {
					hosts[j].Fits = append(hosts[j].Fits, *w.Fit(ctx, hosts[j].Host.Name, whole, g.Rest))
				}
			}
		}
	}
}

// overall is the worst of everything that was judged.
func overall(d *preflight.Document) preflight.Level {
	worst := d.Verdict
	for i := range d.Reports {
		worst = max(worst, d.Reports[i].Overall())
	}
	return worst
}
