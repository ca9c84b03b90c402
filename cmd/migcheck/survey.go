package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/fleetfile"
	"migcheck/cmd/internal/pattern"
	"migcheck/cmd/internal/survey"
	"migcheck/cmd/internal/world"
	"migcheck/hostinfo"
	"migcheck/preflight/fleet"
)

// surveyFlags are those of the verbs that look at a whole fleet.
type surveyFlags struct {
	reach
	hosts    string
	hostTime time.Duration
}

func (f *surveyFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.hosts, "hosts", "", "the hosts of this `PATTERN` only")
	flags.DurationVar(&f.hostTime, "host-timeout", time.Minute, "`TIME` for all that is asked of one host, so that a slow one does not hold up the run")
	f.reach.registerToShow(flags)
	_ = cmd.RegisterFlagCompletionFunc("hosts", completeHosts)
}

// openSurvey opens the world of the chosen hosts, to be surveyed once or, with
// keep, again and again.
func (f *surveyFlags) openSurvey(cmd *cobra.Command, keep bool) (world.World, *fleetfile.Fleet, []string, error) {
	chosen, err := pattern.Parse(f.hosts)
	if err != nil {
		return nil, nil, nil, exit.Because(fmt.Errorf("--hosts: %w", err), "")
	}
	if f.hostTime <= 0 {
		return nil, nil, nil, exit.Because(fmt.Errorf("--host-timeout is %v; a host needs some time", f.hostTime), "")
	}
	w, file, err := f.openFor(cmd, world.Options{Census: true, Keep: keep})
	if err != nil {
		return nil, nil, nil, err
	}
	names, err := f.choose(w.HostNames(), chosen)
	if err != nil {
		w.Close()
		return nil, nil, nil, err
	}
	return w, file, names, nil
}

func (f *surveyFlags) choose(names []string, chosen pattern.Pattern) ([]string, error) {
	if len(names) == 0 {
		return nil, errNoFleet
	}
	names, err := chosen.Choose(names)
	if miss, ok := errors.AsType[*pattern.MissError](err); ok {
		return nil, exit.Because(fmt.Errorf("--hosts: %w", err), miss.Hint())
	}
	if err != nil {
		return nil, exit.Because(fmt.Errorf("--hosts: %w", err), "")
	}
	return names, nil
}

var errNoFleet = exit.Because(errors.New("there is no fleet: no fleet file names any hosts"),
	"list them in ~/.config/migcheck/fleet.yaml or name a file with --fleet FILE\nor take Ansible's: ansible-inventory --list | migcheck fleet --hosts-from -")

// take surveys hosts and tells a person how far it is.
func (f *surveyFlags) take(cmd *cobra.Command, w world.World, hosts []string, o survey.Options) *survey.Survey {
	o.Connections, o.HostTime, o.Progress = f.connections, f.hostTime, &survey.Progress{}
	done := f.count(o.Progress)
	s := survey.Take(cmd.Context(), w, hosts, o)
	done()
	if cmd.Context().Err() != nil && !o.Again { // of a later look nothing is reported
		complain(cmd.ErrOrStderr(), fmt.Sprintf("interrupted: %d of %d hosts were not read; nothing was changed", s.Unasked, len(hosts)))
	}
	return s
}

// distinctHosts refuses several names for one host: guests would seem to be able
// to move from one to the other.
func distinctHosts(f *fleet.Fleet) error {
	var same []string
	for _, twins := range f.Twins() {
		var names []string
		for _, i := range twins {
			names = append(names, f.Hosts[i].View.Name)
		}
		same = append(same, strings.Join(names, " and ")+" are one host: they have one boot id")
	}
	if len(same) == 0 {
		return nil
	}
	return exit.Because(errors.New(strings.Join(same, "\n")), "name each host once, or leave a name out: --hosts '*,!NAME'")
}

// splitBrains warns of guests that run twice.
func splitBrains(stderr io.Writer, s *survey.Survey) {
	twice := s.Twice()
	for _, uuid := range slices.Sorted(maps.Keys(twice)) {
		var on []string
		for _, g := range twice[uuid] {
			on = append(on, s.Hosts[g.Host].Name)
		}
		complain(stderr, fmt.Sprintf("SPLIT BRAIN: the guest %s runs on %s at the same time", twice[uuid][0].Name, strings.Join(on, " and ")))
	}
}

// unread says whether a host's guests are not all known.
func unread(h *hostinfo.Host) bool { return h.Missing(hostinfo.FactDomains, "") != nil }
