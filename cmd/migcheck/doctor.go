package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/denial"
	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/world"
	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/report"
	"migcheck/preflight/rules"
)

func doctorCommand() *cobra.Command {
	r := &reach{}
	cmd := &cobra.Command{
		Use:   "doctor HOST",
		Short: "say how a host is reached and what is missing there",
		Long: `doctor reaches a host as a check would and says what it learned: how it got
there and as whom, which facts could not be read and why, which rules can't be
decided for lack of them, and the lines that would give the missing rights.`,
		Example:           "  migcheck doctor hostB",
		Args:              exactly(1, "the name of one host"),
		ValidArgsFunction: completeHosts,
		RunE: func(cmd *cobra.Command, args []string) error {
			w, fleet, err := r.open(cmd)
			if err != nil {
				return err
			}
			defer w.Close()
			run := newRun(&checkFlags{reach: *r}, cmd, w, fleet)
			if err := run.gather(cmd.Context(), []string{args[0]}); err != nil {
				return err
			}
			d := &diagnosis{
				out: cmd.OutOrStdout(), host: run.hosts[args[0]].Host,
				route: w.Route(cmd.Context(), args[0]), recorded: r.snapshot != "",
			}
			if r.wanted() {
				if _, err := r.redaction.host(d.host); err != nil { // learns what its gaps name, too
					return err
				}
				for _, way := range []string{d.route.SSH, d.route.Login, d.route.Agent, d.route.Libvirt, d.route.ReadOnly} {
					r.names.Foreign(way)
				}
				r.names.User(d.route.Login)
				d.hide = r.names.Text
			}
			return report.Framed(d.out, d.host.Example, d.write)
		},
	}
	r.registerToShow(cmd.Flags())
	return cmd
}

// diagnosis is what doctor has to say about one host.
type diagnosis struct {
	out      io.Writer
	host     *hostinfo.Host
	route    world.Route
	recorded bool                // the host is a snapshot's
	hide     func(string) string // nil shows everything
	// undecided are the rules that were seen to lack an essential fact.
	undecided []string
	cured     []string // what was printed as a cure
}

func (d *diagnosis) say(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if d.hide != nil {
		line = d.hide(line)
	}
	fmt.Fprintln(d.out, report.Safe(line))
}

// part is one labelled line.
func (d *diagnosis) part(label, format string, args ...any) {
	d.say("  %-9s %s", label, fmt.Sprintf(format, args...))
}

func (d *diagnosis) write() error {
	h := d.host
	if g := h.Missing(hostinfo.FactDevices, ""); g != nil && len(h.Devices) == 0 {
		d.say("%s: not reached", h.Name)
		if d.route.SSH != "" {
			d.part("asked", "%s by SSH", d.route.SSH)
		}
		d.part("answer", "%s", g.Reason)
		if d.route.Sudo && strings.Contains(g.Reason, "sudo") {
			d.cure(d.sudoRefused(g.Reason))
		}
		d.part("lost", "everything: nothing can be decided about this host")
		return exit.Status(exit.Undecided)
	}
	d.say("%s: %s, kernel %s, %s", h.Name, or(h.Hostname, "name unknown"), or(h.Kernel, "unknown"), or(h.Arch, "architecture unknown"))
	d.system()
	d.reached()
	if h.Libvirt != nil && h.Libvirt.ReadOnly {
		d.readOnly()
	}
	for _, g := range foldGaps(h.Gaps) {
		d.missing(g)
	}
	d.say("")
	slices.Sort(d.undecided)
	if n := len(slices.Compact(d.undecided)); n > 0 {
		d.part("in short", "%d of %d rules can come out undecided for lack of facts", n, len(rules.All))
	} else {
		d.part("in short", "nothing is missing that decides")
	}
	return nil
}

// system says what the host runs, as far as it said.
func (d *diagnosis) system() {
	t := termsOf(d.host.System)
	if words := strings.TrimPrefix(strings.TrimSuffix(t.name()+", "+t.guards(), ", "), ", "); words != "" {
		d.part("system", "%s", words)
	}
}

