package world

import (
	"context"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"migcheck/cmd/internal/fleetfile"
	"migcheck/hostinfo"
	"migcheck/hostinfo/agent"
	"migcheck/hostinfo/netlink"
)

// resident is the agent of the server's host: a real one, which sees this machine
// as it was once, or as a test would have it.
type resident struct {
	t      *testing.T
	socket string
	host   *hostinfo.Host
	heard  chan struct{} // a word of the kernel's

	mu     sync.Mutex
	change func(*hostinfo.Host) // what it sees otherwise
	there  hostinfo.Tri         // libvirt's sockets, as it says
	tries  int                  // to connect to one
	end    func()               // nil: it does not run
}

func newResident(t *testing.T) *resident {
	h, err := netlink.Collector{Name: "agent"}.Collect(t.Context())
	check(t, err)
	r := &resident{t: t, socket: filepath.Join(t.TempDir(), "agent.sock"), host: h, heard: make(chan struct{})}
	r.start()
	t.Cleanup(r.stop)
	return r
}

func (r *resident) start() {
	r.t.Helper()
	l, err := agent.Listen(r.socket)
	check(r.t, err)
	ctx, stop := context.WithCancel(r.t.Context())
	s := &agent.Server{Version: "test", Log: slog.New(slog.DiscardHandler), Read: r.read, Hear: r.hear, Sockets: r.sockets}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.Serve(ctx, l); err != nil {
			r.t.Error(err)
		}
	}()
	r.mu.Lock()
	r.end = func() { stop(); <-done }
	r.mu.Unlock()
}

func (r *resident) stop() {
	r.mu.Lock()
	end := r.end
	r.end = nil
	r.mu.Unlock()
	if end != nil {
		end()
	}
}

func (r *resident) read(context.Context) (*hostinfo.Host, error) {
	h := *r.host
	h.Devices, h.Gaps = slices.Clone(h.Devices), slices.Clone(h.Gaps)
	r.mu.Lock()
	change := r.change
	r.mu.Unlock()
	if change != nil {
		change(&h)
	}
	return &h, nil
}

func (r *resident) hear(ctx context.Context, changed func()) {
	for {
		select {
		case <-r.heard:
			changed()
		case <-ctx.Done():
			return
		}
	}
}

func (r *resident) sockets() hostinfo.Tri {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.there
}

// sees has it see something else from now on.
func (r *resident) sees(change func(*hostinfo.Host)) {
	r.mu.Lock()
	r.change = change
	r.mu.Unlock()
}

// stream connects a channel of SSH with the agent, as sshd does.
func (r *resident) stream(offered ssh.NewChannel) {
	var to struct {
		Path  string
		Rest  string
		Rest2 uint32
	}
	err := ssh.Unmarshal(offered.ExtraData(), &to)
	var conn net.Conn
	if err == nil && to.Path == agent.Socket {
		conn, err = net.Dial("unix", r.socket)
	} else {
		r.mu.Lock()
		r.tries++
		r.mu.Unlock()
	}
	if conn == nil || err != nil {
		_ = offered.Reject(ssh.ConnectionFailed, "open failed")
		return
	}
	ch, requests, err := offered.Accept()
	if err != nil {
		_ = conn.Close()
		return
	}
	go ssh.DiscardRequests(requests)
	go func() { _, _ = io.Copy(conn, ch); _ = conn.Close() }()
	_, _ = io.Copy(ch, conn)
	_ = ch.Close()
}

// watched is a World whose host has an agent, as its fleet file says or not.
type watched struct {
	World
	t     *testing.T
	s     *server
	agent *resident
}

func watchedHost(t *testing.T, told bool) *watched {
	w, s := worldOf(t)
	r := newResident(t)
	s.agent = r
	if told {
		w.(*live).fleet.Hosts["hostB"] = fleetfile.Host{SSH: w.(*live).fleet.Hosts["hostB"].SSH, Agent: true}
	}
	return &watched{World: w, t: t, s: s, agent: r}
}

// session is the host's.
func (w *watched) session() *session { return w.World.(*live).session(w.t.Context(), "hostB") }

// again asks the host again. It must have been read as via says, with so many
// logins and commands since the beginning.
func (w *watched) again(via string, logins, looks int) *hostinfo.Host {
	w.t.Helper()
	w.Refresh(w.t.Context(), []string{"hostB"})
	h, err := w.Host(w.t.Context(), "hostB")
	check(w.t, err)
	if (h.Via == agent.Via) != (via == agent.Via) || h.Missing(hostinfo.FactDevices, "") != nil {
		w.t.Fatalf("read via %q, want %s: %+v", h.Via, via, h.Gaps)
	}
	if l, n := w.s.counts(); l != logins || n != looks {
		w.t.Fatalf("%d logins and %d commands, want %d and %d", l, n, logins, looks)
	}
	return h
}

