//go:build system && cgo && libvirt_dlopen

package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	xssh "golang.org/x/crypto/ssh"
	"golang.org/x/sync/errgroup"

	"migcheck/fixtures/hosts"
	"migcheck/hostinfo/iproute"
	"migcheck/hostinfo/ssh"
)

// BenchmarkPeers asks many hosts for their devices as people do it, as bare Go
// does it, and as migcheck does it, in turn. BENCH_HOSTS is how many hosts one
// sshd stands for. It prints what each takes of this machine, what the hosts
// have to do for it, and which goals are met; none is a failure.
func BenchmarkPeers(b *testing.B) {
	for _, links := range []int{49, 300} {
		b.Run(fmt.Sprintf("links=%d", links), func(b *testing.B) {
			c := newContest(b, links, benchHosts(b))
			for b.Loop() {
				for _, t := range c.tools {
					c.run(b, t)
				}
			}
			c.say(links)
		})
	}
}

// BenchmarkAnsible compares with Ansible gathering what it calls network facts, of
// fewer hosts: it takes a second of each of them.
func BenchmarkAnsible(b *testing.B) {
	const hosts = 50
	c := newContest(b, 49, hosts)
	dir := b.TempDir()
	inventory := filepath.Join(dir, "inventory")
	must(b, os.WriteFile(inventory, []byte(strings.Join(c.crowd.Names, "\n")+"\n"), 0o600))
	const name = "ansible -f 50"
	c.tools = append(c.tools[:2], tool{name, []string{
		"env", "ANSIBLE_PIPELINING=1", "ANSIBLE_SSH_ARGS=-o ControlMaster=auto -o ControlPersist=2s", "ANSIBLE_LOCAL_TEMP=" + dir, "ANSIBLE_REMOTE_TMP=" + dir, "ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3",
		"ansible", "all", "-i", inventory, "-f", "50", "--ssh-common-args", "-F " + c.config, "-m", "setup", "-a", "gather_subset=!all,network",
	}, false})
	for b.Loop() {
		for _, t := range c.tools {
			c.run(b, t)
		}
	}
	c.table(map[string]float64{name: 35})
}

// BenchmarkKept asks hosts once more over the connections that are there, and
// compares that with logging in to them.
func BenchmarkKept(b *testing.B) {
	c := newContest(b, 49, benchHosts(b))
	cold, kept := effort{cpu: math.MaxInt64}, effort{cpu: math.MaxInt64}
	for b.Loop() {
		d, err := ssh.New(ssh.Config{ConfigFile: c.config})
		must(b, err)
		clients := make([]*ssh.Client, len(c.crowd.Names))
		all := func(do func(ctx context.Context, i int) error) effort {
			cost := measure(func() {
				g, ctx := errgroup.WithContext(b.Context())
				g.SetLimit(128)
				for i := range clients {
					g.Go(func() error { return do(ctx, i) })
				}
				must(b, g.Wait())
			})
			return effort{cpu: cost.cpu, wall: cost.wall}
		}
		cold = cold.least(all(func(ctx context.Context, i int) (err error) {
			target, err := d.Resolve(ctx, c.crowd.Names[i])
			if err != nil {
				return err
			}
			if clients[i], err = d.Dial(ctx, target); err != nil {
				return err
			}
			return askDevices(ctx, clients[i])
		}))
		kept = kept.least(all(func(ctx context.Context, i int) error { return askDevices(ctx, clients[i]) }))
		for _, client := range clients {
			_ = client.Close()
		}
	}
	var out strings.Builder
	goal(&out, "client CPU over kept connections, of that with logging in", ratio(kept.cpu, cold.cpu), 0.3, true)
	fmt.Println(out.String())
}

func askDevices(ctx context.Context, c *ssh.Client) error {
	marker := iproute.NewMarker()
	res, err := c.Run(ctx, iproute.Command(marker), nil, iproute.MaxOutput)
	if err != nil {
		return err
	}
	_, err = iproute.Decode(res.Stdout, marker)
	return err
}

// contest is a crowd, and the tools that ask it.
type contest struct {
	crowd  *hosts.Crowd
	config string // ssh_config
	tools  []tool
	took   map[string]effort
}

type tool struct {
	name string
	argv []string
	self bool // argv[0] is a name by which this test's own program is run
}

