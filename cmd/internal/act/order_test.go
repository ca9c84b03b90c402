package act

import (
	"strings"
	"testing"
	"time"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

func TestOrder(t *testing.T) {
	defs := Definitions{Migratable: []byte("<m/>"), Persistent: []byte("<p/>"), Autostart: true}
	for name, c := range map[string]struct {
		wish       Wish
		state      hostinfo.DomainState
		persistent hostinfo.Tri
		flags      string // without VIR_MIGRATE_; empty: refused
		lines      string // in the order for people
		not        string
	}{
		"persistent": {Wish{}, "running", hostinfo.Yes, "LIVE PERSIST_DEST UNDEFINE_SOURCE CHANGE_PROTECTION ABORT_ON_ERROR", "autostart is set on hostB", "autostart is taken"},
		"kept":       {Wish{KeepDefinition: true}, "running", hostinfo.Yes, "LIVE PERSIST_DEST CHANGE_PROTECTION ABORT_ON_ERROR", "autostart is taken from the definition that stays on hostA", ""},
		"transient":  {Wish{}, "running", hostinfo.No, "LIVE CHANGE_PROTECTION ABORT_ON_ERROR", "", "autostart"},
		"autostart":  {Wish{NoAutostart: true}, "running", hostinfo.Yes, "LIVE PERSIST_DEST UNDEFINE_SOURCE CHANGE_PROTECTION ABORT_ON_ERROR", "", "autostart"},
		"stopped":    {Wish{Offline: true}, "shut off", hostinfo.Yes, "PERSIST_DEST UNDEFINE_SOURCE OFFLINE", "", "49152"},
		"all of it": {
			Wish{
				PeerToPeer: "qemu+tls://b/system", Bandwidth: 7, AutoConverge: true, PostCopy: true, Parallel: 3, Compress: "xbzrle",
				Downtime: time.Second, CopyStorage: "inc", MigrateURI: "tcp://10.0.0.2", Unsafe: true, Timeout: time.Minute, OnTimeout: "pause",
			},
			"paused", hostinfo.Yes,
			"LIVE PEER2PEER PERSIST_DEST UNDEFINE_SOURCE NON_SHARED_INC CHANGE_PROTECTION UNSAFE COMPRESSED ABORT_ON_ERROR AUTO_CONVERGE POSTCOPY PARALLEL",
			"virDomainMigrateToURI3, managed by the source, to qemu+tls://b/system|migrate_uri = tcp://10.0.0.2|bandwidth = 7 (MiB/s)|" +
				"parallel.connections = 3|compression = xbzrle|SetMaxDowntime 1s|StartPostCopy|after 1m0s: pause", "49152",
		},
		"stopped, and no word of it": {wish: Wish{}, state: "shut off", persistent: hostinfo.Yes},
		"running, and offline":       {wish: Wish{Offline: true}, state: "running", persistent: hostinfo.Yes},
		"offline with its disks":     {wish: Wish{Offline: true, CopyStorage: "all"}, state: "shut off", persistent: hostinfo.Yes},
		"persistence not read":       {wish: Wish{}, state: "running", persistent: hostinfo.Unknown},
	} {
		g := &hostinfo.Guest{Name: "g", UUID: "u", State: c.state, Persistent: c.persistent}
		o, err := NewOrder(c.wish, g, preflight.Trip{UUID: "u", From: "hostA", To: "hostB"}, defs, nil, nil)
		if c.flags == "" {
			if err == nil {
				t.Errorf("%s: accepted with %v", name, o.Flags)
			}
			continue
		}
		if got := strings.ReplaceAll(strings.Join(o.Flags, " "), "VIR_MIGRATE_", ""); err != nil || got != c.flags {
			t.Errorf("%s: %v, flags %s\nwant %s", name, err, got, c.flags)
		}
		text := strings.Join(o.Lines(), "\n")
		for _, want := range strings.Split(c.lines, "|") {
			if !strings.Contains(text, want) {
				t.Errorf("%s: nothing of %q in\n%s", name, want, text)
			}
		}
		if c.not != "" && strings.Contains(text, c.not) {
			t.Errorf("%s: says %q:\n%s", name, c.not, text)
		}
	}
}

// TestOrderXML: documents are sent where something is mapped, and a transient
// guest has no persistent one.
func TestOrderXML(t *testing.T) {
	for persistent, want := range map[hostinfo.Tri]string{hostinfo.Yes: "<p2/>", hostinfo.No: ""} {
		g := &hostinfo.Guest{Name: "g", State: hostinfo.StateBlocked, Persistent: persistent}
		o, err := NewOrder(Wish{}, g, preflight.Trip{}, Definitions{}, []byte("<m2/>"), []byte("<p2/>"))
		if err != nil || o.DestXML != "<m2/>" || o.PersistXML != want {
			t.Errorf("persistent %v: %q, %q, %v", persistent, o.DestXML, o.PersistXML, err)
		}
		if o.ExpectedOnArrive != hostinfo.StateRunning {
			t.Errorf("a guest that waits for its CPU should arrive %s", o.ExpectedOnArrive)
		}
	}
}

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		p    Progress
		want int
	}{
		{Progress{}, -1},
		{Progress{Total: 100, Remaining: 100}, 0},
		{Progress{Total: 100, Remaining: 25}, 75},
		{Progress{Total: 100, Remaining: 0}, 100},
		{Progress{Total: 100, Remaining: 500}, 0},
		{Progress{Total: 1 << 63, Remaining: 1 << 62}, 50},
	} {
		if got := c.p.Percent(); got != c.want {
			t.Errorf("%+v: %d, want %d", c.p, got, c.want)
		}
	}
}
