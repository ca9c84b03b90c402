package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/world"
	"migcheck/hostinfo"
)

func inventoryCommand() *cobra.Command {
	r := &reach{}
	cmd := &cobra.Command{
		Use:               "inventory [HOST]",
		Short:             "print one host's facts as JSON",
		Long:              "inventory prints what migcheck learns about a host, this one if none is named,\nwith a list of what could not be read and why.",
		Example:           "  migcheck inventory\n  migcheck inventory hostB",
		Args:              atMost(1, "the name of one host"),
		ValidArgsFunction: completeHosts,
		RunE: func(cmd *cobra.Command, args []string) error {
			name := world.Local
			if len(args) == 1 {
				name = args[0]
			}
			h, err := r.host(cmd, name)
			if err != nil {
				return err
			}
			shown, err := r.redaction.host(h)
			if err != nil {
				return err
			}
			if err := printJSON(cmd, shown); err != nil {
				return err
			}
			if h.Missing(hostinfo.FactDevices, "") != nil {
				return exit.Status(exit.Undecided)
			}
			return nil
		},
	}
	r.registerToShow(cmd.Flags())
	return cmd
}

// host gathers one host.
func (r *reach) host(cmd *cobra.Command, name string) (*hostinfo.Host, error) {
	hosts, err := r.gatherHosts(cmd, []string{name})
	if err != nil {
		return nil, err
	}
	return hosts[0], nil
}

// gatherHosts gathers several hosts at once, in the order of their names.
func (r *reach) gatherHosts(cmd *cobra.Command, names []string) ([]*hostinfo.Host, error) {
	w, fleet, err := r.open(cmd)
	if err != nil {
		return nil, err
	}
	defer w.Close()
	run := newRun(&checkFlags{reach: *r}, cmd, w, fleet)
	if err := run.gather(cmd.Context(), append([]string{}, names...)); err != nil {
		return nil, err
	}
	var out []*hostinfo.Host
	for _, n := range names {
		h := run.hosts[n]
		if h == nil {
			return nil, fmt.Errorf("host %s was not gathered", n)
		}
		out = append(out, h.Host)
	}
	return out, nil
}
