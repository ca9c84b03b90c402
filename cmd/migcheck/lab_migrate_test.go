//go:build lab

package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience bounds what a busy machine may take; nothing waits for it in vain.
const labPatience = 10 * time.Minute

// on runs a shell command as root on a host.
func (l *lab) on(t *testing.T, host, command string) string {
	t.Helper()
	return strings.TrimSpace(string(l.must(t, "shell", host, "sh", "-c", command)))
}

// define makes a guest on hostA and starts it: guest1 under another name and
// address. A heavy one has 64 MiB of random data in its memory, so that its
// migration has a middle.
func (l *lab) define(t *testing.T, name string, number int, heavy bool, edits ...string) {
	t.Helper()
	raw, err := os.ReadFile("../../fixtures/lab/guests/guest1.xml")
	if err != nil {
		t.Fatal(err)
	}
	edits = append(edits, ">guest1<", ">"+name+"<", "a000-000000000001", fmt.Sprintf("a000-0000000000%02x", number),
		"aa:00:01", fmt.Sprintf("aa:00:%02x", number), "10.62.3.1", fmt.Sprintf("10.62.3.%d", number))
	if heavy {
		edits = append(edits, "<memory unit='MiB'>16<", "<memory unit='MiB'>96<", "<cmdline>", "<initrd>/var/lib/libvirt/random</initrd><cmdline>")
		for _, host := range []string{"hostA", "hostB"} { // both emulators open it
			l.on(t, host, "[ -s /var/lib/libvirt/random ] || head -c 67108864 /dev/urandom >/var/lib/libvirt/random")
		}
	}
	xml := base64.StdEncoding.EncodeToString([]byte(strings.NewReplacer(edits...).Replace(string(raw))))
	l.forget(t, name)
	l.on(t, "hostA", "echo "+xml+" | base64 -d >/tmp/g.xml && virsh -q define /tmp/g.xml && virsh -q start "+name)
	t.Cleanup(func() { l.forget(t, name) })
}

// forget takes a guest away from both hosts.
func (l *lab) forget(t *testing.T, name string) {
	for _, host := range []string{"hostA", "hostB"} {
		l.on(t, host, "virsh -q destroy "+name+" 2>/dev/null; virsh -q undefine "+name+" 2>/dev/null; true")
	}
}

// state is what a host's libvirt says of a guest; "none" if it does not have it.
func (l *lab) state(t *testing.T, host, guest string) string {
	t.Helper()
	return l.on(t, host, "virsh -q domstate "+guest+" 2>/dev/null || echo none")
}

// expect asserts where a guest is, and that it runs at most once.
func (l *lab) expect(t *testing.T, guest, onA, onB string) {
	t.Helper()
	a, b := l.state(t, "hostA", guest), l.state(t, "hostB", guest)
	if a == "running" && b == "running" {
		t.Errorf("%s runs TWICE", guest)
	}
	if a != onA || b != onB {
		t.Errorf("%s is %q on hostA and %q on hostB; want %q and %q", guest, a, b, onA, onB)
	}
	t.Logf("%s afterwards: hostA %s, hostB %s", guest, a, b)
}

// process is a migcheck that runs inside the lab's network.
type process struct {
	cmd  *exec.Cmd
	out  *transcript // stdout
	errs *transcript // stderr, and what a terminal shows
	done chan struct{}
}

// start starts migcheck. It is the very process that cmd is: every program on
// the way there becomes the next.
func (l *lab) start(t *testing.T, terminal *os.File, args ...string) *process {
	t.Helper()
	words := append([]string{"in", l.binary}, args...)
	p := &process{
		cmd: exec.Command(l.script, append(words, "-F", l.env["LAB_SSH_CONFIG"])...),
		out: newTranscript(), errs: newTranscript(), done: make(chan struct{}),
	}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.errs
	if terminal != nil {
		p.cmd.Stdin = terminal
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); <-p.done })
	return p
}

// code waits for the end and asserts the exit status and what was said.
func (p *process) code(t *testing.T, want int, words ...string) {
	t.Helper()
	select {
	case <-p.done:
	case <-time.After(labPatience):
		t.Fatalf("no end\n%s%s", p.out, p.errs)
	}
	if got := p.cmd.ProcessState.ExitCode(); got != want {
		t.Errorf("exit status %d, want %d", got, want)
	}
	all := strings.Join(strings.Fields(p.out.String()+" "+p.errs.String()), " ")
	for _, w := range words {
		if !strings.Contains(all, w) {
			t.Errorf("nothing of %q", w)
		}
	}
	t.Logf("%s\n%s", p.out, p.errs)
}

// middle waits until the job is under way: a part has gone, and not all.
func (p *process) middle(t *testing.T) {
	t.Helper()
	if !p.errs.await(regexp.MustCompile(`  ([5-9]|[1-8][0-9])%`), p.done) {
		t.Fatalf("no middle of a migration\n%s%s", p.out, p.errs)
	}
}

// transcript is output that can be waited for.
type transcript struct {
	mu    sync.Mutex
	b     bytes.Buffer
	fresh chan struct{}
}

func newTranscript() *transcript { return &transcript{fresh: make(chan struct{})} }

func (w *transcript) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.fresh)
	w.fresh = make(chan struct{})
	return w.b.Write(p)
}

func (w *transcript) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

