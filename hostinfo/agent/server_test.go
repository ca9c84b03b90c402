package agent

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"migcheck/hostinfo"
)

// The tag changes with the facts, and with nothing else.
func TestETag(t *testing.T) {
	m := newMachine("up0")
	_, path := serve(t, m)
	now := []string{"GET /inventory HTTP/1.1", "Cache-Control: max-age=0"}
	first, body := ask(t, path, now...)
	tag := first.Header.Get("ETag")
	if first.StatusCode != 200 || tag == "" || !strings.Contains(body, `"up0"`) {
		t.Fatalf("%v %q", first, body)
	}
	if age, err := strconv.Atoi(first.Header.Get("Age")); err != nil || age < 1 {
		t.Errorf("Age %q: a reading is never of this very moment", first.Header.Get("Age"))
	}
	same, body := ask(t, path, append(now, "If-None-Match: "+tag)...)
	if same.StatusCode != 304 || body != "" || same.Header.Get("ETag") != tag || same.Header.Get("Age") == "" {
		t.Errorf("nothing changed: %v %q", same, body)
	}
	if again, _ := ask(t, path, append(now, `If-None-Match: "other", W/`+tag)...); again.StatusCode != 304 {
		t.Errorf("a list of tags: %v", again.Status)
	}
	m.change(func(h *hostinfo.Host) { h.Devices[1].LowerUp = hostinfo.No })
	changed, body := ask(t, path, append(now, "If-None-Match: "+tag)...)
	if changed.StatusCode != 200 || changed.Header.Get("ETag") == tag || !strings.Contains(body, `"lower_up":false`) {
		t.Errorf("a lost carrier: %v %q", changed, body)
	}
	if head, body := ask(t, path, "HEAD /inventory HTTP/1.1"); head.StatusCode != 200 || body != "" || head.Header.Get("ETag") == "" {
		t.Errorf("HEAD: %v %q", head.Status, body)
	}
}

// What is no question gets a short answer and the end of the connection; nobody
// else notices.
func TestGarbage(t *testing.T) {
	_, path := serve(t, newMachine())
	long := strings.Repeat("x", 64<<10)
	for _, c := range []struct{ name, words, want string }{
		{"no HTTP", "\x00\xff\x16\x03\x01 hello\r\n\r\n", "400 Bad Request"},
		{"long line", "GET /" + long + " HTTP/1.1\r\nHost: a\r\n\r\n", "431 "},
		{"long header", "GET /inventory HTTP/1.1\r\nHost: a\r\nX: " + long + "\r\n\r\n", "431 "},
		{"many headers", "GET /inventory HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("X: y\r\n", 9000) + "\r\n", "431 "},
		{"body", "GET /inventory HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "413 "},
		{"endless body", "GET /inventory HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n" + long, "413 "},
		{"another method", "DELETE /inventory HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "405 "},
		{"another path", "GET /etc/shadow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "404 "},
		{"no path", "GET /v2/inventory HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "404 "},
		{"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "413 "},
		{"age", "GET /inventory HTTP/1.1\r\nHost: a\r\nCache-Control: max-age=-1\r\nConnection: close\r\n\r\n", "400 "},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := say(t, path, c.words)
			if line, _, _ := strings.Cut(got, "\r\n"); !strings.Contains(line, " "+c.want) {
				t.Errorf("got %.200q, want %s", got, c.want)
			}
			if len(got) > 4<<10 {
				t.Errorf("%d bytes for garbage", len(got))
			}
		})
	}
	if res, _ := ask(t, path, "GET /inventory HTTP/1.1"); res.StatusCode != 200 {
		t.Errorf("afterwards: %v", res.Status)
	}
}

// A thousand clients at once, twice as many as there may be connections, that
// all keep theirs: each gets its answer, twice, and the host was read a few times.
func TestThousandClients(t *testing.T) {
	m := newMachine("up0")
	s, path := serve(t, m)
	var wg sync.WaitGroup
	errs := make(chan error, 2000)
	clients := make([]*Client, 1000)
	for i := range clients {
		clients[i] = NewClient(Local(path))
		wg.Go(func() {
			for range 2 {
				h, err := clients[i].Inventory(t.Context(), 0)
				if err == nil && (len(h.Devices) != 2 || h.Via != "agent") {
					err = fmt.Errorf("got %+v", h)
				}
				errs <- err
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range clients {
		c.Close()
	}
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	if s.memory.reads > 1000 {
		t.Errorf("%d readings for 2,000 questions", s.memory.reads)
	}
	t.Logf("%d readings for 2,000 questions", s.memory.reads)
}

func TestVersion(t *testing.T) {
	_, path := serve(t, newMachine())
	c := NewClient(Local(path))
	defer c.Close()
	v, err := c.Version(t.Context())
	if err != nil || v.Version != "test" || v.Schema != "migcheck.agent/1" || v.Host != "migcheck.host/1" || len(v.Capabilities) != 2 {
		t.Errorf("%+v, %v", v, err)
	}
}

// A socket is nobody's but the group's, and nothing else is ever replaced.
func TestListen(t *testing.T) {
	_, path := serve(t, newMachine())
	if _, err := Listen(path); err == nil || !strings.Contains(err.Error(), "another agent answers there") {
		t.Errorf("a second agent: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o117 != 0 {
		t.Errorf("the socket is %v, %v", info.Mode(), err)
	}
	file := t.TempDir() + "/file"
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(file); err == nil || !strings.Contains(err.Error(), "no socket") {
		t.Errorf("a file in its place: %v", err)
	}
	if _, err := NewClient(Local(file)).Inventory(t.Context(), 0); err == nil {
		t.Error("a file answered")
	}
}
