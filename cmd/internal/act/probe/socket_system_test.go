//go:build system

package probe_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"migcheck/cmd/internal/act/probe"
	core "migcheck/hostinfo/probe"
)

// listen is a second socket: each who connects gets a program of his own, on a
// host whose /etc/migcheck is made by a script, as a user who is nobody with some
// capabilities.
func (s *space) listen(t *testing.T, etc, caps string) (dial func() net.Conn) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "probe.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	exe := static(t)
	if err := os.Chmod(filepath.Dir(exe), 0o755); err != nil {
		t.Fatal(err)
	}
	script := "set -e; mount -t tmpfs t /etc; mkdir /etc/migcheck; cd /etc/migcheck; " + etc + `
exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --bounding-set=-all` + caps + " " + exe + " " + probe.ListedVerb
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			f, err := c.(*net.UnixConn).File()
			_ = c.Close()
			if err != nil {
				t.Error(err)
				return
			}
			cmd := exec.Command("unshare", "--mount", "sh", "-c", script)
			cmd.Stdin, cmd.Stdout, cmd.Stderr = f, f, os.Stderr
			s.in(func() { err = cmd.Start() })
			_ = f.Close()
			if err != nil {
				t.Error(err)
				return
			}
			all.Go(func() { _ = cmd.Wait() })
		}
	})
	t.Cleanup(func() { _ = l.Close(); all.Wait() }) // all of them have ended
	return func() net.Conn {
		c, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
}

const (
	netRaw = ",+net_raw --inh-caps=+net_raw --ambient-caps=+net_raw"
	noCaps = " --inh-caps=-all"
)

// TestSocket: by which devices a member of the group may send frames, and what
// else he may.
func TestSocket(t *testing.T) {
	s := newSpace(t)
	for _, line := range []string{
		"link add eth1 type veth peer name peer1", "link add eth2 type veth peer name peer2", "link add eth3 type veth peer name peer3",
		fmt.Sprintf("link add link eth2 index %d name macvtap0 type macvtap mode bridge", 1<<21+os.Getpid()),
		"link add link eth3 name macvlan0 type macvlan mode bridge",
		"link set eth1 up", "link set eth2 up", "link set eth3 up",
	} {
		s.ip(t, line)
	}
	for _, c := range []struct{ name, etc, caps, device, want string }{
		{"listed", "echo 'eth[1]' >probe-devices", netRaw, "eth1", ""},
		{"a guest's", ":", netRaw, "eth2", ""},
		{"neither", "echo eth9 >probe-devices", netRaw, "eth1", "eth1: no guest stands on it, and /etc/migcheck/probe-devices does not list it"},
		{"no list", ":", netRaw, "eth3", "does not list it"},
		{"anybody's list", "echo eth1 >probe-devices; chmod 666 probe-devices", netRaw, "eth1", "others than root can write it"},
		{"a list that can't be read", "echo eth1 >probe-devices; chmod 600 probe-devices", netRaw, "eth1", "permission denied"},
		{"not there", "echo 'eth*' >probe-devices", netRaw, "eth8", "eth8 is not there any more"},
		{"no right", "echo eth1 >probe-devices", noCaps, "eth1", "CAP_NET_RAW"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := s.traces(t)
			end := probe.Over("hostA", s.listen(t, c.etc, c.caps)())
			o := core.Order{Device: c.device, Direction: core.There, Peer: "02:00:00:00:00:01"}
			o.SetRun(core.RunID{1}, core.Key{1})
			err := end.Open(t.Context(), o)
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if _, err := end.Try(t.Context(), probe.At{Name: c.device}, "bridge"); err == nil || !strings.Contains(err.Error(), "only root may") {
				t.Errorf("a trial: %v", err)
			}
			end.Close()
			s.unchanged(t, before)
		})
	}
}

