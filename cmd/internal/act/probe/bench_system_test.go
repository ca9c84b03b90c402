//go:build system

package probe_test

import (
	"cmp"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"migcheck/cmd/internal/act/probe"
	core "migcheck/hostinfo/probe"
)

// BenchmarkProbe is a NIC on a good network: programs started on both hosts, frames
// both ways, the largest size found. The floor starts the same programs, which take
// their devices, and sends nothing.
func BenchmarkProbe(b *testing.B) {
	binary := static(b)
	top, _ := readTopology(b, "../../../../fixtures/probe/same-segment.txt")
	var floor, took []time.Duration
	frames := 0
	for b.Loop() {
		began := time.Now()
		var g errgroup.Group
		for _, host := range []string{"hostA", "hostB"} {
			g.Go(func() error { return top.take(b, binary, host) })
		}
		if err := g.Wait(); err != nil {
			b.Fatal(err)
		}
		floor = append(floor, time.Since(began))
		began = time.Now()
		p := top.probe(b, binary)
		took = append(took, time.Since(began))
		frames = p.There.Sent + p.Back.Sent
		if !p.BothWays() {
			b.Fatalf("%+v", p)
		}
	}
	b.ReportMetric(0, "ns/op") // most of it is the floor's
	b.ReportMetric(milliseconds(median(took)), "ms/NIC")
	b.ReportMetric(milliseconds(median(floor)), "floor-ms/NIC")
	b.ReportMetric(float64(frames), "frames/NIC")
}

// take starts the program on a host, has it take its device, and ends it.
func (top *topology) take(b *testing.B, binary, host string) error {
	end, err := probe.Start(b.Context(), host, top.fabric.hosts[host].start, probe.Ways{There: binary})
	if err != nil {
		return err
	}
	defer end.Close()
	o := core.Order{Device: top.device[host], Direction: core.There, Peer: "02:00:00:00:00:01"}
	o.SetRun(core.RunID{1}, core.Key{1})
	return end.Open(b.Context(), o)
}

// BenchmarkTopologies probes through every network of fixtures/probe: how many come
// out right, and what a NIC costs there in time and frames, half of them less than
// the first figure and none more than the second.
func BenchmarkTopologies(b *testing.B) {
	binary, files := static(b), stories(b)
	var took []time.Duration
	var frames []int
	right, all := 0, 0
	for b.Loop() {
		for _, file := range files {
			top, want := readTopology(b, file)
			began := time.Now()
			results := top.probes(b, binary)
			took = append(took, time.Since(began))
			good := true
			for _, p := range results {
				frames = append(frames, p.There.Sent+p.Back.Sent)
				if err := agrees(want, summary(&p)); err != nil {
					b.Logf("%s: %v", filepath.Base(file), err)
					good = false
				}
			}
			if all++; good {
				right++
			}
		}
	}
	b.ReportMetric(0, "ns/op") // most of it makes the networks
	b.ReportMetric(float64(all), "topologies")
	b.ReportMetric(float64(right), "right")
	b.ReportMetric(milliseconds(median(took)), "ms/NIC")
	b.ReportMetric(milliseconds(slices.Max(took)), "most-ms/NIC")
	b.ReportMetric(float64(median(frames)), "frames/NIC")
	b.ReportMetric(float64(slices.Max(frames)), "most-frames/NIC")
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func median[T cmp.Ordered](all []T) T {
	slices.Sort(all)
	return all[len(all)/2]
}
