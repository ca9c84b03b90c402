//go:build system && cgo && libvirt_dlopen

package act

import (
	"bytes"
	"strings"
	"testing"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt/client"
	"migcheck/preflight"
)

// uuid is that of the one guest of libvirt's test driver.
const uuid = "6695eb01-f6a4-8304-79aa-97f2502e193f"

func connect(t *testing.T) *client.Conn {
	t.Helper()
	c, err := client.Open(t.Context(), client.Options{URI: "test:///default"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestLook(t *testing.T) {
	c := connect(t)
	if p := Look(t.Context(), c, "hostA", uuid); !p.runs() || p.Host != "hostA" {
		t.Errorf("%+v", p)
	}
	if p := Look(t.Context(), c, "hostA", strings.Replace(uuid, "66", "77", 1)); !p.Known || p.Has {
		t.Errorf("a guest that is not there: %+v", p)
	}
	if p := Look(t.Context(), nil, "hostA", uuid); p.Known || p.Why == "" {
		t.Errorf("no connection: %+v", p)
	}
	_ = c.Close()
	if p := Look(t.Context(), c, "hostA", uuid); p.Known || p.Why == "" {
		t.Errorf("a closed connection: %+v", p)
	}
}

func TestDefineAndAutostart(t *testing.T) {
	c := connect(t)
	before, err := Define(t.Context(), c, uuid)
	if err != nil || !bytes.Contains(before.Migratable, []byte(uuid)) || !bytes.Contains(before.Persistent, []byte(uuid)) {
		t.Fatalf("%v, %s", err, before.Migratable)
	}
	if err := Autostart(t.Context(), c, uuid, !before.Autostart); err != nil {
		t.Fatal(err)
	}
	if after, err := Define(t.Context(), c, uuid); err != nil || after.Autostart == before.Autostart {
		t.Errorf("autostart was %v and is %v: %v", before.Autostart, after.Autostart, err)
	}
}

// TestMigrateWithoutClearance: nothing is begun.
func TestMigrateWithoutClearance(t *testing.T) {
	c := connect(t)
	o := Order{Trip: preflight.Trip{UUID: uuid, From: "hostA", To: "hostB"}, Flags: []string{"VIR_MIGRATE_LIVE"}}
	for _, clearance := range []*preflight.Clearance{nil, {}} {
		_, err := Migrate(t.Context(), Way{From: c, To: c}, clearance, o, func(Progress) { t.Error("it has begun") })
		if err == nil || !strings.Contains(err.Error(), "clearance") {
			t.Errorf("%v", err)
		}
	}
	o.Flags = []string{"VIR_MIGRATE_UNHEARD_OF"}
	if _, err := Migrate(t.Context(), Way{From: c, To: c}, nil, o, nil); err == nil || !strings.Contains(err.Error(), "UNHEARD_OF") {
		t.Errorf("%v", err)
	}
	if p := Look(t.Context(), c, "hostA", uuid); p.State != hostinfo.StateRunning {
		t.Errorf("the guest is %s", p.State)
	}
}
