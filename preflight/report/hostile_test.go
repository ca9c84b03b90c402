package report_test

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
	"migcheck/preflight/report"
)

// hostile are names that would mean something to one format or another.
var hostile = []string{
	"=cmd|'/c calc'!A1", "+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1",
	`quote " back \ slash`, "new\nline", "\x1b[31mred", "\u009b31mred", "\u202eright to left", "]]><x/>&amp;", "\ufffe\uffff", "\x00",
	"<script>alert(1)</script>", "x # TODO later", "x # SKIP", "x \\# TODO", "ok 1 - fine", "Bail out!", "not ok\n  ---\n  ...", "| up=1", "$(reboot)", "`reboot`", `\" # TODO`, "[link](http://x)", "![i](x)", "a|b|c", "`code`", "``", "``` fence", "# heading", "@somebody", "#12", "http://evil.example/", "www.evil.example",
	"me@evil.example", "**bold**", "~~x~~", "- item", "1. item", "> quote", "&lt;", "\\", "\\|", "a`b``c", " ", "$x$", "<!-- c -->", "HELP x", "TYPE migcheck_ways counter",
}

// hostileFleet is a fleet in which every text is one that means something.
func hostileFleet(text string) *fleet.Document {
	nic := 0
	f := preflight.Finding{
		ID: text, Rule: text, Level: preflight.Blocked, Reason: text, Fix: []string{text, text}, Hint: text, Explain: text, Allow: text, Unwaivable: text,
		SourceValue: text, DestinationValue: text, Permanent: []string{text}, PermanentFor: text, Suggest: []preflight.Suggestion{{Map: text, Evidence: text}},
		Subject: preflight.Subject{Guest: text, NIC: &nic, MAC: text, Host: text, Device: text},
	}
	return &fleet.Document{
		Schema: fleet.Schema, Tool: preflight.Tool{Name: text, Version: text}, Example: true,
		Options: preflight.Options{Snapshot: text, Assumed: []preflight.Assumption{{Host: text, Command: text, NotApplied: text}}},
		Waivers: []preflight.Waiver{{Rule: text, Host: text, Guest: text, Device: text, Reason: text}},
		Hosts: []fleet.HostLine{
			{HostIdentity: preflight.HostIdentity{Name: text, Hostname: text, UUID: text}, Reason: text},
			{HostIdentity: preflight.HostIdentity{Name: text, Hostname: text}, Observed: true},
		},
		Needs:  []fleet.Need{{Label: text, Blocked: fleet.Set{3}}},
		Guests: []fleet.GuestLine{{Name: text, UUID: text, State: "running", Host: 1, Needs: []int{0}, Ways: fleet.Ways{Blocked: 1}}, {Name: text, Ways: fleet.Ways{Undecided: 1}}},
		Findings: []fleet.FindingLine{
			{Host: 0, Rule: text, Device: text, Level: preflight.Blocked, Ways: 1, Guests: 1, Opens: 1, Frees: 1, Needs: []int{0}, Finding: f},
			{Host: 1, Rule: text, Level: preflight.Undecided, Alone: []int{1}, Finding: f},
		},
	}
}

func hostilePairs(text string) *preflight.Document {
	f := hostileFleet(text)
	finding := f.Findings[0].Finding
	waived := finding
	waived.Unwaivable, waived.Waived = "", &preflight.Waived{Reason: text}
	return &preflight.Document{
		Schema: preflight.Schema, Tool: f.Tool, Example: true, Options: f.Options, Waivers: []preflight.Waiver{{Rule: text, Reason: text}},
		Hosts: []preflight.HostIdentity{f.Hosts[0].HostIdentity}, Verdict: preflight.Blocked,
		Reports: []preflight.Report{{
			Guest: preflight.GuestIdentity{Name: text, UUID: text, View: "live"}, From: text, To: text, Verdict: preflight.Blocked,
			NICs:       []preflight.NICReport{{Type: text, MAC: text, Model: text, Network: text, Judged: true, Source: preflight.SideReport{Host: text, Device: text, Summary: text}, Destination: preflight.SideReport{Summary: text, Mapped: true}}},
			Findings:   []preflight.Finding{finding, waived},
			NotChecked: []preflight.NotChecked{{Rule: text, Host: text, User: text, Reason: text}},
			Moved:      &preflight.Moved{Outcome: text, Error: text, Cause: text, Where: text, Commands: []string{text}, Order: []string{text}, Changes: []string{text}, Frames: map[string]int{text: 1}, Findings: []preflight.Finding{finding}},
		}},
	}
}

