package main

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/fleetfile"
	"migcheck/cmd/internal/world"
	"migcheck/preflight/rules"
)

// completionTime bounds what a completion may ask for: a shell waits for it.
const completionTime = 300 * time.Millisecond

// completeHosts offers the hosts of the fleet file; it asks nobody.
func completeHosts(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return fleetHosts(""), cobra.ShellCompDirectiveNoFileComp
}

// completeDestinations offers the same and the word for all of them.
func completeDestinations(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return append(fleetHosts(""), everywhere+"\tevery other host of the fleet"), cobra.ShellCompDirectiveNoFileComp
}

// completeGuests offers this machine's guests, if its libvirt answers at once.
func completeGuests(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(context.Background(), completionTime)
	defer cancel()
	w, err := world.Live(&fleetfile.Fleet{}, world.Options{Connections: 1})
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names, err := w.GuestNames(ctx, world.Local)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeRules offers the rules, with their titles.
func completeRules(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, r := range rules.All {
		out = append(out, r.ID+"\t"+r.Title())
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// completeAssumptions offers the destinations, or else the fleet's hosts, with
// the word for all fixes.
func completeAssumptions(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return destinations(cmd, ":"+allFixes), cobra.ShellCompDirectiveNoFileComp
}

// completeMaps offers the destinations, or else the fleet's hosts; the devices
// behind them nobody is asked for.
func completeMaps(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return destinations(cmd, ":"), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

func destinations(cmd *cobra.Command, ending string) []string {
	to, err := cmd.Flags().GetStringSlice("to")
	if err != nil || len(to) == 0 {
		return fleetHosts(ending)
	}
	var out []string
	for _, host := range to { // twice each: cobra reads the words once more for the completion
		if word := host + ending; !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	return out
}

// fleetHosts are the hosts of the fleet file, each with an ending.
func fleetHosts(ending string) []string {
	fleet, _, err := fleetfile.Find("")
	if err != nil {
		return nil
	}
	names := fleet.Names()
	for i := range names {
		names[i] += ending
	}
	return names
}
