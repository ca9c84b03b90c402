package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/exit"
	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/report"
)

func compareCommand() *cobra.Command {
	r := &reach{}
	all := false
	cmd := &cobra.Command{
		Use:   "compare HOST HOST",
		Short: "show two hosts' devices side by side",
		Long: `compare shows the devices that a guest's NIC could stand on, by name, on two
hosts. It judges nothing: devices may differ where no guest cares. What guests and
containers have for themselves (macvtaps, taps, veths) is left out unless --all is
given.`,
		Example:           "  migcheck compare hostA hostB",
		Args:              exactly(2, "the names of two hosts"),
		ValidArgsFunction: completeHosts,
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] == args[1] {
				return exit.Because(fmt.Errorf("%s is named twice: compare shows two hosts", args[0]), "migcheck inventory "+args[0]+" shows one")
			}
			hosts, err := r.gatherHosts(cmd, args)
			if err != nil {
				return err
			}
			if err := r.printComparison(cmd.OutOrStdout(), hosts, all); err != nil {
				return err
			}
			for _, h := range hosts {
				if g := h.Missing(hostinfo.FactDevices, ""); g != nil {
					complain(cmd.ErrOrStderr(), h.Name+": "+strings.TrimPrefix(g.Reason, h.Name+": "))
					err = exit.Status(exit.Undecided)
				}
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "show guests' and containers' devices too")
	r.registerToShow(cmd.Flags())
	return cmd
}

func (r *reach) printComparison(w io.Writer, hosts []*hostinfo.Host, all bool) error {
	for _, h := range hosts {
		if r.wanted() {
			r.noteHost(h)
		}
	}
	a, err := r.redaction.host(hosts[0])
	if err != nil {
		return err
	}
	b, err := r.redaction.host(hosts[1])
	if err != nil {
		return err
	}
	return report.Framed(w, a.Example || b.Example, func() error {
		printComparison(w, a, b, all)
		return nil
	})
}

func printComparison(w io.Writer, a, b *hostinfo.Host, all bool) {
	va, vb := preflight.NewView(a), preflight.NewView(b)
	same := 0
	for _, name := range deviceNames(all, a, b) {
		left, right := describe(va, name), describe(vb, name)
		if left == right {
			same++
			fmt.Fprintf(w, "  %s\n", report.Safe(left))
			continue
		}
		width := max(len(a.Name), len(b.Name))
		fmt.Fprintf(w, "! %s\n", report.Safe(name))
		fmt.Fprintf(w, "    %-*s  %s\n", width, report.Safe(a.Name), report.Safe(left))
		fmt.Fprintf(w, "    %-*s  %s\n", width, report.Safe(b.Name), report.Safe(right))
	}
	fmt.Fprintf(w, "\ndevices alike: %d, different: %d\n", same, len(deviceNames(all, a, b))-same)
}

func describe(v *preflight.View, name string) string {
	e := &preflight.Endpoint{View: v, Name: v.Name, Wanted: name, Device: v.Links.ByName(name)}
	return e.Describe()
}

// deviceNames are the names on either host, sorted.
func deviceNames(all bool, hosts ...*hostinfo.Host) []string {
	var out []string
	for _, h := range hosts {
		for _, d := range h.Devices {
			if all || !guestsOwn(&d) {
				out = append(out, d.Name)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// guestsOwn says whether a device belongs to a guest or a container.
func guestsOwn(d *hostinfo.Device) bool {
	switch d.Kind {
	case hostinfo.KindMacvtap, hostinfo.KindTun, hostinfo.KindVeth:
		return true
	}
	return d.LinkType == "loopback" || strings.HasPrefix(d.Name, "vnet")
}