// effort is what one run took.
type effort struct {
	cpu, wall, server time.Duration
	memory            int64 // bytes, of all processes together
	logins, execs     int   // that the hosts have seen
}

// least is the run of two that took less of this machine's processors.
func (e effort) least(o effort) effort {
	if o.cpu < e.cpu {
		return o
	}
	return e
}

// benchHosts is how many hosts are asked.
func benchHosts(b *testing.B) int {
	n, err := strconv.Atoi(cmp.Or(os.Getenv("BENCH_HOSTS"), "300"))
	must(b, err)
	return n
}

func newContest(b *testing.B, links, n int) *contest {
	dir := b.TempDir()
	c := &contest{
		crowd:  hosts.StartCrowd(b, "host", 84, n, "MaxStartups 1000:30:1000", "Match all", "ForceCommand nsenter --net="+linked(b, links)+" DIR/front"),
		config: filepath.Join(dir, "ssh_config"), took: map[string]effort{},
	}
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		must(b, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	file("ssh_config", c.crowd.SSHConfig+"Host *\n  BatchMode yes\n  LogLevel ERROR\n")
	names := file("names", strings.Join(c.crowd.Names, "\n")+"\n")
	const ask = "ip -details -json link"
	c.tools = []tool{
		{"bare Go", []string{"bare", c.crowd.Key, file("addresses", strings.Join(c.crowd.Addresses, "\n"))}, true},
		{"migcheck fleet", []string{
			"migcheck", "fleet", "--fleet", file("fleet.yaml", "hosts:\n  "+strings.Join(c.crowd.Names, ": {}\n  ")+": {}\n"),
			"-F", c.config, "-q", "-o", "json=" + filepath.Join(dir, "fleet.json"), "--no-history",
		}, true},
		{"xargs -P50 ssh", []string{"xargs", "-a", names, "-P50", "-I{}", "ssh", "-F", c.config, "{}", ask}, false},
		{"clush -f 64", []string{"clush", "-f", "64", "-o", "-F " + c.config, "-w", fmt.Sprintf("host[1-%d]", n), ask}, false},
		{"pssh -p 50", []string{"parallel-ssh", "-p", "50", "-h", names, "-x", "-F " + c.config, ask}, false},
	}
	return c
}

// linked is the file of a network namespace with so many devices.
func linked(b *testing.B, links int) string {
	path := filepath.Join(b.TempDir(), "net")
	must(b, os.WriteFile(path, nil, 0o600))
	var batch strings.Builder
	batch.WriteString("link add up0 type veth peer name sw0\n")
	for i := 3; i < links; i++ {
		fmt.Fprintf(&batch, "link add link sw0 name ext%d type macvlan mode bridge\n", i)
	}
	cmd := exec.Command("unshare", "--net="+path, "ip", "-batch", "-")
	cmd.Stdin = strings.NewReader(batch.String())
	out, err := cmd.CombinedOutput()
	b.Cleanup(func() { _ = syscall.Unmount(path, syscall.MNT_DETACH) })
	if err != nil {
		b.Fatalf("make a network of %d devices: %v: %s", links, err, out)
	}
	return path
}

// run has a tool ask all hosts.
func (c *contest) run(b *testing.B, t tool) {
	cmd := exec.Command(t.argv[0], t.argv[1:]...)
	if t.self {
		path, err := os.Executable()
		must(b, err)
		cmd.Path, cmd.Err = path, nil
	}
	if cmd.Err != nil {
		b.Fatalf("%s (.ci/install installs it): %v", t.name, cmd.Err)
	}
	var complaints strings.Builder
	cmd.Stderr = &complaints
	logins, execs, _ := c.crowd.Asked(b)
	server, begin := c.crowd.CPU(b), time.Now()
	must(b, cmd.Start())
	memory := watch(cmd.Process.Pid)
	err := cmd.Wait()
	e := effort{wall: time.Since(begin), memory: memory()}
	if err != nil {
		b.Fatalf("%s: %v: %.400s", t.name, err, &complaints)
	}
	e.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	e.server = c.crowd.CPU(b) - server
	e.logins, e.execs, _ = c.crowd.Asked(b)
	e.logins, e.execs = e.logins-logins, e.execs-execs
	if before, met := c.took[t.name]; met {
		e = before.least(e)
	}
	c.took[t.name] = e
}

// watch looks at the memory of a process and of all below it, ten times a
// second, until it is asked what was the most.
func watch(pid int) (most func() int64) {
	done, peak := make(chan struct{}), make(chan int64)
	go func() {
		high := int64(0)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			high = max(high, resident(pid))
			select {
			case <-tick.C:
			case <-done:
				peak <- high
				return
			}
		}
	}()
	return func() int64 {
		close(done)
		return <-peak
	}
}

