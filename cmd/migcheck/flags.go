package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/fleetfile"
	"migcheck/cmd/internal/world"
	"migcheck/hostinfo/ssh"
)

// reach are the flags that say how hosts are reached; all commands that ask
// hosts have them.
type reach struct {
	snapshot, fleet, hostsFrom     string
	connect, sshCommand, sshConfig string
	knownHosts                     []string
	connectTimeout                 time.Duration
	connections                    int
	verbose, quiet                 bool
	uris                           map[string]string // by host, from --from-uri and --to-uri
	*redaction                                       // nil for verbs that report on no host
}

// registerToShow is register for verbs whose reports may leave the house.
func (r *reach) registerToShow(f *pflag.FlagSet) {
	r.redaction = &redaction{}
	r.redaction.register(f)
	r.register(f)
}

func (r *reach) register(f *pflag.FlagSet) {
	f.StringVar(&r.snapshot, "snapshot", "", "judge from the snapshot in `DIR` instead of asking hosts")
	f.StringVar(&r.fleet, "fleet", "", "the fleet `FILE` ($"+fleetfile.Variable+", ~/.config/migcheck/fleet.yaml, /etc/migcheck/fleet.yaml)")
	f.StringVar(&r.hostsFrom, "hosts-from", "", "the hosts are those of `FILE`, or - for stdin: the JSON of ansible-inventory --list")
	f.StringVarP(&r.connect, "connect", "c", "", "libvirt `URI` of this machine (qemu:///system)")
	f.StringVar(&r.sshCommand, "ssh-command", "", "reach hosts by this `COMMAND` instead of migcheck's own SSH, for GSSAPI, FIDO keys or ProxyCommand")
	f.StringVarP(&r.sshConfig, "ssh-config", "F", "", "ssh_config `FILE`, or none")
	f.StringSliceVar(&r.knownHosts, "known-hosts", nil, "known_hosts `FILE` in the place of the configured ones")
	f.DurationVar(&r.connectTimeout, "connect-timeout", 0, "`TIME` to reach a host and log in (10s)")
	f.IntVar(&r.connections, "connections", 128, "how many hosts are asked at once")
	f.BoolVarP(&r.verbose, "verbose", "v", false, "say what is being done, on stderr")
	f.BoolVarP(&r.quiet, "quiet", "q", false, "no progress on stderr")
}

// named is the fleet file, with the hosts of an inventory if there is one.
func (r *reach) named(cmd *cobra.Command) (*fleetfile.Fleet, error) {
	if r.snapshot == "" && cmd.Flags().Changed("snapshot") { // never the live hosts in its place
		return nil, exit.Because(errors.New("--snapshot names no directory"), "")
	}
	if r.connectTimeout < 0 {
		return nil, exit.Because(fmt.Errorf("--connect-timeout is %v; a host needs some time", r.connectTimeout), "")
	}
	fleet, ignored, err := fleetfile.Find(r.fleet)
	if err != nil {
		return nil, exit.Because(err, "")
	}
	if ignored != "" {
		complain(cmd.ErrOrStderr(), ignored)
	}
	switch {
	case r.hostsFrom == "":
		return fleet, nil
	case r.snapshot != "":
		return nil, exit.Because(errors.New("--hosts-from and --snapshot: the hosts are those that were recorded"), "")
	}
	inv, err := fleetfile.LoadInventory(r.hostsFrom, cmd.InOrStdin())
	if err != nil {
		return nil, exit.Because(err, "ansible-inventory -i INVENTORY --list prints what is expected")
	}
	if n := len(inv.Others); n > 0 {
		complain(cmd.ErrOrStderr(), fmt.Sprintf("%d of the inventory's hosts are left out, as Ansible does not reach them over SSH: %s", n, several(inv.Others)))
	}
	return fleet.With(inv), nil
}

// several are the first few of many names.
func several(names []string) string {
	const few = 5
	if n := len(names) - few; n > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), n)
	}
	return strings.Join(names, ", ")
}

// open gives the world that the flags ask for, and the fleet file.
func (r *reach) open(cmd *cobra.Command) (world.World, *fleetfile.Fleet, error) {
	return r.openFor(cmd, world.Options{})
}

// retries is how often a login is tried again that sshd dropped, having too many.
const retries = 6

// openFor is open with what a world is to be opened for.
func (r *reach) openFor(cmd *cobra.Command, o world.Options) (world.World, *fleetfile.Fleet, error) {
	fleet, err := r.named(cmd)
	if err != nil {
		return nil, nil, err
	}
	if _, err := r.secret(); err != nil { // before anybody is asked
		return nil, nil, err
	}
	if r.snapshot != "" {
		w, err := world.Recorded(r.snapshot)
		return r.noted(w, fleet, err)
	}
	if r.connections < 1 {
		return nil, nil, exit.Because(fmt.Errorf("--connections is %d; at least one host must be asked", r.connections), "")
	}
	o.SSH = ssh.Config{
		ConfigFile: r.sshConfig, KnownHosts: r.knownHosts, ConnectTimeout: r.connectTimeout, Retries: retries,
		Command: r.sshCommand, Prompt: ssh.TerminalPrompt(), Logger: r.logger(),
	}
	o.LocalURI, o.URIs, o.Connections = r.connect, r.uris, r.connections
	w, err := world.Live(fleet, o)
	return r.noted(w, fleet, err)
}

// noted is a world that is noted where something is to be hidden.
func (r *reach) noted(w world.World, fleet *fleetfile.Fleet, err error) (world.World, *fleetfile.Fleet, error) {
	if err == nil && r.wanted() {
		r.noteFleet(fleet)
		w = world.Noted(w, r.noteHost, r.noteGuest)
	}
	return w, fleet, err
}

func (r *reach) logger() *slog.Logger {
	if !r.verbose {
		return nil
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
}
