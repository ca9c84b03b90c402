//go:build unix

package fleet_test

import (
	"runtime"
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
// stacks of all its devices apart.
func benchmarkJudge(b *testing.B, s synth.Size) {
	f := synth.Fleet(s, 1)
	var floor, judging time.Duration
	var memory, kept uint64
	asked := 0
	var before, after, end runtime.MemStats
	for b.Loop() {
		runtime.GC()
		start := cpu()
		stacks := fleet.Stacks(f)
		floor += cpu() - start
		if stacks < 3 {
			b.Fatalf("%d kinds of stacks", stacks)
		}
		runtime.GC()
		runtime.ReadMemStats(&before)
		start = cpu()
		m := fleet.Judge(f, rules.All)
		judging += cpu() - start
		runtime.ReadMemStats(&after)
		memory = max(memory, after.TotalAlloc-before.TotalAlloc)
		asked = m.Judged()
		runtime.GC()
		runtime.ReadMemStats(&end)
		kept = max(kept, end.HeapAlloc-before.HeapAlloc)
		if m.Verdict(0, s.Hosts-1) > preflight.Blocked {
			b.Fatal("no verdict")
		}
	}
	b.ReportMetric(floor.Seconds()*1000/float64(b.N), "floor-cpu-ms")
	b.ReportMetric(judging.Seconds()*1000/float64(b.N), "judge-cpu-ms")
	b.ReportMetric(judging.Seconds()/floor.Seconds(), "x-floor")
	b.ReportMetric(float64(asked), "pairs-judged")
	b.ReportMetric(float64(kept)/1e6, "MB-kept")
	b.ReportMetric(float64(memory)/1e6, "MB-allocated")
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