const byCommand = "a command"

// TestAgentEnds: an agent that ends is done without, and one that comes back is
// asked again after a while.
func TestAgentEnds(t *testing.T) {
	w := watchedHost(t, true)
	w.session()
	w.again(agent.Via, 1, 0)
	w.agent.stop()
	w.again(byCommand, 1, 1)
	if r := w.Route(t.Context(), "hostB"); !strings.Contains(r.Agent, "connect to "+agent.Socket) {
		t.Errorf("%+v", r)
	}
	w.agent.start()
	w.again(byCommand, 1, 2) // it failed a moment ago
	w.session().gaveUp = time.Now().Add(-agentRest)
	w.again(byCommand, 1, 3) // it is seen to be there
	w.again(agent.Via, 1, 3)
	if r := w.Route(t.Context(), "hostB"); r.Agent != "" {
		t.Errorf("%+v", r)
	}
}

// TestAgentOfAnotherMachine: a host that was booted anew while its agent says what
// it said, or whose agent is another machine's, is read by a command.
func TestAgentOfAnotherMachine(t *testing.T) {
	w := watchedHost(t, false)
	w.session()
	w.again(agent.Via, 1, 1) // which the command has seen
	w.agent.sees(func(h *hostinfo.Host) { h.BootID = "00000000-0000-0000-0000-000000000000" })
	w.again(byCommand, 1, 2)
	if r := w.Route(t.Context(), "hostB"); !strings.Contains(r.Agent, "boot id") {
		t.Errorf("%+v", r)
	}
}

// TestReboot: a host that boots ends the connection, and then says nothing of what
// it was before.
func TestReboot(t *testing.T) {
	w := watchedHost(t, true)
	w.session()
	w.agent.sees(func(h *hostinfo.Host) {
		h.Devices = append(h.Devices, hostinfo.Device{Index: 1 << 30, Name: "before"})
	})
	if was := w.again(agent.Via, 1, 0); hostinfo.IndexLinks(was).ByName("before") == nil {
		t.Fatal("the device is not there")
	}
	w.agent.stop()
	w.s.cut()
	w.agent.sees(func(h *hostinfo.Host) { h.BootID = "00000000-0000-0000-0000-000000000000" })
	w.agent.start()
	is := w.again(agent.Via, 2, 0)
	if is.BootID != "00000000-0000-0000-0000-000000000000" || hostinfo.IndexLinks(is).ByName("before") != nil {
		t.Errorf("after the boot it is %s, and still has the device", is.BootID)
	}
}

// TestAgentSeesLess: where an agent has lost rights a command says what it can; if
// that is not known to say more, what is not seen any more is a gap.
func TestAgentSeesLess(t *testing.T) {
	blind := func(h *hostinfo.Host) {
		h.Devices, h.Gaps = nil, append(h.Gaps, hostinfo.Gap{Fact: hostinfo.FactDevices, Reason: "permission denied"})
	}
	w := watchedHost(t, false)
	w.session()
	w.again(agent.Via, 1, 1)
	w.agent.sees(blind)
	w.again(byCommand, 1, 2)
	if r := w.Route(t.Context(), "hostB"); !strings.Contains(r.Agent, "the agent sees less than the user who logged in: devices: permission denied") {
		t.Errorf("%+v", r)
	}

	alone := watchedHost(t, true)
	alone.session()
	alone.again(agent.Via, 1, 0)
	alone.agent.sees(blind)
	alone.Refresh(t.Context(), []string{"hostB"})
	h, err := alone.Host(t.Context(), "hostB")
	check(t, err)
	if h.Missing(hostinfo.FactDevices, "") == nil || len(h.Devices) != 0 {
		t.Errorf("%d devices of before, %+v", len(h.Devices), h.Gaps)
	}
}

// TestAgentHangs: who does not answer in time has said nothing, and what it said
// before is not taken for it.
func TestAgentHangs(t *testing.T) {
	w := watchedHost(t, true)
	w.session()
	w.again(agent.Via, 1, 0)
	hang := make(chan struct{})
	w.agent.sees(func(*hostinfo.Host) { <-hang })
	soon, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	w.Refresh(soon, []string{"hostB"})
	h, err := w.Host(t.Context(), "hostB")
	check(t, err)
	if h.Missing(hostinfo.FactDevices, "") == nil || len(h.Devices) != 0 {
		t.Errorf("%d devices, %+v", len(h.Devices), h.Gaps)
	}
	close(hang)
	w.agent.sees(nil)
	w.again(agent.Via, 2, 0)
}

