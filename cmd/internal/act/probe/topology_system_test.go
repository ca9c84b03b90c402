//go:build system

package probe_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
	"golang.org/x/tools/txtar"

	"migcheck/cmd/internal/act/probe"
	"migcheck/hostinfo"
)

// topology is one story of fixtures/probe: a network between two hosts, what is
// asked, and what must come out.
type topology struct {
	fabric *fabric
	device map[string]string
	mtu    int
	atOnce int
}

// TestTopologies probes through every network of fixtures/probe, and looks
// whether anything is left behind.
func TestTopologies(t *testing.T) {
	binary := static(t)
	for _, file := range stories(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { testTopology(t, binary, file) })
	}
}

// stories are the files of fixtures/probe.
func stories(t testing.TB) []string {
	files, err := filepath.Glob("../../../../fixtures/probe/*.txt")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d stories, %v", len(files), err)
	}
	return files
}

func testTopology(t *testing.T, binary, file string) {
	top, want := readTopology(t, file)
	before := [2]string{top.fabric.hosts["hostA"].traces(t), top.fabric.hosts["hostB"].traces(t)}
	for _, p := range top.probes(t, binary) {
		t.Logf("%+v", p)
		if err := agrees(want, summary(&p)); err != nil {
			t.Error(err)
		}
		if p.There.Sent > 300 || p.Back.Sent > 300 {
			t.Errorf("%d and %d frames were sent", p.There.Sent, p.Back.Sent)
		}
	}
	for i, name := range []string{"hostA", "hostB"} {
		top.fabric.hosts[name].unchanged(t, before[i])
	}
}

// readTopology makes the network of a story, and returns what must come out.
func readTopology(t testing.TB, file string) (top *topology, want []string) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	top = &topology{fabric: newFabric(t), device: map[string]string{}, mtu: 1500, atOnce: 1}
	for _, part := range txtar.Parse(raw).Files {
		for line := range strings.Lines(string(part.Data)) {
			words := strings.Fields(line)
			switch {
			case part.Name == "want":
				want = append(want, strings.TrimSpace(line))
			case part.Name == "network":
				err = top.build(t, words)
			default:
				err = top.option(words)
			}
			if err != nil {
				t.Fatalf("%q: %v", strings.TrimSpace(line), err)
			}
		}
	}
	top.fabric.forwards()
	return top, want
}

// probes lets as many probes as the story says run at once.
func (top *topology) probes(t testing.TB, binary string) []hostinfo.Probe {
	results := make([]hostinfo.Probe, top.atOnce)
	var g errgroup.Group
	for i := range results {
		g.Go(func() error {
			results[i] = top.probe(t, binary)
			return nil
		})
	}
	_ = g.Wait() // its functions return none
	return results
}

// build reads a line of the network:
//
//	HOST DEVICE [bridge] [mtu=N] on SWITCH
//	cable SWITCH SWITCH [KEY=VALUE...]
func (top *topology) build(t testing.TB, words []string) error {
	if len(words) < 3 {
		return fmt.Errorf("too short")
	}
	if words[0] == "cable" {
		e, err := top.effect(t, words[3:])
		if err == nil {
			top.fabric.cable(words[1], words[2], e)
		}
		return err
	}
	host, device, kind, mtu := words[0], words[1], "veth", "1500"
	for _, w := range words[2 : len(words)-2] {
		if k, v, _ := strings.Cut(w, "="); k == "mtu" {
			mtu = v
		} else {
			kind = w
		}
	}
	top.device[host] = device
	top.fabric.attach(host, device, kind, mtu, words[len(words)-1])
	return nil
}

func (top *topology) option(words []string) (err error) {
	switch words[0] {
	case "mtu":
		top.mtu, err = strconv.Atoi(words[1])
	case "at-once":
		top.atOnce, err = strconv.Atoi(words[1])
	default:
		err = fmt.Errorf("%q is no option", words[0])
	}
	return err
}

// effect reads what a cable does; nil for nothing.
func (top *topology) effect(t testing.TB, words []string) (*effect, error) {
	if len(words) == 0 {
		return nil, nil
	}
	e := &effect{}
	seed := uint64(1)
	for _, w := range words {
		k, v, _ := strings.Cut(w, "=")
		n, err := strconv.Atoi(v)
		switch k {
		case "drop":
			e.drop, err = [2]bool{v != "back", v != "there"}, nil
		case "loss":
			e.loss = n
		case "seed":
			seed = uint64(n)
		case "mtu":
			e.mtu = n
		case "access": // the first end is an access port of that VLAN
			e.push = append(e.push, tag(0x8100, uint32(n)))
		case "tunnel": // the first end's frames get a provider's tag
			e.push = append(e.push, tag(0x88a8, uint32(n)))
		case "only":
			e.only = tag(0x8100, uint32(n))
		case "copies":
			e.copies = n
		case "back":
			e.back, err = true, nil
		case "somebody":
			e.rob, err = v, nil
		case "down": // HOST:AFTER
			host, after, _ := strings.Cut(v, ":")
			n, err = strconv.Atoi(after)
			e.after, e.then = int32(n), func() { top.fabric.hosts[host].ip(t, "link set "+top.device[host]+" down") }
		default:
			err = fmt.Errorf("a cable has no %q", k)
		}
		if err != nil {
			return nil, err
		}
	}
	for i := range e.dice {
		e.dice[i] = rand.New(rand.NewPCG(seed, uint64(i)))
	}
	return e, nil
}

func (top *topology) probe(t testing.TB, binary string) hostinfo.Probe {
	var at [2]probe.At
	var start [2]func(context.Context) (*probe.End, error)
	for i, host := range []string{"hostA", "hostB"} {
		s := top.fabric.hosts[host]
		at[i] = whereabouts(t, s, host, top.device[host])
		start[i] = func(ctx context.Context) (*probe.End, error) {
			return probe.Start(ctx, host, s.start, probe.Ways{There: binary})
		}
	}
	return probe.Between(t.Context(), at[0], at[1], top.mtu, start[0], start[1])
}

// summary is what came of a probe, in the words of the stories.
func summary(p *hostinfo.Probe) []string {
	if p.Undecided != "" {
		return []string{"undecided " + p.Host + ": " + p.Undecided}
	}
	switch {
	case p.BothWays():
	case p.There.Heard > 0:
		return []string{"only there"}
	case p.Back.Heard > 0:
		return []string{"only back"}
	default:
		return []string{"no way"}
	}
	out := []string{"both ways", fmt.Sprintf("largest %d %d", p.There.Largest, p.Back.Largest)}
	if p.There.Duplicates+p.Back.Duplicates > 0 {
		out = append(out, "duplicates")
	}
	if p.There.Returned+p.Back.Returned > 0 {
		out = append(out, "returned")
	}
	return out
}

// agrees compares a story's lines with what came out. The largest sizes may be
// up to three bytes too low.
func agrees(want, got []string) error {
	near := func(want, got string) bool {
		var w, g [2]int
		n, _ := fmt.Sscanf(want+strings.TrimPrefix(got, "largest"), "largest %d %d %d %d", &w[0], &w[1], &g[0], &g[1])
		off := [2]int{w[0] - g[0], w[1] - g[1]}
		return n == 4 && min(off[0], off[1]) >= 0 && max(off[0], off[1]) < 4
	}
	if slices.EqualFunc(want, got, func(w, g string) bool { return w == g || near(w, g) }) {
		return nil
	}
	return fmt.Errorf("want %q, got %q", want, got)
}
