package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/fleetfile"
	"migcheck/cmd/internal/world"
)

// completionTime bounds what a completion may ask for: a shell waits for it.
const completionTime = 300 * time.Millisecond

// completeHosts offers the hosts of the fleet file; it asks nobody.
func completeHosts(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	fleet, _, err := fleetfile.Find("")
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return fleet.Names(), cobra.ShellCompDirectiveNoFileComp
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
