package hook

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
)

// begin is how libvirt calls for an incoming guest.
var begin = []string{"guest1", "migrate", "begin", "-"}

const plainGuest = "<domain type='kvm'><name>guest1</name><devices><graphics passwd='" + secret + "'/></devices></domain>"

// endless never comes to its end and never blocks.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

// TestFaults: whatever goes wrong inside becomes the fail mode, and what the
// fault says of itself, which might be the XML, is not repeated.
func TestFaults(t *testing.T) {
	type host = hostinfo.Host
	for _, tc := range []struct {
		name string
		set  func(c *call, expire func())
		want string
	}{
		{"panic", func(c *call, _ func()) {
			c.gather = func(context.Context, string) (*host, error) { panic("saw " + secret) }
		}, "a fault of its own at fault_test.go:"},
		{"nil pointer", func(c *call, _ func()) {
			c.gather = func(context.Context, string) (*host, error) { return nil, nil }
		}, "a fault of its own at "},
		{"no facts", func(c *call, _ func()) {
			c.gather = func(context.Context, string) (*host, error) { return nil, errors.New("no netlink here") }
		}, "no netlink here"},
		{"facts hang", func(c *call, expire func()) {
			c.gather = func(context.Context, string) (*host, error) { expire(); select {} }
		}, "did not come to an end within"},
		{"stdin hangs", func(c *call, expire func()) { c.stdin = stuck{expire} }, "did not come to an end within"},
		{"endless", func(c *call, _ func()) { c.stdin = endless{} }, "larger than 8 MiB"},
		{"one byte too many", func(c *call, _ func()) {
			c.stdin = strings.NewReader(plainGuest + strings.Repeat(" ", libvirt.MaxXML+1-len(plainGuest)))
		}, "larger than 8 MiB"},
		{"stdin fails", func(c *call, _ func()) {
			c.stdin = io.MultiReader(strings.NewReader(plainGuest), failing{})
		}, "read the guest's XML: the pipe broke"},
	} {
		for status, mode := range []string{"open", "closed"} {
			t.Run(tc.name+" "+mode, func(t *testing.T) {
				ctx, expire := context.WithCancel(t.Context())
				defer expire()
				c := &call{ctx: ctx, host: "hostB", site: Site{Root: t.TempDir(), Owner: os.Getuid()}, stdin: strings.NewReader(plainGuest)}
				writeFile(t, filepath.Join(c.site.Root, settingsPath), "fail: "+mode+"\n")
				tc.set(c, expire)
				checkFault(t, ask(c, begin, &host{Name: "hostB"}), status, tc.want)
			})
		}
	}
}

func checkFault(t *testing.T, h *heard, status int, want string) {
	t.Helper()
	if h.status != status || len(h.log) != 1 {
		t.Fatalf("status %d, %d entries in the log", h.status, len(h.log))
	}
	mode := []string{"open", "closed"}[status]
	message := h.log[0].message("\n")
	if !strings.Contains(message, want) || !strings.Contains(message, "the fail mode is "+mode) || h.log[0].fields["MIGCHECK_DECISION"] != "failed-"+mode {
		t.Errorf("the log has %q, %v", message, h.log[0].fields)
	}
	if refused := h.status == 1; refused != strings.Contains(h.stderr, want) || refused != (h.stderr != "") {
		t.Errorf("stderr is %q", h.stderr)
	}
	if strings.Contains(message+h.stderr, secret) {
		t.Errorf("the password is out: %s", message)
	}
}

// stuck is a pipe that nobody writes to; the time runs out while it is read.
type stuck struct{ expire func() }

func (s stuck) Read([]byte) (int, error) { s.expire(); select {} }

// failing is a pipe that breaks.
type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the pipe broke") }

// TestLargestXML: 8 MiB are still read.
func TestLargestXML(t *testing.T) {
	xml := plainGuest + strings.Repeat(" ", libvirt.MaxXML-len(plainGuest))
	h := ask(&call{host: "hostB", site: Site{Root: t.TempDir()}, stdin: strings.NewReader(xml)}, begin, &hostinfo.Host{Name: "hostB"})
	if h.status != 0 || h.log[0].fields["MIGCHECK_DECISION"] != "allowed" {
		t.Errorf("status %d, %v", h.status, h.log)
	}
}

// TestSilentLog: a log that does not take the message, or never comes back, does
// not hold libvirt up and does not change the decision.
func TestSilentLog(t *testing.T) {
	for name, log := range map[string]func(entry) error{
		"hangs":  func(entry) error { select {} },
		"panics": func(entry) error { panic(secret) },
		"fails":  func(entry) error { return errors.New("no log") },
	} {
		c := &call{
			ctx: t.Context(), host: "hostB", site: Site{Root: t.TempDir()}, limit: time.Minute, patience: 50 * time.Millisecond, now: time.Now,
			stdin: strings.NewReader(plainGuest), stderr: io.Discard, log: log,
			gather: func(context.Context, string) (*hostinfo.Host, error) { return &hostinfo.Host{}, nil },
		}
		if status := c.run(begin); status != 0 {
			t.Errorf("%s: status %d", name, status)
		}
	}
}

// TestFewArguments: libvirt never calls so; nothing is read.
func TestFewArguments(t *testing.T) {
	for _, args := range [][]string{nil, {"guest1"}, {"guest1", "migrate"}, {"-", "start", "-", "start"}, {"migrate", "begin", "-", "-"}} {
		c := &call{stdin: failing{}, gather: func(context.Context, string) (*hostinfo.Host, error) { panic("asked") }}
		if h := ask(c, args, nil); h.status != 0 || h.stderr != "" || len(h.log) != 0 {
			t.Errorf("%q: %+v", args, h)
		}
	}
}
