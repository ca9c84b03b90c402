package agent

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"migcheck/hostinfo"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(serveEnv); path != "" {
		os.Exit(serveForTest(path))
	}
	goleak.VerifyTestMain(m)
}

// machine is what a server under test reads.
type machine struct {
	mu    sync.Mutex
	host  hostinfo.Host
	reads int
	// sockets are libvirt's.
	sockets hostinfo.Tri
}

func newMachine(names ...string) *machine {
	m := &machine{host: hostinfo.Host{Hostname: "kvm1", BootID: "6a1b3a52-0d55-4f43-9a5f-8c8d1c0a5b11", Via: "netlink", User: "nobody"}}
	for i, n := range append([]string{"lo"}, names...) {
		m.host.Devices = append(m.host.Devices, hostinfo.Device{Index: i + 1, Name: n, Kind: hostinfo.KindHardware, MTU: 1500})
	}
	return m
}

func (m *machine) read(context.Context) (*hostinfo.Host, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reads++
	h := m.host
	h.Devices = append([]hostinfo.Device(nil), m.host.Devices...)
	return &h, nil
}

func (m *machine) change(f func(*hostinfo.Host)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.host)
}

func (m *machine) readings() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.reads
}

func (m *machine) libvirtSockets() hostinfo.Tri {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sockets
}

// deaf is a hear that hears nothing.
func deaf(ctx context.Context, _ func()) { <-ctx.Done() }

func quietLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

// serve runs a server of m on a socket until the test ends.
func serve(t *testing.T, m *machine) (*Server, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "agent.sock")
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Version: "test", Log: quietLog(), Read: m.read, Hear: deaf, Sockets: m.libvirtSockets}
	run(t, s, l)
	return s, path
}

// run serves on l until the test ends.
func run(t *testing.T, s *Server, l net.Listener) {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
}

// say sends words on a new connection and returns all that comes back.
func say(t *testing.T, path, words string) string {
	t.Helper()
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go func() { _, _ = io.WriteString(c, words) }() // the server may not want to hear it all
	b, _ := io.ReadAll(c)
	return string(b)
}

// ask is one question; the answer's body is read.
func ask(t *testing.T, path string, lines ...string) (*http.Response, string) {
	t.Helper()
	got := say(t, path, strings.Join(append(lines, "Host: agent", "Connection: close", "", ""), "\r\n"))
	res, err := http.ReadResponse(bufio.NewReader(strings.NewReader(got)), &http.Request{Method: strings.Fields(lines[0])[0]})
	if err != nil {
		t.Fatalf("%v: %q", err, got)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res, string(body)
}
