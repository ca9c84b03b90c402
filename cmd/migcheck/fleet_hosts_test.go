//go:build system && cgo && libvirt_dlopen

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"migcheck/cmd/internal/exit"
	"migcheck/fixtures/hosts"
	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// TestFleetOfHosts judges a fleet of which some hosts are behind one jump host,
// some share an sshd that takes one login at a time and drops the others, and some
// don't answer as hosts do. All that can be read is read, with one login and one
// command each.
func TestFleetOfHosts(t *testing.T) {
	site := hosts.Start(t, hosts.Spec{Name: "hostA"}, hosts.Spec{Name: "hostB"})
	gate := hosts.StartCrowd(t, "gate", 90, 1, "ForceCommand /bin/false")
	shy := hosts.StartCrowd(t, "shy", 91, 5, "MaxStartups 1:100:1")
	slow := hosts.StartCrowd(t, "slow", 92, 1, "Match all", "ForceCommand sleep 300")
	dir := t.TempDir()
	own, err := os.ReadFile(site.SSHConfig)
	must(t, err)
	config := filepath.Join(dir, "ssh_config")
	must(t, os.WriteFile(config, []byte("Host hostA hostB\n  ProxyJump gate1\n"+gate.SSHConfig+shy.SSHConfig+slow.SSHConfig+string(own)), 0o600))
	var file strings.Builder
	fmt.Fprintf(&file, "hosts:\n  hostA: {}\n  hostB: {}\n  slow1: {}\n  down: {ssh: \"127.0.0.9:9\"}\n  silent: {ssh: %q}\n  mail: {ssh: %q}\n",
		listens(t, ""), listens(t, strings.Repeat("220 mail.example.net\r\n", 100)))
	for _, name := range shy.Names {
		fmt.Fprintf(&file, "  %s: {}\n", name)
	}
	must(t, os.WriteFile(filepath.Join(dir, "fleet.yaml"), []byte(file.String()), 0o600))
	guest := filepath.Join(dir, "web1.xml")
	must(t, os.WriteFile(guest, []byte(benchGuest), 0o644))
	site.Host("hostA").Virsh(t, "define", guest)

	out := filepath.Join(dir, "fleet.json")
	code := run([]string{
		"fleet", "--fleet", filepath.Join(dir, "fleet.yaml"), "-F", config, "-q", "-o", "json=" + out, "--history", filepath.Join(dir, "history.db"),
		"--connect-timeout", "20s", "--host-timeout", "25s", "--fail-on", "undecided",
	})
	if code != 3 {
		t.Fatalf("exit status %d", code)
	}
	raw, err := os.ReadFile(out)
	must(t, err)
	var d fleet.Document
	must(t, json.Unmarshal(raw, &d))
	must(t, d.Check())
	want := map[string]string{
		"slow1": "it was not read within 25s", "down": "connection refused",
		"silent": "no answer within 20s", "mail": "no answer within 20s",
	}
	at := map[string]int{}
	for i, h := range d.Hosts {
		at[h.Name] = i
		if words, fails := want[h.Name]; h.Observed == fails || !strings.Contains(h.Reason, words) {
			t.Errorf("%s: observed %v, %q", h.Name, h.Observed, h.Reason)
		}
	}
	for _, h := range site.Hosts {
		if logins, execs := h.Asked(t); logins != 1 || execs != 1 {
			t.Errorf("%s: %d logins and %d execs", h.Name, logins, execs)
		}
		if g := d.Hosts[at[h.Name]]; g.Libvirt == "" || g.UUID != h.UUID {
			t.Errorf("%s: libvirt was not asked: %+v", h.Name, g)
		}
	}
	if logins, execs, _ := gate.Asked(t); logins != 1 || execs != 0 {
		t.Errorf("the jump host: %d logins and %d execs", logins, execs)
	}
	logins, execs, dropped := shy.Asked(t)
	if logins != 5 || execs != 5 || dropped == 0 {
		t.Errorf("the sshd that drops: %d logins, %d execs, %d dropped", logins, execs, dropped)
	}
	t.Logf("dropped: %d", dropped)
	if len(d.Guests) != 1 || d.Guests[0].Name != "web1" || d.Guests[0].State != hostinfo.StateShutoff || d.Guests[0].Host != at["hostA"] {
		t.Fatalf("guests: %+v", d.Guests)
	}
	if v := d.Verdict(0, at["hostB"]); v >= preflight.Undecided {
		t.Errorf("web1 to hostB: %s", v)
	}
	for _, name := range []string{"down", "slow1", "shy1"} { // shy has no libvirt
		if v := d.Verdict(0, at[name]); v != preflight.Undecided && name != "shy1" || v < preflight.Undecided {
			t.Errorf("web1 to %s: %s", name, v)
		}
	}
}

// TestWatchOfHosts: later looks go over the connections of the first one, and see
// what has changed.
func TestWatchOfHosts(t *testing.T) {
	site := hosts.Start(t, hosts.Spec{Name: "hostA"}, hosts.Spec{Name: "hostB"})
	dir := t.TempDir()
	file, guest, out := filepath.Join(dir, "fleet.yaml"), filepath.Join(dir, "web1.xml"), filepath.Join(dir, "fleet.json")
	must(t, os.WriteFile(file, []byte("hosts: {hostA: {}, hostB: {}}\n"), 0o600))
	must(t, os.WriteFile(guest, []byte(benchGuest), 0o644))
	ctx, cancel := context.WithCancelCause(t.Context())
	said := &lines{then: func(n int) {
		switch n {
		case 1:
			site.Host("hostA").Virsh(t, "define", guest)
		case 2:
			if out, err := site.Host("hostB").Command("/", "ip", "link", "del", "up0").CombinedOutput(); err != nil {
				t.Errorf("ip link del: %v: %s", err, out)
			}
		case 3:
			cancel(exit.Status(exit.Interrupted))
		}
	}}
	cmd := root()
	cmd.SetErr(said)
	cmd.SetArgs([]string{"fleet", "--fleet", file, "-F", site.SSHConfig, "--watch", "1s", "-o", "json=" + out, "--history", filepath.Join(dir, "history.db")})
	if err := cmd.ExecuteContext(ctx); exit.Code(err) != exit.Interrupted {
		t.Fatalf("it ended with %v", err)
	}
	for i, want := range []string{
		"2 hosts, 0 guests, 0 stuck", "web1 is new on hostA: 2 hosts, 1 guest, 0 stuck",
		"web1 on hostA is stuck now; new: blocked source-dev-missing on hostB (up0): 2 hosts, 1 guest, 1 stuck",
	} {
		if i >= len(said.all) || !strings.HasSuffix(said.all[i], "Z "+want) {
			t.Errorf("line %d should be %q: %q", i+1, want, said.all)
			break
		}
	}
	for _, h := range site.Hosts {
		if logins, execs := h.Asked(t); logins != 1 || execs != 3 {
			t.Errorf("%s: %d logins and %d execs for three looks", h.Name, logins, execs)
		}
	}
}

// lines are what is written, and what is done after each line.
type lines struct {
	then func(n int)
	all  []string
}

func (l *lines) Write(b []byte) (int, error) {
	l.all = append(l.all, strings.TrimSpace(string(b)))
	l.then(len(l.all))
	return len(b), nil
}

// listens is the address of somebody who says this to all who come, and no more.
func listens(t *testing.T, words string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = c.Write([]byte(words))
				var rest bytes.Buffer
				_, _ = rest.ReadFrom(c)
			}()
		}
	}()
	return l.Addr().String()
}