// reached says how the host was asked, and as whom.
func (d *diagnosis) reached() {
	h := d.host
	switch {
	case d.recorded:
		d.part("recorded", "%s", h.Gathered.Format("2006-01-02 15:04 MST"))
	case d.route.SSH != "":
		d.part("reached", "%s by SSH", d.route.SSH)
	default:
		d.part("reached", "it is this machine")
	}
	by := ""
	if d.route.Sudo {
		by = " by sudo"
	}
	d.part("devices", "%d, read through %s as %s%s", len(h.Devices), or(h.Via, "an unknown tool"), or(h.User, "an unknown user"), by)
	if d.route.Agent != "" {
		d.part("agent", "not asked: %s", d.route.Agent)
	}
	v := h.Libvirt
	if v == nil {
		return
	}
	access, as, way := "for reading and writing", "", ""
	if v.ReadOnly {
		access = "for reading only"
	}
	if d.route.Libvirt != "" {
		as, way = " as "+or(d.route.Login, "the same user"), ", through "+d.route.Libvirt
	}
	d.part("libvirt", "%s, %s%s %s%s", or(v.Version, "version unknown"), v.URI, as, access, way)
	d.part("", "guests: %d, networks: %d", len(h.Domains), len(h.Networks))
}

// readOnly says what a read-only libvirt costs. It is a gap of each guest, not
// of the host.
func (d *diagnosis) readOnly() {
	d.say("")
	d.part("missing", "the right to write to libvirt: %s", or(d.route.ReadOnly, "the connection is a read-only one"))
	d.part("lost", "guests are judged by their live definition, not by the one that would be sent,")
	d.part("", "and this user can't migrate them")
	d.cause(d.route.ReadOnly, []hostinfo.Fact{hostinfo.FactLibvirt})
	d.cure(d.libvirtRights(d.route.ReadOnly))
}

// gapGroup are the gaps that have one reason.
type gapGroup struct {
	facts  []hostinfo.Fact
	about  []string // facts and their devices, for people
	reason string
}

func foldGaps(gaps []hostinfo.Gap) []gapGroup {
	var out []gapGroup
	for _, g := range gaps {
		about := factWords[g.Fact]
		if about == "" {
			about = string(g.Fact)
		}
		if g.Device != "" {
			about += " of " + g.Device
		}
		i := slices.IndexFunc(out, func(o gapGroup) bool { return o.reason == g.Reason })
		if i < 0 {
			i, out = len(out), append(out, gapGroup{reason: g.Reason})
		}
		out[i].about = append(out[i].about, about)
		if !slices.Contains(out[i].facts, g.Fact) {
			out[i].facts = append(out[i].facts, g.Fact)
		}
	}
	return out
}

func (d *diagnosis) missing(g gapGroup) {
	about := g.about
	if n := len(about) - 8; n > 0 {
		about = append(slices.Clone(about[:8]), fmt.Sprintf("and %d more", n))
	}
	d.say("")
	d.part("missing", "%s: %s", strings.Join(about, ", "), g.reason)
	undecided, unchecked := rulesThatNeed(g.facts)
	d.undecided = append(d.undecided, undecided...)
	if slices.Contains(g.facts, hostinfo.FactLibvirt) {
		d.part("lost", "guests that are on this host: a check from here is undecided")
	}
	if len(undecided) > 0 {
		d.part("undecided", "%s", strings.Join(undecided, ", "))
	}
	if len(unchecked) > 0 {
		d.part("unchecked", "%s", strings.Join(unchecked, ", "))
	}
	d.cause(g.reason, g.facts)
	d.cure(d.cureOf(g))
}

// cause says who refused something, where that is known or where it stands.
func (d *diagnosis) cause(reason string, facts []hostinfo.Fact) {
	denied, ok := denial.Of(reason, d.host.System, whoAsked(d.route, d.host, facts))
	if !ok {
		return
	}
	d.part("cause", "%s; as root on %s:", denied.Text, d.host.Name)
	for _, line := range denied.Look {
		d.part("", "  %s", line)
	}
}

// rulesThatNeed are the rules that are lost without facts: those that can't be
// decided then, and those that are left out with a note.
func rulesThatNeed(facts []hostinfo.Fact) (undecided, unchecked []string) {
	for _, r := range rules.All {
		if r.Area != preflight.Network {
			continue // nobody misses what he did not ask for
		}
		lost, essential := false, false
		for _, n := range r.Needs {
			if slices.Contains(facts, preflight.ReadFrom(n.Fact)) {
				lost, essential = true, essential || n.Essential
			}
		}
		switch {
		case essential:
			undecided = append(undecided, r.ID)
		case lost:
			unchecked = append(unchecked, r.ID)
		}
	}
	return undecided, unchecked
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
