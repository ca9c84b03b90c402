//go:build system && cgo && libvirt_dlopen

package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"migcheck/cmd/internal/exit"
	"migcheck/fixtures/hosts"
)

// TestWatchOfAgents: hosts with agents tell of what has happened, so that it is
// judged long before the time of the next look, and with no command on them. A host
// that was booted is told of, and where an agent ends a command takes its place.
func TestWatchOfAgents(t *testing.T) {
	site := hosts.Start(t, hosts.Spec{Name: "hostA"}, hosts.Spec{Name: "hostB"})
	dir := t.TempDir()
	file, guest, out := filepath.Join(dir, "fleet.yaml"), filepath.Join(dir, "web1.xml"), filepath.Join(dir, "fleet.json")
	must(t, os.WriteFile(file, []byte("hosts: {hostA: {agent: true}, hostB: {agent: true}}\n"), 0o600))
	must(t, os.WriteFile(guest, []byte(benchGuest), 0o644))
	site.Host("hostA").Virsh(t, "define", guest)
	startAgent(t, site.Host("hostA"))
	end := startAgent(t, site.Host("hostB"))
	onB := func(script string) {
		if out, err := site.Host("hostB").Command("/", "sh", "-c", script).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", script, err, out)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	said := &lines{then: func(n int) {
		switch n {
		case 1:
			onB("ip link del up0")
		case 2:
			onB("ip link add up0 type veth peer name sw0 && ip link set up0 up && ip link set sw0 up")
		case 3:
			onB("cat /proc/sys/kernel/random/uuid >/proc/sys/kernel/random/boot_id")
		case 4:
			end()
			onB("ip link del up0")
		case 5:
			cancel(exit.Status(exit.Interrupted))
		}
	}}
	cmd := root()
	cmd.SetErr(said)
	cmd.SetArgs([]string{"fleet", "--fleet", file, "-F", site.SSHConfig, "--watch", "3h", "-o", "json=" + out})
	if err := cmd.ExecuteContext(ctx); exit.Code(err) != exit.Interrupted {
		t.Fatalf("it ended with %v", err)
	}
	for i, want := range []string{
		"2 hosts, 1 guest, 0 stuck",
		"web1 on hostA is stuck now; new: blocked source-dev-missing on hostB (up0): 2 hosts, 1 guest, 1 stuck",
		"web1 on hostA can go to 1 host again; gone: blocked source-dev-missing on hostB (up0): 2 hosts, 1 guest, 0 stuck",
		"hostB was booted: 2 hosts, 1 guest, 0 stuck",
		"web1 on hostA is stuck now; new: blocked source-dev-missing on hostB (up0): 2 hosts, 1 guest, 1 stuck",
	} {
		if i >= len(said.all) || !strings.HasSuffix(said.all[i], "Z "+want) {
			t.Errorf("line %d should be %q: %q", i+1, want, said.all)
			break
		}
	}
	for host, commands := range map[string]int{"hostA": 0, "hostB": 1} {
		if logins, execs := site.Host(host).Asked(t); logins != 1 || execs != commands {
			t.Errorf("%s: %d logins and %d commands, want 1 and %d", host, logins, execs, commands)
		}
	}
}
