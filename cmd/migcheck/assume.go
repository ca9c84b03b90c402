package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"migcheck/cmd/internal/exit"
	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/assume"
)

// allFixes is the word for every fix that is printed for a host.
const allFixes = "fixes"

// assumption is one --assume flag.
type assumption struct {
	host    string
	all     bool // every fix that is printed for the host
	command assume.Command
}

// parseAssumptions reads HOST:COMMAND and HOST:fixes. Hosts and commands may
// both have colons, so the first one with a command behind it counts.
func parseAssumptions(flags []string) ([]assumption, error) {
	var out []assumption
	for _, f := range flags {
		a, err := parseAssumption(f)
		if err != nil {
			return nil, exit.Because(fmt.Errorf("--assume %w", err), "understood are HOST:"+allFixes+", and HOST: followed by\n"+strings.Join(assume.Understood, "\n"))
		}
		out = append(out, a)
	}
	return out, nil
}

func parseAssumption(flag string) (assumption, error) {
	var first error
	for i, c := range flag {
		if c != ':' || i == 0 {
			continue
		}
		a := assumption{host: flag[:i], all: flag[i+1:] == allFixes}
		if a.all {
			return a, nil
		}
		var err error
		if a.command, err = assume.Parse(flag[i+1:]); err == nil {
			return a, nil
		}
		if first == nil || strings.HasPrefix(flag[i+1:], "ip ") {
			first = err
		}
	}
	if first == nil {
		first = fmt.Errorf("%q is not of the form HOST:COMMAND", flag)
	}
	return assumption{}, first
}

// assume puts the hosts into the state that the flags describe, in their order,
// and writes into the document what was assumed.
func (r *checkRun) assume(ctx context.Context, doc *preflight.Document) error {
	flags, _ := parseAssumptions(r.flags.assumed)
	for _, a := range flags {
		v := r.hosts[a.host]
		if v == nil {
			return exit.Because(fmt.Errorf("--assume names the host %s, which is not judged", a.host), "there is "+strings.Join(r.judged(), ", "))
		}
		if a.all {
			r.assumeFixes(ctx, doc, a.host)
			continue
		}
		one := preflight.Assumption{Host: a.host, Command: a.command.String()}
		if g := v.Missing(hostinfo.FactDevices, ""); g != nil {
			one.NotApplied = g.Reason
		} else if err := r.carryOut(a.host, a.command); err != nil {
			return exit.Because(fmt.Errorf("--assume %s:%s: %w", a.host, one.Command, err), "")
		}
		doc.Options.Assumed = append(doc.Options.Assumed, one)
	}
	return nil
}

func (r *checkRun) judged() []string {
	var names []string
	for name := range r.hosts {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (r *checkRun) carryOut(host string, command assume.Command) error {
	h, err := assume.Apply(r.hosts[host].Host, command)
	if err == nil {
		r.hosts[host] = preflight.NewView(h)
	}
	return err
}

// assumeFixes carries out what findings print for the host, each finding's
// commands all or none.
func (r *checkRun) assumeFixes(ctx context.Context, doc *preflight.Document, host string) {
	fixes := fixesFor(r.reports(ctx, doc), host)
	if len(fixes) == 0 {
		complain(r.cmd.ErrOrStderr(), fmt.Sprintf("--assume %s:%s: no finding prints a fix for %s", host, allFixes, host))
	}
	for _, fix := range fixes {
		why := ""
		if h, err := assume.Run(r.hosts[host].Host, fix); err != nil {
			why = err.Error()
		} else {
			r.hosts[host] = preflight.NewView(h)
		}
		for _, line := range fix {
			doc.Options.Assumed = append(doc.Options.Assumed, preflight.Assumption{Host: host, Command: line, NotApplied: why})
		}
	}
}

// fixesFor are the fixes of the findings that count, each once.
func fixesFor(reports []preflight.Report, host string) [][]string {
	var out [][]string
	for i := range reports {
		for _, f := range reports[i].Findings {
			known := slices.ContainsFunc(out, func(o []string) bool { return slices.Equal(o, f.Fix) })
			if f.Subject.Host == host && f.CausedBy == "" && f.Counts() && len(f.Fix) > 0 && !known {
				out = append(out, f.Fix)
			}
		}
	}
	return out
}
