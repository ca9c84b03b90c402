package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/world"
	"migcheck/hostinfo"
	"migcheck/hostinfo/snapshot"
	"migcheck/preflight/report"
)

func snapshotCommand() *cobra.Command {
	r := &reach{}
	var dir string
	var options snapshot.Options
	var scope scopeFlag
	cmd := &cobra.Command{
		Use:   "snapshot HOST... -d DIR",
		Short: "record hosts and their guests, to judge or report later",
		Long: `snapshot writes what migcheck learns about hosts and their guests into a
directory: JSON for the hosts, and the guests' XML reduced to names, interfaces
and launchSecurity. "migcheck GUEST --to HOST --snapshot DIR" judges from it as
it would have judged live. Files are readable by you alone. With --scope all each
host is also asked about the guests of the others, and what else the guests are is
recorded, for a check with --scope all.`,
		Example:           "  migcheck snapshot hostA hostB -d ticket-4711 --redact",
		Args:              between(1, 1<<20, "the names of one or more hosts"),
		ValidArgsFunction: completeHosts,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if dir == "" {
				return exit.Because(fmt.Errorf("no directory: say where to record with -d DIR"), "")
			}
			if err := scope.complete(); err != nil {
				return err
			}
			options.Redact = r.wanted()
			if options.Key, err = r.secret(); err != nil {
				return err
			}
			return r.record(cmd, args, dir, scope, options)
		},
	}
	cmd.Flags().StringVarP(&dir, "dir", "d", "", "the `DIR` to write, made if it is not there")
	cmd.Flags().BoolVar(&options.FullXML, "full-xml", false, "keep the guests' whole XML, passwords included")
	r.registerToShow(cmd.Flags())
	scope.register(cmd)
	return cmd
}

func (r *reach) record(cmd *cobra.Command, names []string, dir string, scope scopeFlag, o snapshot.Options) error {
	w, fleet, err := r.open(cmd)
	if err != nil {
		return err
	}
	defer w.Close()
	run := newRun(&checkFlags{reach: *r}, cmd, w, fleet)
	if err := run.gather(cmd.Context(), append([]string{}, names...)); err != nil {
		return err
	}
	var hosts []snapshot.Recorded
	code := exit.OK
	for _, n := range names {
		h := run.hosts[n].Host
		one := snapshot.Recorded{Host: h, Guests: recordGuests(cmd.Context(), w, n, h)}
		hosts = append(hosts, one)
		if g := h.Missing(hostinfo.FactDevices, ""); g != nil {
			complain(cmd.ErrOrStderr(), fmt.Sprintf("%s: recorded as not observed: %s", n, g.Reason))
			code = exit.Undecided
		}
	}
	if scope.beyond() {
		recordBeyond(cmd.Context(), w, hosts)
	}
	if err := snapshot.Write(dir, hosts, o); err != nil {
		return err
	}
	for _, h := range hosts {
		fmt.Fprintf(cmd.ErrOrStderr(), "recorded %s (devices: %d, guests: %d, gaps: %d)\n", report.Safe(h.Host.Name), len(h.Host.Devices), len(h.Guests), len(h.Host.Gaps))
	}
	return exit.Status(code)
}

// recordGuests reads all guests of a host; those that vanish meanwhile are left
// out, as they would be of a later look.
func recordGuests(ctx context.Context, w world.World, host string, h *hostinfo.Host) []snapshot.Guest {
	names, err := w.GuestNames(ctx, host)
	if err != nil {
		h.AddGap(hostinfo.FactDomains, "", err.Error())
		return nil
	}
	var out []snapshot.Guest
	for _, name := range names {
		if g, err := w.Guest(ctx, host, name); err == nil {
			out = append(out, snapshot.Guest{Guest: g.Guest, XML: g.XML})
		}
	}
	return out
}
