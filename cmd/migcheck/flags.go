package main

import (
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/fleetfile"
	"migcheck/cmd/internal/world"
	"migcheck/hostinfo/ssh"
	"migcheck/preflight/report"
)

// reach are the flags that say how hosts are reached; all commands that ask
// hosts have them.
type reach struct {
	snapshot, fleet, connect, sshCommand, sshConfig string
	knownHosts                                      []string
	connectTimeout                                  time.Duration
	connections                                     int
	verbose, quiet                                  bool
	uris                                            map[string]string // by host, from --from-uri and --to-uri
}

func (r *reach) register(f *pflag.FlagSet) {
	f.StringVar(&r.snapshot, "snapshot", "", "judge from the snapshot in `DIR` instead of asking hosts")
	f.StringVar(&r.fleet, "fleet", "", "the fleet `FILE` ($"+fleetfile.Variable+", ~/.config/migcheck/fleet.yaml, /etc/migcheck/fleet.yaml)")
	f.StringVarP(&r.connect, "connect", "c", "", "libvirt `URI` of this machine (qemu:///system)")
	f.StringVar(&r.sshCommand, "ssh-command", "", "reach hosts by this `COMMAND` instead of migcheck's own SSH, for GSSAPI, FIDO keys or ProxyCommand")
	f.StringVarP(&r.sshConfig, "ssh-config", "F", "", "ssh_config `FILE`, or none")
	f.StringSliceVar(&r.knownHosts, "known-hosts", nil, "known_hosts `FILE` in the place of the configured ones")
	f.DurationVar(&r.connectTimeout, "connect-timeout", 0, "`TIME` to reach a host and log in (10s)")
	f.IntVar(&r.connections, "connections", 64, "how many hosts are asked at once")
	f.BoolVarP(&r.verbose, "verbose", "v", false, "say what is being done, on stderr")
	f.BoolVarP(&r.quiet, "quiet", "q", false, "no progress on stderr")
}

// open gives the world that the flags ask for, and the fleet file.
func (r *reach) open(cmd *cobra.Command) (world.World, *fleetfile.Fleet, error) {
	fleet, ignored, err := fleetfile.Find(r.fleet)
	if err != nil {
		return nil, nil, exit.Because(err, "")
	}
	if ignored != "" {
		complain(cmd.ErrOrStderr(), ignored)
	}
	if r.snapshot != "" {
		w, err := world.Recorded(r.snapshot)
		return w, fleet, err
	}
	if r.connections < 1 {
		return nil, nil, exit.Because(fmt.Errorf("--connections is %d; at least one host must be asked", r.connections), "")
	}
	w, err := world.Live(fleet, world.Options{
		SSH: ssh.Config{
			ConfigFile: r.sshConfig, KnownHosts: r.knownHosts, ConnectTimeout: r.connectTimeout,
			Command: r.sshCommand, Prompt: ssh.TerminalPrompt(), Logger: r.logger(),
		},
		LocalURI: r.connect, URIs: r.uris, Connections: r.connections,
	})
	return w, fleet, err
}

func (r *reach) logger() *slog.Logger {
	if !r.verbose {
		return nil
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// output is one -o flag.
type output struct {
	format, file string
}

// outputs reads the -o flags: FORMAT or FORMAT=FILE, one of them to stdout.
func outputs(flags []string) ([]output, error) { return outputsOf(flags, report.Known) }

// outputsOf is outputs for reports of which other formats may be known.
func outputsOf(flags []string, known func(format string) error) ([]output, error) {
	if len(flags) == 0 {
		flags = []string{"text"}
	}
	var out []output
	for _, f := range flags {
		format, file, named := strings.Cut(f, "=")
		if err := known(format); err != nil {
			return nil, exit.Because(err, "")
		}
		if named && file == "" {
			return nil, exit.Because(fmt.Errorf("-o %s names no file", f), "")
		}
		if !named && slices.ContainsFunc(out, func(o output) bool { return o.file == "" }) {
			return nil, exit.Because(fmt.Errorf("two formats can't both go to stdout"), "name a file for one of them: -o "+format+"=FILE")
		}
		out = append(out, output{format, file})
	}
	return out, nil
}

// look says how text is to look on stdout.
func look(color string) (report.Options, error) {
	o := report.Options{}
	terminal := term.IsTerminal(int(os.Stdout.Fd()))
	switch color {
	case "always":
		o.Color = true
	case "auto":
		o.Color = terminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	case "never":
	default:
		return o, exit.Because(fmt.Errorf("--color is %q; it can be auto, always or never", color), "")
	}
	o.Width = 100
	if terminal {
		if w, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil && w >= 40 {
			o.Width = min(w, 140)
		}
	}
	return o, nil
}