// await waits for a match, or for the end.
func (w *transcript) await(want *regexp.Regexp, end <-chan struct{}) bool {
	limit := time.After(labPatience)
	for {
		w.mu.Lock()
		found, fresh := want.Match(w.b.Bytes()), w.fresh
		w.mu.Unlock()
		if found {
			return true
		}
		select {
		case <-fresh:
		case <-end:
			return want.MatchString(w.String())
		case <-limit:
			return false
		}
	}
}

var _ io.Writer = (*transcript)(nil)

var moving = []string{"--from", "hostA", "--to", "hostB", "--migrate"}

func migrating(guest string, more ...string) []string {
	return append(append([]string{guest}, moving...), more...)
}

// TestLabMigrate moves guests that nothing is in the way of.
func TestLabMigrate(t *testing.T) {
	l := openLab(t)
	l.must(t, "reset", "hostA", "hostB")
	t.Run("on bond0.623", func(t *testing.T) {
		l.define(t, "plain", 0x21, false)
		l.on(t, "hostA", "virsh -q autostart plain")
		l.start(t, nil, migrating("plain", "--yes")...).code(t, 0, "ARRIVED", "plain runs on hostB", "of the guest seen on")
		l.expect(t, "plain", "none", "running")
		if got := l.on(t, "hostB", "virsh -q dominfo plain | grep -E '^(Persistent|Autostart)' | tr -s ' ' | sort"); got != "Autostart: enable\nPersistent: yes" {
			t.Errorf("it is not as it was defined on hostA: %s", got)
		}
		if frames := string(l.must(t, "frames", "--seconds", "20", "52:54:00:aa:00:21")); !strings.Contains(frames, "vlans=623 port=hostB-") {
			t.Errorf("on the switch: %s", frames)
		}
	})
	t.Run("to another name", func(t *testing.T) {
		l.define(t, "mapped", 0x22, false)
		defer l.must(t, "reset", "hostB")
		l.on(t, "hostB", "ip link delete bond0.623 && ip link add link bond0 name up623 type vlan id 623 && ip link set up623 up")
		dir := filepath.Join(t.TempDir(), "xml")
		l.start(t, nil, migrating("mapped", "--yes", "--map", "bond0.623=up623", "--keep-definition", "--print-xml", dir)...).code(t, 0, "ARRIVED")
		l.expect(t, "mapped", "shut off", "running")
		for _, view := range []string{"", "--inactive"} {
			if got := l.on(t, "hostB", "virsh dumpxml mapped "+view+" | grep -c \"dev='up623'\""); got != "1" {
				t.Errorf("dumpxml %s names it %s times", view, got)
			}
		}
		for _, name := range []string{"mapped.xml", "mapped.persistent.xml"} {
			if raw, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Contains(raw, []byte("dev='up623'")) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
	t.Run("paused", func(t *testing.T) {
		l.define(t, "halted", 0x24, false)
		l.on(t, "hostA", "virsh -q suspend halted")
		l.start(t, nil, migrating("halted", "--yes")...).code(t, 0, "ARRIVED", "halted is paused on hostB")
		l.expect(t, "halted", "none", "paused")
	})
}

// TestProveMigrate moves guests in the ways that are used less.
func TestProveMigrate(t *testing.T) {
	l := openLab(t)
	l.must(t, "reset", "hostA", "hostB")
	t.Run("managed by the source", func(t *testing.T) {
		l.define(t, "peer", 0x23, false)
		l.start(t, nil, migrating("peer", "--yes", "--p2p")...).code(t, 0, "ARRIVED")
		l.expect(t, "peer", "none", "running")
	})
	t.Run("stopped", func(t *testing.T) {
		l.define(t, "stopped", 0x25, false)
		l.on(t, "hostA", "virsh -q destroy stopped")
		l.start(t, nil, migrating("stopped", "--yes")...).code(t, 1, "--offline")
		l.start(t, nil, migrating("stopped", "--yes", "--offline")...).code(t, 0, "ARRIVED", "stopped is defined on hostB")
		l.expect(t, "stopped", "none", "shut off")
	})
	t.Run("two at once", func(t *testing.T) {
		l.define(t, "one", 0x26, false)
		l.define(t, "two", 0x27, false)
		l.start(t, nil, append([]string{"one", "two", "--yes", "--guests-at-once", "2"}, moving...)...).code(t, 0, "ARRIVED one", "ARRIVED two")
		l.expect(t, "one", "none", "running")
		l.expect(t, "two", "none", "running")
	})
}

// TestProveTimeout lets a migration take too long: the guest stays, stands still
// until it has moved, or goes on on the other side before its memory is there.
func TestProveTimeout(t *testing.T) {
	l := openLab(t)
	l.must(t, "reset", "hostA", "hostB")
	for i, c := range []struct {
		do       string
		more     []string
		code     int
		words    string
		onA, onB string
	}{
		{"abort", nil, 4, "timed out: the job is being aborted|STAYED|runs on hostA", "running", "none"},
		{"pause", nil, 0, "timed out: the guest is paused until it has moved|ARRIVED|runs on hostB", "none", "running"},
		{"postcopy", []string{"--postcopy"}, 0, "post-copy began|ARRIVED|runs on hostB", "none", "running"},
	} {
		t.Run(c.do, func(t *testing.T) {
			l.define(t, "late", 0x28+i, true)
			more := append([]string{"--yes", "--bandwidth", "2", "--migrate-timeout", "8s", "--on-timeout", c.do}, c.more...)
			l.start(t, nil, migrating("late", more...)...).code(t, c.code, strings.Split(c.words, "|")...)
			l.expect(t, "late", c.onA, c.onB)
		})
	}
}