// TestHear: an agent's changes are told once each, so is its end, and there is
// never more than one stream.
func TestHear(t *testing.T) {
	w := watchedHost(t, true)
	w.session()
	w.again(agent.Via, 1, 0)
	told := make(chan string, 100)
	hear := func() { w.Hear(t.Context(), []string{"hostB", "nobody"}, func(host string) { told <- host }) }
	hear()
	hear()
	w.agent.heard <- struct{}{} // of nothing that anybody asks about
	for i := range 3 {
		w.agent.sees(func(h *hostinfo.Host) { h.Kernel = strings.Repeat("x", i+1) })
		w.agent.heard <- struct{}{}
		if host := <-told; host != "hostB" {
			t.Errorf("told of %q", host)
		}
	}
	w.again(agent.Via, 1, 0)
	hear()
	w.agent.stop()
	if host := <-told; host != "hostB" {
		t.Errorf("told of %q", host)
	}
	w.again(byCommand, 1, 1)
	hear() // there is nobody
	if w.session().hearing != nil {
		t.Error("a stream is left")
	}
	if len(told) != 0 {
		t.Errorf("told %d times too often", len(told))
	}
}

// TestHearLate: what has changed between the look and the stream is told of, and
// a stream that was refused is not asked for all the time.
func TestHearLate(t *testing.T) {
	w := watchedHost(t, true)
	w.session()
	w.again(agent.Via, 1, 0)
	w.agent.sees(func(h *hostinfo.Host) { h.Kernel = "later" })
	told := make(chan string, 100)
	tell := func(host string) { told <- host }
	w.agent.heard <- struct{}{}
	w.Hear(t.Context(), []string{"hostB"}, tell)
	if host := <-told; host != "hostB" {
		t.Errorf("told of %q", host)
	}
	h := w.session().hearing
	h.stop()
	<-h.ended
	w.Hear(t.Context(), []string{"hostB"}, tell)
	if w.session().hearing != h {
		t.Error("a stream that has just ended is asked for again")
	}
	h.began = time.Now().Add(-agentRest)
	w.Hear(t.Context(), []string{"hostB"}, tell)
	if w.session().hearing == h {
		t.Error("a stream that ended long ago is not asked for")
	}
}

// TestNoLibvirt: where no socket of libvirt's was found, none is tried again while
// the agent says that there is none. It is not believed without a try, nor for long.
func TestNoLibvirt(t *testing.T) {
	w := watchedHost(t, true)
	says := func(there hostinfo.Tri) {
		w.agent.mu.Lock()
		w.agent.there = there
		w.agent.mu.Unlock()
	}
	tries, why := 0, ""
	look := func(what string, more int) {
		t.Helper()
		h := w.again(agent.Via, 1, 0)
		w.agent.mu.Lock()
		got := w.agent.tries
		w.agent.mu.Unlock()
		if got != tries+more {
			t.Errorf("%s: %d sockets were tried, want %d", what, got-tries, more)
		}
		tries = got
		if reasons := gapsOf(h, hostinfo.FactLibvirt); len(reasons) != 1 || reasons[0] != why {
			t.Errorf("%s: libvirt is missing for %q, not %q", what, reasons, why)
		}
	}
	says(hostinfo.No)
	first, err := w.Host(t.Context(), "hostB")
	check(t, err)
	why = gapsOf(first, hostinfo.FactLibvirt)[0]
	if tries = w.agent.tries; tries != 4 || !strings.Contains(why, "there is no such socket") {
		t.Fatalf("%d sockets were tried at first: %s", tries, why)
	}
	look("there is none", 0)
	says(hostinfo.Yes)
	look("it has come", 4)
	says(hostinfo.Unknown)
	look("it is not told", 4)
	says(hostinfo.No)
	look("there is none again", 0)
	w.session().absent.since = time.Now().Add(-libvirtRest)
	look("that was long ago", 4)
	look("and just now", 0)
	w.s.cut()
	w.Refresh(t.Context(), []string{"hostB"})
	w.agent.mu.Lock()
	defer w.agent.mu.Unlock()
	if w.agent.tries != tries+4 {
		t.Errorf("a new connection tried %d", w.agent.tries-tries)
	}
}
