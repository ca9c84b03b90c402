//go:build lab

package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestProveEvacuate empties hostA: two guests that run there go to hostB, one after
// the other, and a third that is stopped stays until it is asked for.
func TestProveEvacuate(t *testing.T) {
	l := openLab(t)
	l.must(t, "reset", "hostA", "hostB")
	l.on(t, "hostA", `for g in $(virsh -q list --all --name); do virsh -q destroy $g 2>/dev/null; virsh -q undefine $g 2>/dev/null; done; true`)
	fleet := filepath.Join(t.TempDir(), "fleet.yaml")
	if err := os.WriteFile(fleet, []byte("hosts: {hostA: {}, hostB: {}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	evacuate := func(more ...string) *process {
		return l.start(t, nil, append([]string{"evacuate", "hostA", "--fleet", fleet, "--connect-timeout", "4m", "--host-timeout", "8m"}, more...)...)
	}
	l.define(t, "away1", 0x51, false)
	l.define(t, "away2", 0x52, true)
	l.define(t, "asleep", 0x53, false)
	l.on(t, "hostA", "virsh -q destroy asleep")

	evacuate().code(t, 0, "hostA can be emptied of what runs there: 2 of 2 guests have a place", "not planned (--offline moves their definitions): asleep", "16 MiB")
	evacuate("--migrate", "--dry-run").code(t, 0, "PLANNED away1", "PLANNED away2", "clearance: ")
	l.expect(t, "away1", "running", "none")

	evacuate("--migrate", "--yes").code(t, 0, "ARRIVED away1 hostA -> hostB", "ARRIVED away2 hostA -> hostB")
	for _, guest := range []string{"away1", "away2"} {
		l.expect(t, guest, "none", "running")
	}
	evacuate().code(t, 0, "nothing runs on hostA")
	evacuate("--migrate", "--yes", "--offline").code(t, 0, "shut off: its definition only", "ARRIVED asleep hostA -> hostB")
	l.expect(t, "asleep", "none", "shut off")

	// The way back is blocked for both: nobody moves.
	l.on(t, "hostA", "ip link delete bond0.623")
	defer l.must(t, "reset", "hostA")
	l.start(t, nil, "evacuate", "hostB", "--fleet", fleet, "--connect-timeout", "4m", "--host-timeout", "8m", "--migrate", "--yes").
		code(t, 1, "hostB can't be emptied", "source-dev-missing", "ip link add link bond0 name bond0.623", "nobody was migrated")
	l.expect(t, "away1", "none", "running")
}
