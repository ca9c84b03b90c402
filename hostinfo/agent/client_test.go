package agent

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
)

// answering is a dial to somebody who gives one answer to everything, and hangs
// up after one that is cut.
func answering(t *testing.T, answer string) func(context.Context) (net.Conn, error) {
	return func(context.Context) (net.Conn, error) {
		here, there := net.Pipe()
		t.Cleanup(func() { here.Close(); there.Close() })
		go func() {
			defer there.Close()
			in := bufio.NewReader(there)
			for {
				if _, err := http.ReadRequest(in); err != nil {
					return
				}
				if _, err := io.WriteString(there, strings.TrimSuffix(answer, cut)); err != nil || strings.HasSuffix(answer, cut) {
					return
				}
			}
		}()
		return here, nil
	}
}

func withLength(headers, body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s", headers, len(body), body)
}

const cut = "<cut>"

const small = `{"schema":"migcheck.host/1","host":{"name":"x","devices":[{"index":1,"name":"lo"}]}}`

// Whatever answers in an agent's place, a client says what is wrong with it.
func TestHostileAgent(t *testing.T) {
	device := func(d string) string {
		return withLength("", `{"schema":"migcheck.host/1","host":{"name":"x","devices":[`+d+`]}}`)
	}
	for _, c := range []struct{ name, answer, want string }{
		{"no HTTP", "SSH-2.0-OpenSSH_9.2p1\r\n\r\n", "malformed HTTP"},
		{"nothing", cut, "EOF"},
		{"no JSON", withLength("", "hello"), "is not JSON"},
		{"another schema", withLength("", `{"schema":"other/1"}`), `"other/1"`},
		{"later", withLength("", `{"schema":"migcheck.host/2","host":7}`), "later migcheck"},
		{"no host", withLength("", `{"schema":"migcheck.host/1"}`), "no host"},
		{"no device", withLength("", `{"schema":"migcheck.host/1","host":{"name":"x"}}`), "no device"},
		{"index 0", device(`{"index":0,"name":"lo"}`), "index 0"},
		{"twice", device(`{"index":1,"name":"a"},{"index":1,"name":"b"}`), "index 1 after 1"},
		{"long name", device(`{"index":1,"name":"a-name-longer-than-fifteen-bytes"}`), "has the name"},
		{"a path", device(`{"index":1,"name":"../../etc"}`), "has the name"},
		{"itself", device(`{"index":3,"name":"a","parent":3}`), "stands on itself"},
		{"boot id", withLength("", `{"schema":"migcheck.host/1","host":{"name":"x","boot_id":"\u001b[2J","devices":[{"index":1,"name":"a"}]}}`), "boot id"},
		{"redirect", "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n", "status 302"},
		{"not modified", "HTTP/1.1 304 Not Modified\r\n\r\n", "status 304"},
		{"sorry", "HTTP/1.1 503 Sorry\r\nContent-Length: 4\r\n\r\n\x1b[2J", `"\x1b[2J"`},
		{"endless header", "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", 9000), "header"},
		{"cut", strings.Replace(withLength("", small), small, small[:20]+cut, 1), "EOF"},
		{"too much", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat("2000000\r\n"+strings.Repeat(" ", 1<<25)+"\r\n", 2), "more than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := NewClient(answering(t, c.answer))
			defer client.Close()
			h, err := client.Inventory(t.Context(), 0)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %+v, %v; want %q", h, err, c.want)
			}
			if errors.Is(err, ErrNewer) != (c.name == "later") {
				t.Errorf("newer: %v", err)
			}
		})
	}
}

