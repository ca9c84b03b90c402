package probe_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
	"migcheck/hostinfo/probe"
)

// wire is a network in memory: what each direction does to frames.
type wire struct {
	loss   [2]float64
	limit  [2]int // the largest size that passes; 0: none does
	copies [2]int
	back   bool // frames come back to their sender, too
	ends   [2]*end

	mu sync.Mutex // both ends send at the same time
}

type end struct {
	wire  *wire
	at    int // 0 is the source's
	mtu   int
	next  uint32
	ear   *probe.Ear
	dice  *rand.Rand // its own, so that a seed means the same whoever sends first
	fails error      // of the third Send, and of each later one
	full  bool       // the kernel takes no frame
	sends int
}

func newWire(seed uint64) *wire {
	w := &wire{limit: [2]int{9000, 9000}, copies: [2]int{1, 1}}
	for i, d := range []probe.Direction{probe.There, probe.Back} {
		w.ends[i] = &end{wire: w, at: i, mtu: 1500, ear: probe.NewEar(d, run, key, probe.Nonce{byte(i + 1)}), dice: rand.New(rand.NewPCG(seed, uint64(7+i)))}
	}
	return w
}

func (e *end) Host() string { return []string{"hostA", "hostB"}[e.at] }
func (e *end) MTU() int     { return e.mtu }

func (e *end) Send(_ context.Context, size, n int) (int, error) {
	if e.sends++; e.fails != nil && e.sends > 2 {
		return 0, e.fails
	}
	w := e.wire
	w.mu.Lock()
	defer w.mu.Unlock()
	if e.full {
		return 0, nil
	}
	for range n {
		f := probe.Frame{Direction: probe.Direction(e.at + 1), Size: size, Sequence: e.next, Own: probe.Nonce{byte(e.at + 1)}, Echo: e.ear.Other()}
		e.next++
		b, err := f.Encode(run, key)
		if err != nil {
			return 0, err
		}
		if w.back {
			e.ear.Hear(b)
		}
		if size > w.limit[e.at] || e.dice.Float64() < w.loss[e.at] {
			continue
		}
		for range w.copies[e.at] {
			w.ends[1-e.at].ear.Hear(b)
		}
	}
	return n, nil
}

func (e *end) Await(context.Context, probe.Wanted, time.Duration) (probe.Heard, error) {
	return e.ear.Heard(), nil
}

func (w *wire) run(t *testing.T, mtu int) hostinfo.Probe {
	t.Helper()
	p := probe.Run(t.Context(), w.ends[0], w.ends[1], mtu)
	for _, n := range []int{p.There.Sent, p.Back.Sent} {
		if n > 300 {
			t.Errorf("%d frames were sent", n)
		}
	}
	return p
}

func TestRun(t *testing.T) {
	w := newWire(1)
	want := hostinfo.Probe{
		Size:  1500,
		There: hostinfo.Way{Sent: 8, Heard: 8, Largest: 1500},
		Back:  hostinfo.Way{Sent: 8, Heard: 8, Largest: 1500},
	}
	if diff := cmp.Diff(want, w.run(t, 1500)); diff != "" {
		t.Errorf("a good network (-want +got):\n%s", diff)
	}

	w = newWire(1)
	w.limit = [2]int{0, 0}
	if p := w.run(t, 1500); p.Undecided != "" || p.There.Heard+p.Back.Heard != 0 || p.There.Sent != 18 {
		t.Errorf("no network: %+v", p)
	}

	for i := range 2 {
		w = newWire(1)
		w.limit[i] = 0
		p := w.run(t, 1500)
		if heard := [2]int{p.There.Heard, p.Back.Heard}; p.Undecided != "" || heard[i] != 0 || heard[1-i] == 0 || p.BothWays() {
			t.Errorf("direction %d filtered: %+v", i, p)
		}
	}

	w = newWire(1)
	w.copies[0], w.back = 2, true
	if p := w.run(t, 1500); !p.BothWays() || p.There.Duplicates != p.There.Heard || p.Back.Duplicates != 0 || p.There.Returned != p.There.Sent {
		t.Errorf("frames come twice and come back: %+v", p)
	}
}

// Whatever the limit, and with 40 of 100 frames lost, what passes is found to
// within four bytes.
func TestLargest(t *testing.T) {
	for seed := range uint64(200) {
		w := newWire(seed)
		w.loss = [2]float64{0.4, 0.4}
		w.limit = [2]int{probe.Small + w.ends[0].dice.IntN(8800), probe.Small + w.ends[0].dice.IntN(8800)}
		w.ends[0].mtu, w.ends[1].mtu = 9000, 9000
		p := w.run(t, 9000)
		if !p.BothWays() {
			t.Fatalf("seed %d: %+v", seed, p)
		}
		for i, way := range []hostinfo.Way{p.There, p.Back} {
			if off := w.limit[i] - way.Largest; off < 0 || off >= 4 {
				t.Errorf("seed %d, direction %d: found %d of %d", seed, i, way.Largest, w.limit[i])
			}
		}
	}
}

// A device that takes less than the guest sends is not the path's fault.
func TestDeviceTakesLess(t *testing.T) {
	w := newWire(1)
	w.ends[1].mtu = 1400
	if p := w.run(t, 9000); p.Size != 1400 || p.There.Largest != 1400 || p.Back.Largest != 1400 {
		t.Errorf("%+v", p)
	}
	w.ends[0].mtu = 100 // less than a small frame
	if p := w.run(t, 9000); !p.BothWays() || p.Size != 100 || p.There.Largest != 100 {
		t.Errorf("%+v", p)
	}
}

func TestEndFails(t *testing.T) {
	w := newWire(1)
	w.ends[1].fails = errors.New("eth1 went down")
	if p := w.run(t, 1500); p.Undecided != "eth1 went down" || p.Host != "hostB" || p.BothWays() {
		t.Errorf("%+v", p)
	}
}

// Who sent nothing was not heard: that says nothing of the network.
func TestNothingSent(t *testing.T) {
	for i, host := range []string{"hostA", "hostB"} {
		w := newWire(1)
		w.ends[i].full = true
		if p := w.run(t, 1500); p.Undecided == "" || p.Host != host || p.BothWays() {
			t.Errorf("%+v", p)
		}
	}
}

// Silence amid a flood proves nothing.
func TestFlooded(t *testing.T) {
	w := newWire(1)
	w.limit = [2]int{0, 9000}
	forged := encode(t, probe.Frame{Direction: probe.There, Size: probe.MinSize, Own: yours})
	forged[60] ^= 1
	for range 200 {
		w.ends[1].ear.Hear(forged)
	}
	if p := w.run(t, 1500); p.Undecided == "" || p.Host != "hostB" || p.There.Forged != 200 {
		t.Errorf("%+v", p)
	}
}
