//go:build unix

package fleet_test

import (
	"runtime"
	"runtime/metrics"
	"syscall"
	"testing"
	"time"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
	"migcheck/preflight/fleet/synth"
	"migcheck/preflight/rules"
)

// cpu is the time that this process has had of all processors, its garbage
// collector's included.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// benchmarkJudge judges a fleet and compares that with the floor: to tell the
// stacks of all its devices apart. Both are the least that a run took: what they
// take more is somebody else's on the same machine.
func benchmarkJudge(b *testing.B, s synth.Size) {
	f := synth.Fleet(s, 1)
	floor, judging := time.Hour, time.Hour
	var kept, peak uint64
	asked := 0
	for b.Loop() {
		runtime.GC()
		start := cpu()
		stacks := fleet.Stacks(f)
		floor = min(floor, cpu()-start)
		if stacks < 3 {
			b.Fatalf("%d kinds of stacks", stacks)
		}
		runtime.GC()
		before := inUse()
		stop := highest(before)
		start = cpu()
		m := fleet.Judge(f, rules.All)
		judging = min(judging, cpu()-start)
		peak = max(peak, stop())
		asked = m.Judged()
		runtime.GC()
		kept = max(kept, inUse()-before)
		if m.Verdict(0, s.Hosts-1) > preflight.Blocked {
			b.Fatal("no verdict")
		}
	}
	b.ReportMetric(floor.Seconds()*1000, "floor-cpu-ms")
	b.ReportMetric(judging.Seconds()*1000, "judge-cpu-ms")
	b.ReportMetric(judging.Seconds()/floor.Seconds(), "x-floor")
	b.ReportMetric(float64(asked), "pairs-judged")
	b.ReportMetric(float64(kept)/1e6, "MB-kept")
	b.ReportMetric(float64(peak)/1e6, "MB-peak")
}

// inUse is the memory of all objects that were not collected yet, in bytes.
func inUse() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// highest watches how far the memory in use rises above what it was before,
// garbage included, every millisecond, until it is stopped.
func highest(before uint64) (stop func() uint64) {
	done, peak := make(chan struct{}), make(chan uint64)
	go func() {
		high := before
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				high = max(high, inUse())
			case <-done:
				peak <- max(high, inUse()) - before
				return
			}
		}
	}()
	return func() uint64 {
		close(done)
		return <-peak
	}
}

func BenchmarkJudge100(b *testing.B) {
	benchmarkJudge(b, synth.Size{Hosts: 100, Devices: 300, Guests: 5_000, NICs: 3})
}

func BenchmarkJudge1000(b *testing.B) {
	benchmarkJudge(b, synth.Size{Hosts: 1_000, Devices: 300, Guests: 50_000, NICs: 3})
}

func BenchmarkJudge10000(b *testing.B) {
	benchmarkJudge(b, synth.Size{Hosts: 10_000, Guests: 500_000, NICs: 3})
}

// BenchmarkVerdict is one pair of a judged fleet.
func BenchmarkVerdict(b *testing.B) {
	f := synth.Fleet(synth.Size{Hosts: 100, Guests: 5_000, NICs: 3}, 1)
	m := fleet.Judge(f, rules.All)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		m.Verdict(i%len(f.Guests), i%len(f.Hosts))
		i++
	}
}
