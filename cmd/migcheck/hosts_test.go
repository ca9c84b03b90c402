//go:build system && cgo && libvirt_dlopen

package main

import (
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"migcheck/fixtures/hosts"
)

// TestHosts runs the stories of fixtures/hosts, one after the other, on two
// hosts with a real sshd and a real libvirtd each. Besides what TestScripts
// gives them they have:
//
//	on HOST COMMAND...         as root on the host
//	asked HOST LOGINS EXECS    since the story began or was asked before
func TestHosts(t *testing.T) {
	site := hosts.Start(t, hosts.Spec{Name: "hostA", Macvtaps: true}, hosts.Spec{Name: "hostB"})
	p := scriptParams(t, "hosts")
	static := buildBeside(t)
	seen := map[string][2]int{}
	p.Cmds["on"] = func(ts *testscript.TestScript, neg bool, args []string) {
		if len(args) < 2 || site.Host(args[0]) == nil {
			ts.Fatalf("usage: on HOST COMMAND...")
		}
		cmd := site.Host(args[0]).Command(ts.Getenv("WORK"), args[1:]...)
		if err := ts.Exec(cmd.Args[0], cmd.Args[1:]...); (err != nil) != neg {
			ts.Fatalf("on %s: %v", strings.Join(args, " "), err)
		}
	}
	p.Cmds["asked"] = func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 3 || site.Host(args[0]) == nil {
			ts.Fatalf("usage: asked HOST LOGINS EXECS")
		}
		var want [2]int
		for i, w := range args[1:] {
			n, err := strconv.Atoi(w)
			ts.Check(err)
			want[i] = n
		}
		before, now := seen[args[0]], asked(t, site.Host(args[0]))
		seen[args[0]] = now
		if got := [2]int{now[0] - before[0], now[1] - before[1]}; got != want {
			ts.Fatalf("%s: %d logins and %d execs, want %d and %d", args[0], got[0], got[1], want[0], want[1])
		}
	}
	setup := p.Setup
	p.Setup = func(e *testscript.Env) error {
		e.Setenv("SSH_CONFIG", site.SSHConfig)
		exe, err := exec.LookPath("migcheck")
		if err != nil {
			return err
		}
		e.Setenv("MIGCHECK", exe)
		e.Setenv("STATIC", static)
		for _, h := range site.Hosts {
			seen[h.Name] = asked(t, h)
			e.Setenv(strings.ToUpper(h.Name)+"_ROOT", h.Path(""))
			e.Setenv(strings.ToUpper(h.Name)+"_SSHD", h.SSHD)
			e.Defer(func() { reset(t, h) })
		}
		return setup(e)
	}
	testscript.RunT(inTurn{t}, p)
}

// buildBeside builds the static program beside this one, where --push looks for
// it.
func buildBeside(t *testing.T) string {
	t.Helper()
	here, err := exec.LookPath("migcheck")
	if err != nil {
		t.Fatal(err)
	}
	static := filepath.Join(filepath.Dir(here), "migcheck-"+runtime.GOARCH)
	build := exec.Command("go", "build", "-trimpath", "-o", static, ".")
	build.Env = append(build.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return static
}

func asked(t *testing.T, h *hosts.Host) [2]int {
	logins, execs := h.Asked(t)
	return [2]int{logins, execs}
}

// reset makes a host as it was when it booted.
func reset(t *testing.T, h *hosts.Host) {
	const script = `
for g in $(virsh -q list --all --uuid); do
	virsh -q destroy $g; virsh -q undefine $g
done >/dev/null 2>&1
chmod 770 /run/libvirt/libvirt-sock
chmod 777 /run/libvirt/libvirt-sock-ro
: >"$0"`
	if out, err := h.Command("/", "sh", "-c", script, h.SSHD).CombinedOutput(); err != nil {
		t.Fatalf("reset %s: %v: %s", h.Name, err, out)
	}
}

// inTurn is a test whose scripts run one after the other.
type inTurn struct{ *testing.T }

func (t inTurn) Parallel()     {}
func (t inTurn) Verbose() bool { return testing.Verbose() }
func (t inTurn) Run(name string, f func(testscript.T)) {
	t.T.Run(name, func(t *testing.T) { f(inTurn{t}) })
}
