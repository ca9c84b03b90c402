package report_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/fixtures/demofleet"
	"migcheck/preflight"
	"migcheck/preflight/fleet"
	"migcheck/preflight/fleet/synth"
	"migcheck/preflight/report"
)

// demo is a fleet of 40 hosts with believable names.
var demo = sync.OnceValue(func() *fleet.Document {
	return demofleet.Document(synth.Size{Hosts: 40, Guests: 480, NICs: 2, VLANs: 12, Odd: 4}, 94, preflight.Tool{Name: "migcheck", Version: "test"})
})

func page(t *testing.T, d any) string {
	t.Helper()
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := report.Render(&b, raw, "html", report.Options{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var (
	scriptText = regexp.MustCompile(`(?s)<script>(.*?)</script>`)
	styleText  = regexp.MustCompile(`(?s)<style>(.*?)</style>`)
	islandText = regexp.MustCompile(`(?s)<script type="application/json" id="data">(.*?)</script>`)
)

// TestPageOutline holds the page to its outline: landmarks, headings, and tables
// with their columns. It says nothing of numbers and looks.
func TestPageOutline(t *testing.T) {
	golden := "../../fixtures/report/fleet.outline.txt"
	got := outline(t, page(t, demo()))
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; go test ./preflight/report -update rewrites it):\n%s", golden, diff)
	}
}

// outline reads a page as the XML that its templates are careful to write.
func outline(t *testing.T, html string) string {
	t.Helper()
	html = scriptText.ReplaceAllString(styleText.ReplaceAllString(islandText.ReplaceAllString(html, "<data/>"), "<style/>"), "<script/>")
	d := xml.NewDecoder(strings.NewReader(html))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var out, text strings.Builder
	depth, table := 0, 0
	ids := map[string]bool{}
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		if err != nil {
			t.Fatalf("the page is not well formed: %v", err)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			for _, a := range e.Attr {
				if a.Name.Local == "id" && ids[a.Value] {
					t.Errorf("two elements have the id %s", a.Value)
				}
				ids[a.Value] = ids[a.Value] || a.Name.Local == "id"
				if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "style" || a.Name.Local == "src" {
					t.Errorf("<%s> has %s=%q, which the policy forbids", e.Name.Local, a.Name.Local, a.Value)
				}
			}
			switch e.Name.Local {
			case "header", "nav", "main", "footer", "section":
				fmt.Fprintf(&out, "%s%s %s\n", strings.Repeat("  ", depth), e.Name.Local, attr(e, "id", "aria-label", "aria-labelledby"))
				depth++
			case "h1", "h2", "h3", "caption", "th":
				text.Reset()
			case "table":
				table++
			}
			if e.Name.Local == "th" && attr(e, "scope") == "" {
				t.Errorf("a table's heading says not of what: %v", e.Attr)
			}
		case xml.CharData:
			text.Write(e)
		case xml.EndElement:
			said := strings.Join(strings.Fields(text.String()), " ")
			switch e.Name.Local {
			case "header", "nav", "main", "footer", "section":
				depth--
			case "h1", "h2":
				fmt.Fprintf(&out, "%s%s: %s\n", strings.Repeat("  ", depth), e.Name.Local, said)
			case "caption":
				fmt.Fprintf(&out, "%stable: %s\n", strings.Repeat("  ", depth), said)
			}
		}
	}
}

func attr(e xml.StartElement, names ...string) string {
	for _, n := range names {
		for _, a := range e.Attr {
			if a.Name.Local == n {
				return a.Value
			}
		}
	}
	return ""
}

// TestPagePolicy: what the policy lets run is the page's own script and style,
// to the byte, and nothing that a name could bring in.
func TestPagePolicy(t *testing.T) {
	for name, d := range map[string]any{"demo": demo(), "hostile": evilFleet()} {
		html := page(t, d)
		hash := func(of *regexp.Regexp) string {
			found := of.FindAllStringSubmatch(html, -1)
			if len(found) != 1 {
				t.Fatalf("%s: %d of %s", name, len(found), of)
			}
			sum := sha256.Sum256([]byte(found[0][1]))
			return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
		}
		want := `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ` + hash(styleText) + `; script-src ` + hash(scriptText) + `; base-uri 'none'; form-action 'none'"/>`
		if !strings.Contains(html, want) {
			t.Errorf("%s: no %s", name, want)
		}
		if strings.Index(html, want) > strings.Index(html, "<style>") {
			t.Errorf("%s: the policy comes after what it is for", name)
		}
		if n := strings.Count(html, "<script"); n != 2 {
			t.Errorf("%s: %d scripts", name, n)
		}
	}
}

// TestPageWithoutScript: what matters most is there as HTML.
func TestPageWithoutScript(t *testing.T) {
	d := demo()
	html := page(t, d)
	static := html[:strings.Index(html, `<script type="application/json"`)]
	want := []string{
		"EXAMPLE DATA", "bond-lacp-not-negotiated on ams1-kvm01 until 2026-12-01 (switch is replaced in week 48, ticket NET-4711)",
		"2026-11-01 12:00 UTC", "migcheck test", "fix, as root on",
	}
	for i := range d.Hosts {
		if h := &d.Hosts[i]; !h.Observed {
			want = append(want, h.Name, h.Reason)
		}
	}
	for i := range d.Guests {
		if g := &d.Guests[i]; g.Ways.Stuck() {
			want = append(want, `<tr id="guest/`+g.Name+`"`)
		}
	}
	for i := range d.Findings {
		want = append(want, d.Findings[i].Rule)
	}
	for _, text := range want {
		if !strings.Contains(static, text) {
			t.Errorf("the page without its script has no %q", text)
		}
	}
	if strings.Count(html, "EXAMPLE DATA") != 2 {
		t.Error("example data is not marked at both ends")
	}
}

// TestEmptyFleets: pages of next to nothing are pages.
func TestEmptyFleets(t *testing.T) {
	for _, d := range []*fleet.Document{
		{Schema: fleet.Schema},
		{Schema: fleet.Schema, Hosts: []fleet.HostLine{{}}, Guests: []fleet.GuestLine{{}}},
		{Schema: fleet.Schema, Hosts: make([]fleet.HostLine, 60)},
		{Schema: fleet.Schema, Hosts: []fleet.HostLine{{}}, Findings: []fleet.FindingLine{{}}},
	} {
		if html := page(t, d); !strings.Contains(html, "</html>") {
			t.Errorf("%+v: no page", d)
		}
	}
}