// resident is the memory of a process and of all that it started, in bytes.
func resident(pid int) int64 {
	var sum int64
	if raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid)); err == nil {
		var size, pages int64
		_, _ = fmt.Sscan(string(raw), &size, &pages) // 0 for a process that has just ended
		sum = pages * int64(os.Getpagesize())
	}
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, t := range threads {
		raw, _ := os.ReadFile(t)
		for _, child := range strings.Fields(string(raw)) {
			if n, err := strconv.Atoi(child); err == nil {
				sum += resident(n)
			}
		}
	}
	return sum
}

// say prints the table and which goals are met.
func (c *contest) say(links int) {
	n := float64(len(c.crowd.Names))
	ours, bare := c.took["migcheck fleet"], c.took["bare Go"]
	most := map[int]float64{49: 1.3, 300: 2}[links]
	var out strings.Builder
	goal(&out, "client CPU, of bare Go's", ratio(ours.cpu, bare.cpu), most, true)
	goal(&out, "logins a host", float64(ours.logins)/n, 1, true)
	goal(&out, "execs a host", float64(ours.execs)/n, 1, true)
	goal(&out, "memory, of bare Go's", float64(ours.memory)/float64(bare.memory), 3, true)
	peers := map[string]float64{"bare Go": 0.95}
	for _, t := range c.tools[2:] {
		peers[t.name] = 3.5
	}
	c.table(peers)
	fmt.Println(out.String()) // a benchmark's own log ends after ten lines
}

// table prints what each tool took, and how many times a peer's hosts a second
// migcheck asks, against the goal for that.
func (c *contest) table(peers map[string]float64) {
	n := float64(len(c.crowd.Names))
	rate := func(name string) float64 { return n / c.took[name].wall.Seconds() }
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / n }
	var out strings.Builder
	for _, t := range c.tools {
		e := c.took[t.name]
		fmt.Fprintf(&out, "\n%-15s client CPU %6.1f ms a host, server CPU %6.1f ms a host, %6.1f MB, %5.1f hosts/s, %d logins, %d execs",
			t.name, each(e.cpu), each(e.server), float64(e.memory)/1e6, rate(t.name), e.logins, e.execs)
	}
	for _, t := range c.tools {
		if least, ok := peers[t.name]; ok {
			goal(&out, "hosts a second, of "+t.name+"'s", rate("migcheck fleet")/rate(t.name), least, false)
		}
	}
	fmt.Println(out.String())
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

// goal writes a figure beside what it should be at most, or at least.
func goal(out io.Writer, what string, got, want float64, most bool) {
	word, met := "at least", got >= want
	if most {
		word, met = "at most", got <= want
	}
	verdict := "met"
	if !met {
		verdict = "MISSED"
	}
	fmt.Fprintf(out, "\ngoal %s: %.2f of %s %.2f: %s", what, got, word, want, verdict)
}

// This program is bare Go too, where it is called so: the test's own process
// can't tell its memory from what it gives to others.
func init() {
	if os.Args[0] != "bare" {
		return
	}
	if err := bareGo(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// bareGo logs in to hosts, 128 at once, runs what migcheck runs, and throws the
// answer away.
func bareGo(keyFile, addresses string) error {
	raw, err := os.ReadFile(keyFile)
	if err != nil {
		return err
	}
	key, err := xssh.ParsePrivateKey(raw)
	if err != nil {
		return err
	}
	list, err := os.ReadFile(addresses)
	if err != nil {
		return err
	}
	config := &xssh.ClientConfig{
		User: "root", Auth: []xssh.AuthMethod{xssh.PublicKeys(key)},
		HostKeyCallback: xssh.InsecureIgnoreHostKey(), // the floor knows no known_hosts
	}
	var g errgroup.Group
	g.SetLimit(128)
	for _, address := range strings.Fields(string(list)) {
		g.Go(func() error {
			c, err := xssh.Dial("tcp", address, config)
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
	return g.Wait()
}
