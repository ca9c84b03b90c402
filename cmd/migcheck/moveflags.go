package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"migcheck/cmd/internal/act"
	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/world"
	"migcheck/preflight"
	"migcheck/preflight/rules"
)

// moveFlags are what a migration was asked for, and how.
type moveFlags struct {
	migrate, yes, dryRun, all, keepGoing bool
	guestsAtOnce                         int
	mapMode, printXML                    string
	wish                                 act.Wish
}

// byItself is the value of a flag that may, and need not, be given one.
const byItself = "by itself"

func (m *moveFlags) register(f *pflag.FlagSet) {
	m.registerHow(f)
	f.StringVar(&m.mapMode, "map-mode", "", "the macvtap `MODE` of mapped NICs on the destination (as on the source)")
	f.StringVar(&m.printXML, "print-xml", "", "write the guests' XML, mapped, to `DIR` for virsh migrate --xml --persistent-xml; it holds their secrets")
	f.BoolVar(&m.all, "all", false, "all running guests of --from; with --offline all stopped ones")
}

// registerHow are the flags of every verb that migrates.
func (m *moveFlags) registerHow(f *pflag.FlagSet) {
	w := &m.wish
	f.BoolVar(&m.migrate, "migrate", false, "migrate the guests that are ready; asks first at a terminal")
	f.BoolVar(&m.yes, "yes", false, "do not ask before something is changed")
	f.BoolVar(&m.dryRun, "dry-run", false, "with --migrate: print what libvirt would be told, secrets in XML included, and do nothing")
	f.StringVar(&w.PeerToPeer, "p2p", "", "with --migrate: let the source manage it, over a connection of its own to the destination's libvirt at `URI` (qemu+ssh://HOSTNAME/system)")
	f.Lookup("p2p").NoOptDefVal = byItself
	f.BoolVar(&w.KeepDefinition, "keep-definition", false, "leave a persistent guest's definition on the source, too")
	f.BoolVar(&w.NoAutostart, "no-autostart", false, "do not move the autostart mark along")
	f.BoolVar(&w.Offline, "offline", false, "move the definitions of stopped guests")
	f.Uint64Var(&w.Bandwidth, "bandwidth", 0, "send at most `MIB` MiB a second")
	f.DurationVar(&w.Timeout, "migrate-timeout", 0, "`TIME` after which --on-timeout is done")
	f.StringVar(&w.OnTimeout, "on-timeout", "abort", "abort (the guest stays), pause (it stands still until it has moved), or postcopy")
	f.BoolVar(&w.AutoConverge, "auto-converge", false, "slow the guest down if it writes faster than it can be sent")
	f.BoolVar(&w.PostCopy, "postcopy", false, "switch to post-copy after the first pass over the memory; a failure after that loses the guest")
	f.IntVar(&w.Parallel, "parallel", 0, "send over `N` channels")
	f.StringVar(&w.Compress, "compress", "", "compress the memory: `METHOD` xbzrle, mt, zlib or zstd (xbzrle)")
	f.Lookup("compress").NoOptDefVal = "xbzrle"
	f.DurationVar(&w.Downtime, "downtime", 0, "let the guest stand still for `TIME` at the end (QEMU's default: 300ms)")
	f.StringVar(&w.CopyStorage, "copy-storage", "", "copy the disks too: `WHAT` all or inc")
	f.StringVar(&w.MigrateURI, "migrate-uri", "", "send the memory to `URI` (tcp://ADDRESS[:PORT]) instead of the destination's own name")
	f.BoolVar(&w.Unsafe, "unsafe", false, "override libvirt's own check that the disks are safe to migrate")
	f.IntVar(&m.guestsAtOnce, "guests-at-once", 1, "migrate `N` guests at the same time")
	f.BoolVar(&m.keepGoing, "keep-going", false, "go on with the other guests after one has failed or is not ready")
}