// TestSocketProbe: both ends by second sockets, four runs at once, whose frames
// come one at a time.
func TestSocketProbe(t *testing.T) {
	a, b := newSpace(t), newSpace(t)
	a.ip(t, "link add eth1 type veth peer name eth1 netns "+b.path)
	a.ip(t, "link set eth1 up")
	b.ip(t, "link set eth1 up")
	const list = "echo eth1 >probe-devices"
	at := [2]probe.At{whereabouts(t, a, "hostA", "eth1"), whereabouts(t, b, "hostB", "eth1")}
	before := [2]string{a.traces(t), b.traces(t)}
	dial := [2]func() net.Conn{a.listen(t, list, netRaw), b.listen(t, list, netRaw)}
	over := func(i int) func(context.Context) (*probe.End, error) {
		return func(context.Context) (*probe.End, error) { return probe.Over(at[i].Host, dial[i]()), nil }
	}
	began := time.Now()
	var sent [4]int
	var g errgroup.Group
	for i := range sent {
		g.Go(func() error {
			p := probe.Between(t.Context(), at[0], at[1], 1500, over(0), over(1))
			if got := strings.Join(summary(&p), ", "); got != "both ways, largest 1500 1500" {
				t.Errorf("%s: %+v", got, p)
			}
			sent[i] = p.There.Sent
			return nil
		})
	}
	_ = g.Wait()
	all := 0
	for _, n := range sent {
		all += n
	}
	const pace = 2 * time.Millisecond
	if took := time.Since(began); all < 4*8 || took < time.Duration(all-4)*pace {
		t.Errorf("%d frames were sent from one host within %v", all, took)
	}
	for i, s := range []*space{a, b} {
		s.unchanged(t, before[i])
	}
}

// TestSocketHostile: whatever is sent there, the program says what is wrong or
// ends, and so it does when the connection does.
func TestSocketHostile(t *testing.T) {
	s := newSpace(t)
	s.ip(t, "link add eth1 type veth peer name eth2")
	s.ip(t, "link set eth1 up")
	before := s.traces(t)
	t.Run("all", func(t *testing.T) {
		dial := s.listen(t, "echo eth1 >probe-devices", netRaw)
		for _, c := range []struct{ said, want string }{
			{"GET / HTTP/1.1\n", `"failed"`},
			{"{\"do\":\"" + strings.Repeat("x", 1000) + "\"}\n", `"failed"`},
			{strings.Repeat("x", core.MaxLine+1), ""},
			{`{"do":"open","device":"../etc","direction":1,"peer":"02:00:00:00:00:01","run":"0011223344556677","key":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}` + "\n", `"denied"`},
			{`{"do":"open","device":"eth1","direction":1,"peer":"ff:ff:ff:ff:ff:ff","run":"0011223344556677","key":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}` + "\n", "is no device's address"},
			{`{"do":"send","size":100,"frames":1000000000}` + "\n", "no device was opened"},
		} {
			conn := dial()
			_, _ = io.WriteString(conn, c.said) // it may have ended by then
			_ = conn.(*net.UnixConn).CloseWrite()
			got, _ := io.ReadAll(conn)
			_ = conn.Close()
			if !strings.Contains(string(got), c.want) || c.want == "" && len(got) > 0 {
				t.Errorf("to %.60q it says %q", c.said, got)
			}
		}
		if err := probe.Knock(t.Context(), dial()); err != nil {
			t.Error(err)
		}
		// One who goes away with the device open.
		end := probe.Over("hostA", dial())
		o := core.Order{Device: "eth1", Direction: core.There, Peer: "02:00:00:00:00:01"}
		o.SetRun(core.RunID{1}, core.Key{1})
		if err := end.Open(t.Context(), o); err != nil {
			t.Error(err)
		}
		if during := s.traces(t); during == before {
			t.Error("its socket is not seen, so that nothing would be seen of what it leaves")
		}
		end.Close()
	})
	s.unchanged(t, before)
}

// TestKnock: whoever is not the program behind the socket is told from it.
func TestKnock(t *testing.T) {
	for _, says := range []string{"", "hello\n", "{}\n"} {
		here, there := net.Pipe()
		go func() {
			buffer := make([]byte, 1024)
			_, _ = there.Read(buffer)
			_, _ = io.WriteString(there, says)
			_ = there.Close()
		}()
		if err := probe.Knock(t.Context(), here); err == nil || errors.Is(err, probe.ErrSocket) {
			t.Errorf("who says %q was taken for it: %v", says, err)
		}
	}
}
