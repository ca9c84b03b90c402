package act

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// Wish is what the user asked for.
type Wish struct {
	PeerToPeer     string        // the destination's libvirt URI as the source sees it; empty: managed from here
	KeepDefinition bool          // leave a persistent guest's definition on the source
	NoAutostart    bool          // leave the autostart mark alone
	Offline        bool          // move the definition of a stopped guest
	Bandwidth      uint64        // MiB/s; 0 unlimited
	AutoConverge   bool          // slow the guest's CPUs down if it writes too fast
	PostCopy       bool          // switch to post-copy after the first pass over the memory
	Parallel       int           // channels; 0 is one, without the flag
	Compress       string        // method; empty: none
	Downtime       time.Duration // how long the guest may stand still at the end; 0: QEMU's default
	CopyStorage    string        // "all", "inc" or empty
	MigrateURI     string        // where the memory is sent; empty: the destination says it
	Unsafe         bool          // libvirt's storage check is overridden
	Timeout        time.Duration // 0: none
	OnTimeout      string        // "abort", "pause" or "postcopy"
}

// Definitions are a guest's XML documents as they are sent, secrets included.
type Definitions struct {
	Migratable []byte // of a running guest; of a stopped one its persistent one
	Persistent []byte // nil: the guest is transient
	Autostart  bool
}

// Order is everything that libvirt will be told.
type Order struct {
	preflight.Trip
	Guest      string
	PeerToPeer string
	Flags      []string // libvirt's names, in the order of their bits
	// Parameters by libvirt's names; those without a value are not sent.
	URI, DestXML, PersistXML, Compression string
	Bandwidth                             uint64 // MiB/s
	Parallel                              int
	// What is done beside it.
	Downtime         time.Duration
	Timeout          time.Duration
	OnTimeout        string
	PostCopy         bool
	MoveAutostart    bool // set it on the destination
	ClearAutostart   bool // and take it from the definition that stays
	Before           hostinfo.DomainState
	ToKnew           bool // the destination has a definition of it already
	ExpectedOnArrive hostinfo.DomainState
}

// NewOrder says what to tell libvirt to bring the guest to another host. The
// XML documents are the mapped ones, or nil where nothing is mapped: then
// libvirt sends its own.
func NewOrder(w Wish, g *hostinfo.Guest, t preflight.Trip, d Definitions, destXML, persistXML []byte) (Order, error) {
	o := Order{
		Trip: t, Guest: g.Name, PeerToPeer: w.PeerToPeer, URI: w.MigrateURI, Compression: w.Compress,
		Bandwidth: w.Bandwidth, Parallel: w.Parallel, Downtime: w.Downtime, Timeout: w.Timeout,
		OnTimeout: w.OnTimeout, PostCopy: w.PostCopy, DestXML: string(destXML),
		Before: g.State, ExpectedOnArrive: g.State,
	}
	persistent := g.Persistent == hostinfo.Yes
	switch {
	case !g.Persistent.Known():
		return o, fmt.Errorf("whether %s is persistent could not be read", g.Name)
	case !g.State.Active() && !w.Offline:
		return o, fmt.Errorf("%s is %s: only its definition can be moved (--offline)", g.Name, g.State)
	case g.State.Active() && w.Offline:
		return o, fmt.Errorf("%s is %s, and --offline moves the definitions of stopped guests", g.Name, g.State)
	case w.Offline && w.CopyStorage != "":
		return o, errors.New("--offline moves no memory and no storage: copy the disks first")
	}
	if g.State == hostinfo.StateBlocked {
		o.ExpectedOnArrive = hostinfo.StateRunning
	}
	if persistent {
		o.PersistXML = string(persistXML)
		o.MoveAutostart = d.Autostart && !w.NoAutostart
		o.ClearAutostart = o.MoveAutostart && w.KeepDefinition
	}
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"VIR_MIGRATE_LIVE", !w.Offline},
		{"VIR_MIGRATE_PEER2PEER", w.PeerToPeer != ""},
		{"VIR_MIGRATE_PERSIST_DEST", persistent},
		{"VIR_MIGRATE_UNDEFINE_SOURCE", persistent && !w.KeepDefinition},
		{"VIR_MIGRATE_NON_SHARED_DISK", w.CopyStorage == "all"},
		{"VIR_MIGRATE_NON_SHARED_INC", w.CopyStorage == "inc"},
		{"VIR_MIGRATE_CHANGE_PROTECTION", !w.Offline},
		{"VIR_MIGRATE_UNSAFE", w.Unsafe},
		{"VIR_MIGRATE_OFFLINE", w.Offline},
		{"VIR_MIGRATE_COMPRESSED", w.Compress != ""},
		{"VIR_MIGRATE_ABORT_ON_ERROR", !w.Offline},
		{"VIR_MIGRATE_AUTO_CONVERGE", w.AutoConverge},
		{"VIR_MIGRATE_POSTCOPY", w.PostCopy},
		{"VIR_MIGRATE_PARALLEL", w.Parallel > 0},
	} {
		if f.set {
			o.Flags = append(o.Flags, f.name)
		}
	}
	return o, nil
}

// Has says whether a flag is set.
func (o *Order) Has(flag string) bool { return slices.Contains(o.Flags, flag) }

// Lines are the order for people: the call, its flags and parameters, and what
// is done beside it.
func (o *Order) Lines() []string {
	call := "virDomainMigrate3, managed from here over the connections to both hosts"
	if o.PeerToPeer != "" {
		call = "virDomainMigrateToURI3, managed by the source, to " + o.PeerToPeer
	}
	out := []string{call, "flags: " + strings.Join(o.Flags, " | ")}
	for _, p := range []struct{ name, value string }{
		{"migrate_uri", o.URI},
		{"bandwidth", number(o.Bandwidth, " (MiB/s)")},
		{"parallel.connections", number(uint64(o.Parallel), "")},
		{"compression", o.Compression},
	} {
		if p.value != "" {
			out = append(out, p.name+" = "+p.value)
		}
	}
	if o.URI == "" && !o.Has("VIR_MIGRATE_OFFLINE") {
		out = append(out, "migrate_uri: the destination says it: its own name, a port from 49152 on")
	}
	for _, x := range []struct{ name, xml string }{{"destination_xml", o.DestXML}, {"persistent_xml", o.PersistXML}} {
		if x.xml == "" {
			out = append(out, x.name+": libvirt's own, unchanged")
			continue
		}
		out = append(out, fmt.Sprintf("%s: %d bytes, as below", x.name, len(x.xml)))
	}
	return append(out, o.beside()...)
}

// beside is what is done beside the one call.
func (o *Order) beside() []string {
	var out []string
	if o.Downtime > 0 {
		out = append(out, "then: virDomainMigrateSetMaxDowntime "+o.Downtime.String())
	}
	if o.PostCopy {
		out = append(out, "then: virDomainMigrateStartPostCopy after the first pass over the memory")
	}
	if o.Timeout > 0 {
		out = append(out, fmt.Sprintf("after %s: %s", o.Timeout, o.OnTimeout))
	}
	if o.MoveAutostart {
		out = append(out, "afterwards: autostart is set on "+o.To)
	}
	if o.ClearAutostart {
		out = append(out, "afterwards: autostart is taken from the definition that stays on "+o.From)
	}
	return out
}

func number(n uint64, unit string) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(n, 10) + unit
}
