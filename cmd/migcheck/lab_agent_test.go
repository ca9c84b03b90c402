//go:build lab

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"migcheck/hostinfo"
	"migcheck/hostinfo/agent"
	"migcheck/hostinfo/iproute/parity"
	"migcheck/preflight"
)

// agentTraces is what an agent could leave behind on a host.
const agentTraces = `ls -d /etc/systemd/system/*migcheck* /etc/systemd/system/*.wants/*migcheck* /usr/lib/sysusers.d/*migcheck* /usr/libexec/migcheck /run/migcheck /etc/migcheck 2>/dev/null
systemctl list-units --all --no-legend --plain "migcheck*"; systemctl list-unit-files --no-legend "migcheck*"
getent group | grep migcheck; getent passwd | grep migcheck
for p in /proc/[0-9]*; do tr "\0" " " <$p/cmdline 2>/dev/null | grep -a "[m]igcheck-agent"; done
true`

// TestSystemdLabAgent runs in the lab's systemd flavour: the agent is installed on
// hostC, answers as SSH does, is started again when it ends, and leaves nothing when it
// is removed. The whole of it, with make prove, sends a probe's frames as well.
func TestSystemdLabAgent(t *testing.T) {
	l := openLab(t)
	if whole {
		l = readyToProbe(t)
	}
	if got := l.on(t, "hostC", "cat /proc/1/comm"); got != "systemd" {
		t.Fatalf("process 1 is %q: this takes fixtures/lab/lab start --hosts hostA,hostB,hostC:systemd", got)
	}
	before := l.on(t, "hostC", agentTraces)
	static := l.static(t)
	if out, code := l.migcheck(t, "agent", "install", "hostC", "--probe", "--yes", "--binary", static); code != 0 {
		t.Fatalf("install: exit status %d\n%s", code, out)
	}
	t.Cleanup(func() { // again, if a step before has failed
		l.on(t, "hostC", "rm -rf /etc/migcheck; b=/usr/libexec/migcheck/migcheck-agent; if [ -x $b ]; then $b agent remove local --yes; fi")
	})
	t.Log(l.on(t, "hostC", "systemd-analyze security --no-pager 'migcheck-agent.service' | tail -1"))

	t.Run("who may ask", func(t *testing.T) {
		l.agentSays(t, 0, "the agent answers", "hostC")
		l.agentSays(t, 3, "the members of the group migcheck may", "alice@hostC")
		l.on(t, "hostC", "usermod --append --groups migcheck,migcheck-probe alice")
		l.agentSays(t, 0, "the agent answers", "alice@hostC")
	})
	file := filepath.Join(t.TempDir(), "fleet.yaml")
	if err := os.WriteFile(file, []byte("hosts: {known: {ssh: root@hostC, agent: true}}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Run("the same facts", func(t *testing.T) { l.agentAgrees(t, file) })
	t.Run("a device that comes", func(t *testing.T) {
		l.on(t, "hostC", "ip link add news0 type dummy")
		t.Cleanup(func() { l.on(t, "hostC", "ip link delete news0") })
		if h := l.inventory(t, "known", "--fleet", file); h.Via != agent.Via || hostinfo.IndexLinks(h).ByName("news0") == nil {
			t.Errorf("via %s it is not seen", h.Via)
		}
	})
	t.Run("an agent that was killed", func(t *testing.T) {
		l.on(t, "hostC", "systemctl kill --signal=KILL migcheck-agent.service")
		if h := l.inventory(t, "known", "--fleet", file); h.Via != agent.Via {
			t.Errorf("read via %s: %+v", h.Via, h.Gaps)
		}
	})
	if whole { // it takes minutes to bring the other side's program to an emulated host
		t.Run("frames by the second socket", l.framesBySocket)
	}
	if out, code := l.migcheck(t, "agent", "remove", "hostC", "--yes"); code != 0 {
		t.Errorf("remove: exit status %d\n%s", code, out)
	}
	if after := l.on(t, "hostC", agentTraces); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	l.agentSays(t, 1, "no agent: there is no "+agent.Socket, "hostC")
}

// framesBySocket lets a user who is not root send a probe's frames, by a device that
// the administrator has listed and by no other.
func (l *lab) framesBySocket(t *testing.T) {
	l.on(t, "hostC", "mkdir -p /etc/migcheck && echo 'bond0.*' >/etc/migcheck/probe-devices")
	l.probe(t, "ready", nil, preflight.ByFrames, "guest1", "--from", "hostA", "--to", "alice@hostC", "--probe", "--push")
	l.on(t, "hostC", "echo eth9 >/etc/migcheck/probe-devices")
	l.probe(t, "undecided", []string{preflight.FactsNotObserved}, preflight.ByName,
		"guest1", "--from", "hostA", "--to", "alice@hostC", "--probe", "--push")
	l.on(t, "hostC", "rm -r /etc/migcheck")
}

// agentSays asks for a host's agent.
func (l *lab) agentSays(t *testing.T, status int, words, host string) {
	t.Helper()
	if out, code := l.migcheck(t, "agent", "status", host); code != status || !strings.Contains(string(out), words) {
		t.Errorf("exit status %d, want %d and %q:\n%s", code, status, words, out)
	}
}

func (l *lab) inventory(t *testing.T, args ...string) *hostinfo.Host {
	t.Helper()
	out, code := l.migcheck(t, append([]string{"inventory"}, args...)...)
	h := &hostinfo.Host{}
	if err := json.Unmarshal(out, h); err != nil || code != 0 {
		t.Fatalf("exit status %d, %v\n%.2000s", code, err, out)
	}
	return h
}

// agentAgrees compares what the agent says with what a command over SSH does, as
// root: only root sees other namespaces, and which one libvirt's daemon is in.
func (l *lab) agentAgrees(t *testing.T, file string) {
	told := l.inventory(t, "known", "--fleet", file)
	asked := l.inventory(t, "hostC")
	if told.Via != agent.Via || asked.Via != "iproute2" {
		t.Fatalf("read via %s and %s: %+v", told.Via, asked.Via, told.Gaps)
	}
	for _, g := range told.Gaps {
		if asked.Missing(g.Fact, g.Device) == nil && g.Fact != hostinfo.FactNamespaces && g.Fact != hostinfo.FactDaemon {
			t.Errorf("root sees %s over SSH, and the agent does not: %s", g.Fact, g.Reason)
		}
	}
	told.User = asked.User
	told.Namespaces, asked.Namespaces = nil, nil
	if diff := parity.Diff(told, asked); diff != "" {
		t.Errorf("-agent +SSH:\n%s", diff)
	}
}
