//go:build system && cgo && libvirt_dlopen

package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	xssh "golang.org/x/crypto/ssh"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"migcheck/fixtures/hosts"
	"migcheck/hostinfo/iproute"
	"migcheck/hostinfo/ssh"
)

// benchLinks is how many devices the hosts have that are asked over SSH.
const benchLinks = 49

// BenchmarkHost is one host: logged in, asked for its devices, decoded. The
// floor is "bare Go": x/crypto/ssh that runs the same and throws it away.
func BenchmarkHost(b *testing.B) {
	site := hosts.Start(b, hosts.Spec{Name: "hostA", Links: benchLinks})
	bare := newBare(b, site)
	against(b, func() { bare.ask(b, site.Hosts) }, func() {
		d, err := ssh.New(ssh.Config{ConfigFile: site.SSHConfig})
		must(b, err)
		target, err := d.Resolve(b.Context(), "hostA")
		must(b, err)
		c, err := d.Dial(b.Context(), target)
		must(b, err)
		defer c.Close()
		marker := iproute.NewMarker()
		res, err := c.Run(b.Context(), iproute.Command(marker), nil, iproute.MaxOutput)
		must(b, err)
		got, err := iproute.Decode(res.Stdout, marker)
		must(b, err)
		if n := len(got.Host.Devices); n != benchLinks {
			b.Fatalf("%d devices", n)
		}
	})
}

// BenchmarkPair is the whole check of a pair: both hosts and their libvirt
// gathered, the guest read and judged, the report written. The floor is bare
// Go, which asks both hosts for their devices at once and no libvirt.
func BenchmarkPair(b *testing.B) {
	site := hosts.Start(b, hosts.Spec{Name: "hostA", Links: benchLinks}, hosts.Spec{Name: "hostB", Links: benchLinks})
	guest := filepath.Join(b.TempDir(), "web1.xml")
	must(b, os.WriteFile(guest, []byte(benchGuest), 0o644))
	site.Host("hostA").Virsh(b, "define", guest)
	report := filepath.Join(b.TempDir(), "report.json")
	bare := newBare(b, site)
	against(b, func() { bare.ask(b, site.Hosts) }, func() {
		args := []string{"web1", "--from", "hostA", "--to", "hostB", "-F", site.SSHConfig, "-o", "json=" + report}
		if code := run(args); code != 0 {
			b.Fatalf("exit status %d", code)
		}
	})
}

const benchGuest = `<domain type='qemu'>
  <name>web1</name>
  <memory unit='MiB'>16</memory>
  <os><type arch='x86_64'>hvm</type></os>
  <devices>
    <interface type='direct'>
      <mac address='52:54:00:aa:00:01'/>
      <source dev='up0' mode='bridge'/>
      <model type='virtio'/>
    </interface>
  </devices>
</domain>`

// against runs ours and the floor in turn and reports how many times the
// floor's wall and CPU time ours takes, by the medians. The time and allocations
// of the benchmark are ours alone.
func against(b *testing.B, floor, ours func()) {
	b.Helper()
	floor() // neither pays for what is made once
	ours()
	var of, by []cost
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		of = append(of, measure(floor))
		b.StartTimer()
		by = append(by, measure(ours))
	}
	ratio := func(part func(cost) time.Duration) float64 {
		return float64(median(by, part)) / float64(median(of, part))
	}
	b.ReportMetric(ratio(func(c cost) time.Duration { return c.wall }), "x-bare-wall")
	b.ReportMetric(ratio(func(c cost) time.Duration { return c.cpu }), "x-bare-cpu")
}

// cost is what something took of the clock and of this process's CPU time.
type cost struct{ wall, cpu time.Duration }

func measure(f func()) cost {
	begin, used := time.Now(), cpuTime()
	f()
	return cost{time.Since(begin), cpuTime() - used}
}

func cpuTime() time.Duration {
	var u unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &u) // fails for no valid argument
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func median(costs []cost, part func(cost) time.Duration) time.Duration {
	var all []time.Duration
	for _, c := range costs {
		all = append(all, part(c))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// bare is the floor: what any Go program has to do.
type bare struct{ config *xssh.ClientConfig }

func newBare(b *testing.B, site *hosts.Site) bare {
	raw, err := os.ReadFile(site.Key)
	must(b, err)
	key, err := xssh.ParsePrivateKey(raw)
	must(b, err)
	return bare{&xssh.ClientConfig{
		User: "root", Auth: []xssh.AuthMethod{xssh.PublicKeys(key)},
		HostKeyCallback: xssh.InsecureIgnoreHostKey(), // the floor knows no known_hosts
	}}
}

// ask runs the one command on all hosts at once.
func (f bare) ask(b *testing.B, all []*hosts.Host) {
	var g errgroup.Group
	for _, h := range all {
		g.Go(func() error {
			c, err := xssh.Dial("tcp", h.Address, f.config)
			if err != nil {
				return err
			}
			defer c.Close()
			s, err := c.NewSession()
			if err != nil {
				return err
			}
			s.Stdout = io.Discard
			return s.Run(iproute.Command(iproute.NewMarker()))
		})
	}
	must(b, g.Wait())
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
