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
	"migcheck/preflight/rules"
)

func doctorCommand() *cobra.Command {
	r := &reach{}
	cmd := &cobra.Command{
		Use:   "doctor HOST",
		Short: "say how a host is reached and what is missing there",
		Long: `doctor reaches a host as a check would and says what it learned: how it got
there and as whom, which facts could not be read and why, which rules can't be
decided for lack of them, and the line that would give the missing right.`,
		Example:           "  migcheck doctor hostB",
		Args:              exactly(1, "the name of one host"),
		ValidArgsFunction: completeHosts,
		RunE: func(cmd *cobra.Command, args []string) error {
			h, err := r.host(cmd, args[0])
			if err != nil {
				return err
			}
			return diagnose(cmd.OutOrStdout(), h)
		},
	}
	r.register(cmd.Flags())
	return cmd
}

func diagnose(w io.Writer, h *hostinfo.Host) error {
	say := func(format string, args ...any) { fmt.Fprintln(w, report.Safe(fmt.Sprintf(format, args...))) }
	if g := h.Missing(hostinfo.FactDevices, ""); g != nil && len(h.Devices) == 0 {
		say("%s: not reached", h.Name)
		say("  %s", g.Reason)
		say("  nothing can be decided about this host")
		return exit.Status(exit.Undecided)
	}
	say("%s: %s, kernel %s, %s", h.Name, or(h.Hostname, "name unknown"), or(h.Kernel, "unknown"), or(h.Arch, "architecture unknown"))
	say("  devices: %d, read through %s as user %s", len(h.Devices), h.Via, or(h.User, "unknown"))
	if v := h.Libvirt; v != nil {
		access := "read and write"
		if v.ReadOnly {
			access = "read-only"
		}
		say("  libvirt: %s at %s, %s; %d guests, %d networks", or(v.Version, "version unknown"), v.URI, access, len(h.Domains), len(h.Networks))
	}
	if len(h.Gaps) == 0 {
		say("  nothing is missing")
		return nil
	}
	say("")
	for _, g := range h.Gaps {
		about := string(g.Fact)
		if g.Device != "" {
			about += " of " + g.Device
		}
		say("  missing: %s: %s", about, g.Reason)
		if lost := rulesThatNeed(g.Fact); len(lost) > 0 {
			say("           rules without it: %s", strings.Join(lost, ", "))
		}
		cure := cures[g.Fact]
		if strings.HasPrefix(g.Reason, hostinfo.OnlyRoot) {
			cure = "needs root: sudoers: USER ALL=(root) NOPASSWD: /bin/sh and become: sudo in the fleet file"
		}
		if cure != "" {
			say("           %s", strings.ReplaceAll(cure, "USER", or(h.User, "USER")))
		}
	}
	return nil
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// cures are what gives a fact, where a right or a package does.
var cures = map[hostinfo.Fact]string{
	hostinfo.FactLibvirt:    "either: usermod -aG libvirt USER (and log in anew), or sudoers: USER ALL=(root) NOPASSWD: /bin/sh and become: sudo in the fleet file",
	hostinfo.FactForwarding: "install iproute2's bridge command on the host",
	hostinfo.FactAltNames:   "install iproute2 5.4 or newer on the host",
	hostinfo.FactDetails:    "install iproute2 4.14 or newer (ip -json) on the host",
	hostinfo.FactAddresses:  "install iproute2 4.14 or newer (ip -json) on the host",
}

// rulesThatNeed are the rules that are lost without a fact.
func rulesThatNeed(f hostinfo.Fact) []string {
	var out []string
	for _, r := range rules.All {
		if slices.ContainsFunc(r.Needs, func(n preflight.Need) bool { return preflight.ReadFrom(n.Fact) == f }) {
			out = append(out, r.ID)
		}
	}
	return out
}
