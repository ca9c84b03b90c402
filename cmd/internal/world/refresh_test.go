package world

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"

	"migcheck/cmd/internal/fleetfile"
	"migcheck/hostinfo"
	"migcheck/hostinfo/agent"
	hostssh "migcheck/hostinfo/ssh"
)

// server lets everybody in, says what this machine's devices are, and counts.
// It has no libvirt.
type server struct {
	addr          string
	agent         *resident // nil: there is none
	mu            sync.Mutex
	logins, looks int
	open          []net.Conn
	said          string // in place of what the script prints on this machine; empty for that
}

func serve(t *testing.T, host ssh.Signer) *server {
	t.Helper()
	conf := &ssh.ServerConfig{PublicKeyCallback: func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return nil, nil }}
	conf.AddHostKey(host)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	s := &server{addr: l.Addr().String()}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { s.login(c, conf) })
		}
	})
	t.Cleanup(func() { l.Close(); s.cut(); all.Wait() })
	return s
}

func (s *server) login(c net.Conn, conf *ssh.ServerConfig) {
	defer c.Close()
	conn, channels, requests, err := ssh.NewServerConn(c, conf)
	if err != nil {
		return
	}
	s.mu.Lock()
	s.logins++
	s.open = append(s.open, c)
	s.mu.Unlock()
	go ssh.DiscardRequests(requests)
	for ch := range channels {
		if ch.ChannelType() == "direct-streamlocal@openssh.com" && s.agent != nil {
			go s.agent.stream(ch)
			continue
		}
		if ch.ChannelType() != "session" {
			_ = ch.Reject(ssh.Prohibited, "sessions only")
			continue
		}
		if session, requests, err := ch.Accept(); err == nil {
			go s.session(session, requests)
		}
	}
	_ = conn.Wait()
}

func (s *server) session(ch ssh.Channel, requests <-chan *ssh.Request) {
	for r := range requests {
		var command struct{ Line string }
		if r.Type != "exec" || ssh.Unmarshal(r.Payload, &command) != nil {
			_ = r.Reply(false, nil)
			continue
		}
		_ = r.Reply(true, nil)
		status := struct{ Status uint32 }{127}
		if strings.Contains(command.Line, "/sys/class/net") {
			s.mu.Lock()
			s.looks++
			line, said := command.Line, s.said
			s.mu.Unlock()
			if said != "" {
				marker := regexp.MustCompile(`\bm=(\w+);`).FindStringSubmatch(line)[1]
				line = "cat"
				said = strings.ReplaceAll(said, "MARKER", marker)
			}
			if s.agent != nil {
				line = strings.ReplaceAll(line, agent.Socket, s.agent.socket)
			}
			cmd := exec.Command("/bin/sh", "-c", line)
			cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(said), ch, ch.Stderr()
			_ = cmd.Run() // what is missing on this machine is not the subject
			status.Status = 0
		} else if strings.Contains(command.Line, "virt-ssh-helper") {
			cmd := exec.Command("/bin/sh", "-c", strings.ReplaceAll(command.Line, "/run/libvirt/", "/nothing/"))
			cmd.Stdout, cmd.Stderr = ch, ch.Stderr()
			_ = cmd.Run() // its status says what there is not
			status.Status = uint32(cmd.ProcessState.ExitCode())
		}
		_, _ = ch.SendRequest("exit-status", false, ssh.Marshal(&status))
		ch.Close()
	}
}

// says has its script print that from now on.
func (s *server) says(answer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.said = answer
}

// cut breaks all connections off.
func (s *server) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.open {
		c.Close()
	}
	s.open = nil
}

