//go:build system && cgo && libvirt_dlopen

package main

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"migcheck/cmd/internal/fleetfile"
	"migcheck/cmd/internal/survey"
	"migcheck/cmd/internal/world"
	"migcheck/fixtures/hosts"
	"migcheck/hostinfo/agent"
	"migcheck/hostinfo/ssh"
)

// looksKept is how many looks follow the first one.
const looksKept = 6

// BenchmarkKeptFleet surveys a whole fleet as fleet --watch does: from nothing,
// once more over the connections that are there, and once more by asking agents
// over them. Nothing changes meanwhile. All hosts have one agent between them,
// which is why they are asked one after the other: each has it read anew.
func BenchmarkKeptFleet(b *testing.B) {
	w := newWatch(b)
	w.watch(b, false) // what is made once is nobody's
	w.watch(b, true)
	var cold, kept, agents effort
	for b.Loop() {
		command, told := w.watch(b, false), w.watch(b, true)
		if cold.cpu == 0 || command.first.cpu < cold.cpu {
			cold, kept, agents = command.first, command.later, told.later
		}
	}
	var out strings.Builder
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / float64(len(w.crowd.Names)) }
	for _, look := range []struct {
		name string
		effort
	}{{"from nothing", cold}, {"kept", kept}, {"agents", agents}} {
		fmt.Fprintf(&out, "\n%-15s client CPU %6.2f ms a host, server CPU %6.2f ms a host", look.name, each(look.cpu), each(look.server))
	}
	goal(&out, "client CPU over kept connections, of that from nothing", ratio(kept.cpu, cold.cpu), 0.3, true)
	goal(&out, "server CPU over kept connections, of that from nothing", ratio(kept.server, cold.server), 0.25, true)
	goal(&out, "client CPU by agents, of that from nothing", ratio(agents.cpu, cold.cpu), 0.3, true)
	goal(&out, "server CPU by agents, of that from nothing", ratio(agents.server, cold.server), 0.25, true)
	fmt.Println(out.String())
}

// keptCrowd is a crowd that has an agent at times.
type keptCrowd struct {
	crowd *hosts.Crowd
	net   string    // the network namespace that it shows
	agent *exec.Cmd // nil: there is none
	ssh   ssh.Config
}

func newWatch(b *testing.B) *keptCrowd {
	n, err := strconv.Atoi(cmp.Or(os.Getenv("BENCH_HOSTS"), "100"))
	must(b, err)
	net := linked(b, 49)
	w := &keptCrowd{net: net, crowd: hosts.StartCrowd(b, "host", 88, n, "MaxStartups 1000:30:1000", "Match all", "ForceCommand nsenter --net="+net+" DIR/front")}
	w.ssh.ConfigFile = filepath.Join(b.TempDir(), "ssh_config")
	must(b, os.WriteFile(w.ssh.ConfigFile, []byte(w.crowd.SSHConfig), 0o600))
	return w
}

// startAgent runs the crowd's agent until end is called. Whoever is asked by command
// must have none: its socket would be seen, and the agent asked, who has another
// boot id than each host of the crowd.
func (w *keptCrowd) startAgent(b *testing.B) (end func()) {
	exe, err := exec.LookPath("migcheck")
	must(b, err)
	w.agent = w.crowd.Command("nsenter", "--net="+w.net, exe, "agent")
	must(b, w.agent.Start()) // nsenter becomes it
	end = sync.OnceFunc(func() {
		_ = w.agent.Process.Kill()
		_ = w.agent.Wait()
		w.agent = nil
		_ = w.crowd.Command("rm", "-f", agent.Socket).Run() // the crowd may be gone
	})
	b.Cleanup(end)
	for late := time.Now().Add(time.Minute); w.crowd.Command("test", "-S", agent.Socket).Run() != nil; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(late) {
			b.Fatal("no agent within a minute")
		}
	}
	return end
}

// efforts are what the first look took, and each of the later ones.
type efforts struct{ first, later effort }

// watch surveys the crowd over and over, with and without agents.
func (w *keptCrowd) watch(b *testing.B, agents bool) efforts {
	if agents {
		defer w.startAgent(b)()
	}
	var out efforts
	before := w.server(b)
	out.first.cpu, _ = w.survey(b, agents, 0)
	out.first.server = w.server(b) - before
	before = w.server(b)
	_, later := w.survey(b, agents, looksKept)
	out.later.cpu = later / looksKept
	out.later.server = (w.server(b) - before - out.first.server) / looksKept
	return out
}

// survey looks at the crowd once, and some times more over the same connections.
// It returns the CPU time of this process for each.
func (w *keptCrowd) survey(b *testing.B, agents bool, more int) (first, later time.Duration) {
	file := &fleetfile.Fleet{Hosts: map[string]fleetfile.Host{}}
	for _, name := range w.crowd.Names {
		file.Hosts[name] = fleetfile.Host{Agent: agents}
	}
	all, err := world.Live(file, world.Options{SSH: w.ssh, Connections: 128, Census: true, Keep: true})
	must(b, err)
	defer all.Close()
	o := survey.Options{Connections: 128, Keep: true}
	look := func() {
		s := survey.Take(b.Context(), all, w.crowd.Names, o)
		for _, h := range s.Hosts {
			if want := map[bool]string{true: agent.Via, false: "iproute2"}[agents]; h.Via != want || len(h.Devices) != 49 {
				b.Fatalf("%s: %d devices via %q: %+v", h.Name, len(h.Devices), h.Via, h.Gaps)
			}
		}
	}
	first = measure(look).cpu
	if o.Again = true; agents {
		o.Connections = 1
	}
	for range more {
		later += measure(look).cpu
	}
	return first, later
}

// server is what the crowd and its agent have taken of the processors so far.
func (w *keptCrowd) server(b *testing.B) time.Duration {
	sum := w.crowd.CPU(b)
	if w.agent == nil {
		return sum
	}
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", w.agent.Process.Pid))
	must(b, err)
	for _, file := range threads {
		raw, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended meanwhile
		}
		n, err := strconv.ParseInt(strings.Fields(string(raw))[0], 10, 64)
		must(b, err)
		sum += time.Duration(n)
	}
	return sum
}