// An agent speaks of devices: what it says of libvirt, of who it is and of what
// came with migcheck is passed over, and words have a bound.
func TestOnlyFacts(t *testing.T) {
	body := `{"schema":"migcheck.host/1","new":1,"facts":["devices"],"host":{"name":"evil","uuid":"u","example":true,
		"libvirt":{"uri":"x"},"networks":[{"name":"n"}],"domains":[{"name":"d"}],"new":[1],
		"hostname":"` + strings.Repeat("h", 5000) + `",
		"devices":[{"index":1,"name":"lo","new":true}],
		"gaps":[{"fact":"libvirt","reason":"x"},{"fact":"devices","device":"lo","reason":"two\nlines` + strings.Repeat("!", 5000) + `"}]}}`
	c := NewClient(answering(t, withLength("ETag: \"a\"\r\n", body)))
	defer c.Close()
	h, err := c.Inventory(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if h.Name != "" || h.UUID != "" || h.Example || h.Libvirt != nil || h.Networks != nil || h.Domains != nil || h.Live || len(h.Hostname) != 300 {
		t.Errorf("taken: %+v", h)
	}
	for _, f := range []hostinfo.Fact{hostinfo.FactLibvirt, hostinfo.FactPath} {
		if g := h.Missing(f, ""); g != nil {
			t.Errorf("gap %+v: it is not an agent's to know", g)
		}
	}
	if g := h.Missing(hostinfo.FactAltNames, ""); g == nil || !strings.Contains(g.Reason, "earlier migcheck") {
		t.Errorf("a fact that an older agent does not know of: %+v", g)
	}
	if g := h.Missing(hostinfo.FactDevices, "lo"); g == nil || len(g.Reason) > 300 || strings.Contains(g.Reason, "\n") {
		t.Errorf("words: %+v", g)
	}
	if old := time.Since(h.Gathered); old < MaxAge {
		t.Errorf("it did not say how old the facts are, and they count as %v old", old)
	}
}

// Whoever answers, a version is taken for what it says, or not at all.
func TestOtherVersions(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"the same", `{"schema":"migcheck.agent/1","version":"1.0","host":"migcheck.host/1","capabilities":["inventory"]}`, ""},
		{"more", `{"schema":"migcheck.agent/1","version":"9.0","host":"migcheck.host/2","capabilities":["inventory","telepathy"],"new":{}}`, ""},
		{"less", `{"schema":"migcheck.agent/1"}`, ""},
		{"later", `{"schema":"migcheck.agent/2","version":"9.0"}`, "later migcheck"},
		{"none", `{"version":"1.0"}`, `its schema is ""`},
		{"another", `{"schema":"telemetry/1"}`, "its schema is"},
		{"no number", `{"schema":"migcheck.agent/x"}`, "its schema is"},
		{"number 0", `{"schema":"migcheck.agent/0"}`, "its schema is"},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := NewClient(answering(t, withLength("", c.body)))
			defer client.Close()
			v, err := client.Version(t.Context())
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%+v, %v", v, err)
			}
			if errors.Is(err, ErrNewer) != (c.name == "later") {
				t.Errorf("newer: %v", err)
			}
		})
	}
}

// What comes out of a client is what went into the server, odd names included,
// whether it was sent again or had not changed, and whatever the caller does to
// what he got.
func TestThroughAndThrough(t *testing.T) {
	m := newMachine("up0", "br\x01\xff", "br\x01\xfe", `q"u;o`)
	m.change(func(h *hostinfo.Host) {
		h.Devices[1].AltNames = []string{"storage", "\xff\xfe"}
		h.AddGap(hostinfo.FactNamespaces, "", hostinfo.OnlyRoot+"see them")
	})
	_, path := serve(t, m)
	c := NewClient(Local(path))
	defer c.Close()
	for _, what := range []string{"at first", "unchanged"} {
		got, err := c.Inventory(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := m.read(t.Context())
		want.Via = "agent"
		if old := time.Since(got.Gathered); old < 0 || got.Gathered.IsZero() {
			t.Errorf("%s: gathered at %v", what, got.Gathered)
		}
		want.Gathered = got.Gathered
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-read +got):\n%s", what, diff)
		}
		got.Name, got.Libvirt = "kvm1", &hostinfo.Libvirt{}
		got.AddGap(hostinfo.FactLibvirt, "", "changed by the caller")
	}
	if before := m.readings(); before != 4 { // two of them this test's
		t.Errorf("%d readings", before)
	}
}

// Whatever an agent says: no panic, and nothing that no kernel could have said.
func FuzzDecode(f *testing.F) {
	body, err := encode(&newMachine("up0", "br\xff").host)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte(small))
	f.Add([]byte(`{"etag":"\"x\"","added":["a"]}` + "\n{}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, err := decode(b); err == nil {
			if len(h.Devices) == 0 && len(h.Gaps) == 0 || h.Libvirt != nil || h.Name != "" {
				t.Errorf("taken: %+v", h)
			}
			last := 0
			for _, d := range h.Devices {
				if d.Index <= last || d.Name == "" || len(d.Name) > maxName {
					t.Errorf("device %+v after %d", d, last)
				}
				last = d.Index
			}
			again, err := encode(h)
			if err != nil {
				t.Fatal(err)
			}
			if same, err := decode(again); err != nil || !cmp.Equal(h.Devices, same.Devices) {
				t.Errorf("it does not survive another trip: %v\n%s", err, cmp.Diff(h.Devices, same.Devices))
			}
		}
		n := 0
		err := lines(strings.NewReader(string(b)), func(c Change) bool { n++; return len(c.ETag) <= maxTag })
		if err == nil {
			t.Errorf("%d lines, and no end", n)
		}
	})
}