func (s *server) counts() (logins, looks int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logins, s.looks
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// worldOf is a World whose only host is the server.
func worldOf(t *testing.T) (World, *server) {
	t.Helper()
	_, hostKey, err := ed25519.GenerateKey(rand.Reader)
	check(t, err)
	signer, err := ssh.NewSignerFromKey(hostKey)
	check(t, err)
	s := serve(t, signer)
	_, userKey, err := ed25519.GenerateKey(rand.Reader)
	check(t, err)
	block, err := ssh.MarshalPrivateKey(userKey, "")
	check(t, err)
	home := t.TempDir()
	check(t, os.Mkdir(filepath.Join(home, ".ssh"), 0o700))
	for name, text := range map[string]string{
		"id_ed25519":  string(pem.EncodeToMemory(block)),
		"known_hosts": "[127.0.0.1]:" + s.addr[strings.LastIndex(s.addr, ":")+1:] + " " + string(ssh.MarshalAuthorizedKey(signer.PublicKey())),
	} {
		check(t, os.WriteFile(filepath.Join(home, ".ssh", name), []byte(text), 0o600))
	}
	t.Setenv("SSH_AUTH_SOCK", "")
	fleet := &fleetfile.Fleet{Hosts: map[string]fleetfile.Host{"hostB": {SSH: "me@" + s.addr}}}
	w, err := Live(fleet, Options{SSH: hostssh.Config{ConfigFile: "none", Home: home}, Connections: 4})
	check(t, err)
	t.Cleanup(w.Close)
	return w, s
}

// TestRefresh: the host is asked again over the connection that is there, and
// only a broken one is made anew.
func TestRefresh(t *testing.T) {
	w, s := worldOf(t)
	ask := func(logins, looks int) *hostinfo.Host {
		t.Helper()
		h, err := w.Host(t.Context(), "hostB")
		check(t, err)
		if g := h.Missing(hostinfo.FactDevices, ""); g != nil {
			t.Fatalf("the devices were not read: %s", g.Reason)
		}
		if l, n := s.counts(); l != logins || n != looks {
			t.Fatalf("%d logins and %d looks, want %d and %d", l, n, logins, looks)
		}
		return h
	}
	w.Refresh(t.Context(), []string{"hostB"}) // nobody has asked
	first := ask(1, 1)
	if ask(1, 1) != first {
		t.Error("the host was asked twice without need")
	}
	w.Refresh(t.Context(), []string{"hostB", "hostC"})
	second := ask(1, 2)
	if second == first || second.Gathered.Before(first.Gathered) || second.Name != "hostB" {
		t.Errorf("asked again it says what it said: %v, %v", first.Gathered, second.Gathered)
	}
	s.cut()
	w.Refresh(t.Context(), []string{"hostB"})
	ask(2, 3)
	if reasons := gapsOf(second, hostinfo.FactLibvirt); !slices.Equal(reasons, gapsOf(first, hostinfo.FactLibvirt)) || len(reasons) != 1 {
		t.Errorf("libvirt is missing for %q", reasons)
	}
}

func gapsOf(h *hostinfo.Host, f hostinfo.Fact) []string {
	var out []string
	for _, g := range h.Gaps {
		if g.Fact == f {
			out = append(out, fmt.Sprint(g.Reason))
		}
	}
	return out
}

// TestRefreshKept: a host that says the same again is not read anew where that is
// wanted, and one that says something else is.
func TestRefreshKept(t *testing.T) {
	w, s := worldOf(t)
	w.(*live).opts.Keep = true
	mtu, free := 1500, 4000000
	look := func() *hostinfo.Host {
		t.Helper()
		s.says(fmt.Sprintf(`
MARKER begin link
[{"ifindex":1,"ifname":"lo"},{"ifindex":2,"ifname":"up0","mtu":%d}]
MARKER end link 0

MARKER begin proc
/proc/meminfo:MemTotal: 16309632 kB
/proc/meminfo:MemAvailable: %d kB
MARKER end proc 0

MARKER done
`, mtu, free))
		free--
		w.Refresh(t.Context(), []string{"hostB"})
		h, err := w.Host(t.Context(), "hostB")
		check(t, err)
		if len(h.Devices) != 2 || h.Devices[1].MTU != mtu || h.Memory == nil || h.Memory.Available != free+1 {
			t.Fatalf("%+v, %+v", h.Devices, h.Gaps)
		}
		return h
	}
	first, second := look(), look()
	if &first.Devices[0] != &second.Devices[0] {
		t.Error("what is the same was read again")
	}
	if !second.Live || second.Name != "hostB" || !second.Gathered.After(first.Gathered) || len(gapsOf(second, hostinfo.FactLibvirt)) != 1 {
		t.Errorf("%+v", second)
	}
	mtu = 9000
	if look(); first.Devices[1].MTU != 1500 {
		t.Errorf("what was read before is another now: %+v", first.Devices)
	}
}