// TestHostileNames: no name means anything to any format.
func TestHostileNames(t *testing.T) {
	for _, text := range hostile {
		for _, d := range []any{hostileFleet(text), hostilePairs(text)} {
			raw, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			harmless(t, raw)
		}
	}
}

// harmless renders a document in every format and holds each to its own rules.
func harmless(t *testing.T, raw []byte) {
	t.Helper()
	r, err := report.Read(raw)
	if err != nil {
		return
	}
	for name := range endings {
		var b bytes.Buffer
		if err := r.Render(&b, name, report.Options{Width: 80, Details: true, PerGuest: true}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if limit := 400*len(raw) + 1<<16; b.Len() > limit {
			t.Fatalf("%s: %d bytes of %d", name, b.Len(), len(raw))
		}
		switch name {
		case "junit":
			junitFile(t, b.Bytes())
		case "prometheus":
			exposed(t, b.Bytes())
		case "jsonl":
			jsonLines(t, b.Bytes())
		case "csv":
			for _, row := range csvRows(t, b.Bytes()) {
				for _, c := range row {
					if strings.ContainsAny(c[:min(len(c), 1)], "=+-@\t\r") || strings.HasPrefix(c, "\uff1d") {
						t.Fatalf("a cell is %q", c)
					}
				}
			}
		case "markdown":
			plainMarkdown(t, b.Bytes())
		case "nagios":
			pluginOutput(t, b.Bytes())
		case "tap":
			tapLines(t, b.Bytes())
		}
		seen(t, name, b.String())
	}
}

// seen fails on characters that do something else than to be seen.
func seen(t *testing.T, name, out string) {
	t.Helper()
	for _, r := range out {
		if r != '\n' && (r != '\r' || name != "csv") && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			t.Fatalf("%s: %q in\n%.2000s", name, r, out)
		}
	}
}

// may are the elements that a page has of itself.
var may = regexp.MustCompile(`</?(h[123]|p|table|thead|tbody|tr|th|td|strong|code|pre|ul|li|blockquote|br)( ?/)?>`)

// plainMarkdown reads a page as sites do, with links made of bare addresses, and
// fails on anything that no text of the page may make. What stands in code calls
// nobody.
func plainMarkdown(t *testing.T, out []byte) {
	t.Helper()
	var b bytes.Buffer
	if err := goldmark.New(goldmark.WithExtensions(extension.GFM)).Convert(out, &b); err != nil {
		t.Fatal(err)
	}
	html := may.ReplaceAllString(b.String(), "")
	if i := strings.IndexAny(html, "<>"); i >= 0 {
		t.Fatalf("%q in the page\n%s\nof\n%s", html[i:min(len(html), i+60)], b.String(), out)
	}
	if bare := regexp.MustCompile(`(?s)<code>.*?</code>`).ReplaceAllString(b.String(), ""); strings.ContainsAny(bare, "@") || regexp.MustCompile(`(^|[^&])#\d`).MatchString(bare) {
		t.Fatalf("the page calls somebody:\n%s", bare)
	}
	for _, row := range regexp.MustCompile(`(?s)<tr>.*?</tr>`).FindAllString(b.String(), -1) {
		if n := strings.Count(row, "<td>"); n == 1 {
			t.Fatalf("a row has one cell: %s", row)
		}
	}
}

// FuzzFormats: whatever a report says, no format breaks, and none grows without
// bound.
func FuzzFormats(f *testing.F) {
	for _, text := range hostile[:8] {
		for _, d := range []any{hostileFleet(text), hostilePairs(text)} {
			raw, _ := json.Marshal(d)
			f.Add(raw)
		}
	}
	raw, err := os.ReadFile("../../fixtures/reports/fleet/fleet.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(`{"schema":"migcheck.fleet/1","hosts":[{}],"guests":[{},{"ways":{"blocked":1}}],"findings":[{"level":"blocked","opens":9223372036854775807,"ways":-1}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) { harmless(t, raw) })
}