// complete refuses what can be seen to be wrong before anybody is asked.
func (m *moveFlags) complete(c *checkFlags, guests []string) error {
	wrong := func(format string, a ...any) error { return exit.Because(fmt.Errorf(format, a...), "") }
	switch {
	case m.all && len(guests) > 0:
		return wrong("--all means every guest, and %s is named", guests[0])
	case m.all && c.from == "":
		return exit.Because(errors.New("--all needs --from: whose guests are meant"), "migcheck --all --from HOST --to HOST")
	case (m.migrate || m.printXML != "") && c.snapshot != "":
		return wrong("a snapshot can be judged, and not be migrated")
	case (m.migrate || m.printXML != "") && len(c.assumed) > 0:
		return wrong("what --assume supposes can be judged, and not be migrated by")
	case m.migrate && len(c.to) > 1:
		return wrong("a guest migrates to one host, and %d are named", len(c.to))
	case m.mapMode != "" && len(c.maps) == 0:
		return wrong("--map-mode says how mapped NICs stand there, and no --map is given")
	}
	return errors.Join(m.coherent(c.allow, c.trial), oneOf("map-mode", m.mapMode, "bridge", "vepa", "private", "passthrough"))
}

// coherent refuses words on how to migrate that don't go together. asks says that
// something else is asked about, which --yes agrees to.
func (m *moveFlags) coherent(allow []string, asks bool) error {
	wrong := func(format string, a ...any) error { return exit.Because(fmt.Errorf(format, a...), "") }
	w := &m.wish
	needing := m.dryRun || m.yes && !asks || m.keepGoing || m.guestsAtOnce != 1 || *w != (act.Wish{OnTimeout: "abort"}) && *w != (act.Wish{OnTimeout: "abort", Offline: true})
	_, _, uriErr := world.MigrationTarget(w.MigrateURI)
	switch {
	case needing && !m.migrate:
		return exit.Because(errors.New("flags say how to migrate, and --migrate is not among them"), "without it nothing is migrated, and they mean nothing")
	case w.OnTimeout == "postcopy" && !w.PostCopy:
		return wrong("--on-timeout postcopy needs --postcopy")
	case w.OnTimeout != "abort" && w.Timeout == 0:
		return wrong("--on-timeout needs --migrate-timeout")
	case m.guestsAtOnce < 1, w.Parallel < 0, w.Timeout < 0, w.Downtime < 0:
		return wrong("numbers and times of a migration can't be negative, and at least one guest migrates at once")
	case w.MigrateURI != "" && uriErr != nil:
		return wrong("--migrate-uri: %w", uriErr)
	case m.migrate && !m.yes && !m.dryRun && !term.IsTerminal(int(os.Stdin.Fd())):
		return errNobodyToAsk
	}
	return errors.Join(
		oneOf("on-timeout", w.OnTimeout, "abort", "pause", "postcopy"),
		oneOf("compress", w.Compress, "xbzrle", "mt", "zlib", "zstd"),
		oneOf("copy-storage", w.CopyStorage, "all", "inc"),
		m.unwaivable(allow),
	)
}

func oneOf(name, value string, of ...string) error {
	if value != "" && !slices.Contains(of, value) {
		return exit.Because(fmt.Errorf("--%s is %q; it can be %s", name, value, strings.Join(of, ", ")), "")
	}
	return nil
}

var errNobodyToAsk = exit.Because(errors.New("--migrate asks before it does anything, and there is no terminal to ask at"),
	"--yes says that it is meant, --dry-run shows what it would be")

// unwaivable: under post-copy a failure at the end costs the guest.
func (m *moveFlags) unwaivable(allow []string) error {
	for _, id := range allow {
		if m.wish.PostCopy && rules.ByID(id).Phase == preflight.Finish {
			return exit.Because(fmt.Errorf("%s can't be waived with --postcopy: its failure would lose the guest", id), "")
		}
	}
	return nil
}

// migration is what rules need to know of it; nil if nobody asked to migrate.
func (m *moveFlags) migration() *preflight.Migration {
	if !m.migrate {
		return nil
	}
	return &preflight.Migration{PostCopy: m.wish.PostCopy, Offline: m.wish.Offline, CopyStorage: m.wish.CopyStorage != "", Unsafe: m.wish.Unsafe}
}

// patient is how long questions may take after a migration, or an interruption.
const patient = 2 * time.Minute
