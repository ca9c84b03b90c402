package hook

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"migcheck/fixtures/story"
	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
)

var update = flag.Bool("update", false, "rewrite what the stories' hooks say")

// secret is the password in every guest's XML.
const secret = "s3cret"

// noon is the time of every story.
var noon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// TestStories runs every story of fixtures/hook.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("../../../../fixtures/hook/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { testStory(t, file) })
	}
}

func testStory(t *testing.T, file string) {
	ar, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	h := hear(t, ar)
	var log strings.Builder
	decision := ""
	for _, e := range h.log {
		log.WriteString(e.message("\n") + "\n")
		decision += e.fields["MIGCHECK_DECISION"]
	}
	if got := strings.TrimSpace(fmt.Sprint(h.status, " ", decision)); got != strings.TrimSpace(part(ar, "want")) {
		t.Errorf("it decides %q, want %q\n%s%s", got, part(ar, "want"), h.stderr, log.String())
	}
	if *update {
		setPart(ar, "stderr", h.stderr)
		setPart(ar, "log", log.String())
		if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(part(ar, "stderr"), h.stderr); diff != "" {
		t.Errorf("stderr (-want +got; -update rewrites it):\n%s", diff)
	}
	if diff := cmp.Diff(part(ar, "log"), log.String()); diff != "" {
		t.Errorf("log (-want +got; -update rewrites it):\n%s", diff)
	}
	for _, text := range append([]string{h.stderr, log.String()}, h.fields()...) {
		if strings.Contains(text, secret) {
			t.Errorf("the password is out: %s", text)
		}
	}
	if (h.stderr != "") != (h.status == 1) {
		t.Errorf("status %d and on stderr %q", h.status, h.stderr)
	}
}

// heard is what one call came to.
type heard struct {
	status int
	stderr string
	log    []entry
}

func (h *heard) fields() []string {
	var out []string
	for _, e := range h.log {
		for k, v := range e.fields {
			out = append(out, k+"="+v)
		}
	}
	return out
}

// hear runs the hook in a story.
func hear(t *testing.T, ar *txtar.Archive) *heard {
	t.Helper()
	root := t.TempDir()
	var world txtar.Archive
	args, input := []string{"guest1", "migrate", "begin", "-"}, ""
	stdin := false
	for _, f := range ar.Files {
		switch top, _, _ := strings.Cut(f.Name, "/"); top {
		case "etc", "run":
			writeFile(t, filepath.Join(root, f.Name), string(f.Data))
		case "args":
			split := strings.Fields
			if strings.Contains(string(f.Data), "#") {
				split = func(s string) []string { return strings.Split(strings.TrimSpace(s), "#") }
			}
			args = split(string(f.Data))
		case "stdin":
			input, stdin = string(f.Data), true
		case "want", "stderr", "log":
		default:
			world.Files = append(world.Files, f)
		}
	}
	s, err := story.Read(os.DirFS("../../../../fixtures/rules"), "base", txtar.Format(&world))
	if err != nil {
		t.Fatal(err)
	}
	if !stdin {
		input = incoming(s.Plan.Guest)
	}
	return ask(&call{host: "hostB", site: Site{Root: root, Owner: os.Getuid()}, stdin: strings.NewReader(input)}, args, s.Plan.To.Host)
}

// ask runs a call that finds this host.
func ask(c *call, args []string, host *hostinfo.Host) *heard {
	h := &heard{}
	var stderr bytes.Buffer
	c.stderr, c.now = &stderr, testNow
	c.limit, c.patience = time.Minute, time.Minute
	if c.ctx == nil {
		c.ctx = context.Background()
	}
	if c.gather == nil {
		c.gather = func(context.Context, string) (*hostinfo.Host, error) { return host, nil }
	}
	c.log = func(e entry) error { h.log = append(h.log, e); return nil }
	h.status = c.run(args)
	h.stderr = stderr.String()
	return h
}

// incoming is the XML that libvirt would send of a guest: with its passwords.
func incoming(g *hostinfo.Guest) string {
	xml := string(libvirt.FormatDomain(&libvirt.Domain{Name: g.Name, UUID: g.UUID, Definition: g.Migratable}))
	return strings.Replace(xml, "</devices>", "<graphics type='vnc' passwd='"+secret+"'/></devices>", 1)
}

func part(ar *txtar.Archive, name string) string {
	for _, f := range ar.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// setPart replaces a part, or takes it away where it would be empty.
func setPart(ar *txtar.Archive, name, text string) {
	var files []txtar.File
	for _, f := range ar.Files {
		if f.Name != name {
			files = append(files, f)
		}
	}
	if text != "" {
		files = append(files, txtar.File{Name: name, Data: []byte(text)})
	}
	ar.Files = files
}

func writeFile(t testing.TB, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func testNow() time.Time { return noon }
