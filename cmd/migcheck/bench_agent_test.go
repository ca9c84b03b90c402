//go:build system && cgo && libvirt_dlopen

package main

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"migcheck/fixtures/hosts"
	"migcheck/hostinfo/agent"
	"migcheck/hostinfo/iproute"
	"migcheck/hostinfo/ssh"
)

// BenchmarkAgent is one question on a connection that is kept, to an agent where
// nothing has changed; the floor is a cold run: login, the one exec, decoded. The
// host's own share of the question is the CPU time of the agent and of sshd.
func BenchmarkAgent(b *testing.B) {
	site := hosts.Start(b, hosts.Spec{Name: "hostA", Links: benchLinks})
	host := site.Host("hostA")
	startAgent(b, host)
	d, err := ssh.New(ssh.Config{ConfigFile: site.SSHConfig})
	must(b, err)
	target, err := d.Resolve(b.Context(), "hostA")
	must(b, err)
	cold := func() {
		c, err := d.Dial(b.Context(), target)
		must(b, err)
		defer c.Close()
		marker := iproute.NewMarker()
		res, err := c.Run(b.Context(), iproute.Command(marker), nil, iproute.MaxOutput)
		must(b, err)
		_, err = iproute.Decode(res.Stdout, marker)
		must(b, err)
	}
	for range 20 {
		cold()
	}
	kept, err := d.Dial(b.Context(), target)
	must(b, err)
	defer kept.Close()
	c := agent.NewClient(func(ctx context.Context) (net.Conn, error) {
		return kept.DialUnix(ctx, ssh.Socket{Paths: []string{agent.Socket}, Direct: true})
	})
	defer c.Close()
	question := func() {
		h, err := c.Inventory(b.Context(), agent.MaxAge)
		must(b, err)
		if h.Via != agent.Via || len(h.Devices) != benchLinks {
			b.Fatalf("%d devices via %s", len(h.Devices), h.Via)
		}
	}
	question()
	var of, by []cost
	served, asked := time.Duration(0), 0
	for b.Loop() {
		of = append(of, measure(cold))
		before := busy(b, host, "migcheck", "sshd")
		by = append(by, measure(func() {
			for range 20 { // so that the clocks see it
				question()
			}
		}))
		served, asked = served+busy(b, host, "migcheck", "sshd")-before, asked+20
	}
	cpu := func(c cost) time.Duration { return c.cpu }
	b.ReportMetric(float64(median(by, cpu))/20/float64(median(of, cpu)), "x-cold-cpu")
	b.ReportMetric(float64(median(of, cpu).Microseconds()), "cold-client-us")
	b.ReportMetric(float64(median(by, cpu).Microseconds())/20, "kept-client-us")
	b.ReportMetric(float64(served.Microseconds())/float64(asked), "kept-server-us")
}

// startAgent runs this program as the host's agent, for everybody, until the test
// ends or end is called.
func startAgent(tb testing.TB, host *hosts.Host) (end func()) {
	tb.Helper()
	exe, err := exec.LookPath("migcheck")
	must(tb, err)
	// What nsenter starts has no signal of ours but the end of its input.
	cmd := host.Command("/", "sh", "-c", `"$0" agent </dev/null & cat; kill $!; wait $!`, exe)
	alive, err := cmd.StdinPipe()
	must(tb, err)
	must(tb, cmd.Start())
	end = sync.OnceFunc(func() {
		_ = alive.Close()
		_ = cmd.Wait() // an agent that is told to end says how
	})
	tb.Cleanup(end)
	socket := host.Path(agent.Socket)
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(socket); err == nil {
			break
		}
		if time.Now().After(end) {
			tb.Fatal("no agent within a minute")
		}
	}
	must(tb, os.Chmod(socket, 0o666))
	return end
}

// busy is the CPU time of those of a host's processes that are running and have
// one of these names.
func busy(tb testing.TB, host *hosts.Host, names ...string) time.Duration {
	tb.Helper()
	stats, err := filepath.Glob(host.Path("/proc/[0-9]*/task/[0-9]*/schedstat"))
	must(tb, err)
	var sum time.Duration
	for _, file := range stats {
		comm, _ := os.ReadFile(filepath.Join(filepath.Dir(filepath.Dir(filepath.Dir(file))), "comm"))
		stat, err := os.ReadFile(file)
		if err != nil || !slices.Contains(names, strings.TrimSpace(string(comm))) {
			continue // it has ended meanwhile
		}
		n, err := strconv.ParseInt(strings.Fields(string(stat))[0], 10, 64)
		must(tb, err)
		sum += time.Duration(n)
	}
	return sum
}
