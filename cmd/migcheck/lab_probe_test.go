//go:build lab

package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"migcheck/preflight"
)

// lookAlike gives hostB another bond0.623: of VLAN 623 like the first, on a NIC of
// the other switch. Nothing on the host tells the two apart.
const lookAlike = `set -e
ip link delete bond0.623
ip link set eth3 up
ip link add link eth3 name bond0.623 type vlan id 623
ip link set bond0.623 up`

var probing = []string{"guest1", "--from", "hostA", "--to", "hostB", "--probe"}

// TestLabProbe sends frames between both hosts: on the true network the guest is
// ready, and on one that looks like it it is blocked. Nothing is left behind.
func TestLabProbe(t *testing.T) {
	l := readyToProbe(t)
	t.Run("the true network", func(t *testing.T) {
		l.probe(t, "ready", nil, preflight.ByFrames, append(probing, "--push")...)
	})
	t.Run("a network that looks like it", func(t *testing.T) {
		l.on(t, "hostB", lookAlike)
		without, _ := l.migcheck(t, append(slices.Clone(probing[:5]), "-o", "json")...)
		var d preflight.Document
		if err := json.Unmarshal(without, &d); err != nil || d.Verdict >= preflight.Undecided {
			t.Errorf("without frames it should look fine: %v %v\n%s", d.Verdict, err, without)
		}
		l.probe(t, "blocked", []string{"probe-not-reachable"}, preflight.ByName, append(probing, "--push")...)
	})
}

// TestProveProbe: what is in the way of a probe, and a path that takes smaller
// frames than the guest sends.
func TestProveProbe(t *testing.T) {
	l := readyToProbe(t)
	t.Run("none brought", func(t *testing.T) {
		l.probe(t, "undecided", []string{preflight.FactsNotObserved}, preflight.ByName, probing...)
	})
	t.Run("no rights", func(t *testing.T) {
		l.probe(t, "undecided", []string{preflight.FactsNotObserved}, preflight.ByName,
			"guest1", "--from", "alice@hostA", "--to", "alice@hostB", "--probe", "--push")
	})
	t.Run("smaller frames than the guest's", func(t *testing.T) {
		l.on(t, "hostB", "ip link set bond0 mtu 1400")
		l.probe(t, "blocked", []string{"mtu-lower-than-guest"}, preflight.ByFrames, append(probing, "--push")...)
	})
}

// readyToProbe is a lab with guests, and with the program beside migcheck that
// --push brings.
func readyToProbe(t *testing.T) *lab {
	l := openLab(t)
	l.must(t, "reset", "hostA", "hostB")
	l.must(t, "guests")
	t.Cleanup(func() { l.must(t, "reset", "hostA", "hostB") })
	l.static(t)
	return l
}

// static builds the static program beside the other, where --push looks for it.
func (l *lab) static(t *testing.T) string {
	t.Helper()
	path := filepath.Join(filepath.Dir(l.binary), "migcheck-"+runtime.GOARCH)
	build := exec.Command("go", "build", "-trimpath", "-o", path, ".")
	build.Env = append(build.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return path
}

// probe runs migcheck and compares the verdict, the rules that it comes from and
// how well the network's identity is proven. Nothing may be left behind.
func (l *lab) probe(t *testing.T, level string, rules []string, grade preflight.Grade, args ...string) {
	t.Helper()
	before := l.traces(t)
	out, code := l.migcheck(t, append(args, "-o", "json")...)
	var d preflight.Document
	if err := json.Unmarshal(out, &d); err != nil || len(d.Reports) != 1 {
		t.Fatalf("%v: %s", err, out)
	}
	want := verdict{level: level, rules: rules}
	if got := verdictIn(&d); got.String() != want.String() || code != exitCodes[level] {
		t.Errorf("migcheck says %v with exit status %d, want %v\n%s", got, code, want, sentences(&d))
	}
	same := d.Reports[0].NICs[0].SameNetwork
	if same == nil || same.Grade != grade {
		t.Errorf("the network is proven %+v, want %s", same, grade)
	}
	if same != nil && same.Probe != nil {
		t.Logf("%d frames there, %d back, largest %d and %d; %s", same.Probe.There.Sent, same.Probe.Back.Sent,
			same.Probe.There.Largest, same.Probe.Back.Largest, same.Probe.Undecided)
	}
	if after := l.traces(t); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}

func (l *lab) traces(t *testing.T) [2]string {
	t.Helper()
	return [2]string{l.on(t, "hostA", traces), l.on(t, "hostB", traces)}
}
