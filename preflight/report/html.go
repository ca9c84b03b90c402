package report

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

//go:embed html
var htmlFiles embed.FS

// scripts are the parts of a fleet page's script, in their order.
var scripts = []string{"data", "dom", "filter", "matrix", "findings", "lists", "detail", "page"}

// frame is what a page needs before and after what it says. The policy lets
// nothing run but its own script, and nothing be fetched.
type frame struct {
	Policy template.HTMLAttr
	Style  template.CSS
	Script template.JS // empty: the page has none
}

func newFrame(script string) frame {
	style := htmlFile("style.css")
	policy := "default-src 'none'; style-src " + sourceHash(style)
	if script != "" {
		policy += "; script-src " + sourceHash(script)
	}
	policy += "; base-uri 'none'; form-action 'none'"
	return frame{template.HTMLAttr(`content="` + policy + `"`), template.CSS(style), template.JS(script)}
}

func sourceHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// htmlFile is an embedded file: it is part of the program, so it is there.
func htmlFile(name string) string {
	b, err := htmlFiles.ReadFile("html/" + name)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func fleetScript() string {
	var b strings.Builder
	b.WriteString("\"use strict\";(() => {\n")
	for _, name := range scripts {
		b.WriteString(htmlFile(name + ".js"))
	}
	b.WriteString("})();\n")
	return b.String()
}

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"verdict": htmlVerdict, "plural": plural, "count": counted, "when": preflight.PhaseText, "comma": thousands,
	"sub": func(a, b int) int { return a - b }, "join": strings.Join, "rest": func(s []string) []string { return s[1:] },
}).ParseFS(htmlFiles, "html/*.tmpl"))

// fleetHTML writes one page that needs nothing else: what is in the document's
// head and at the top of its lists as HTML, and all of it as data for a script
// that searches, filters and shows the rest.
func fleetHTML(w io.Writer, d *fleet.Document, _ Options) error {
	visible(d)
	p := newFleetPage(d)
	p.frame = newFrame(fleetScript())
	data, err := json.Marshal(p.data()) // escapes <, > and & in strings, and the line separators
	if err != nil {
		return fmt.Errorf("write the page's data: %w", err)
	}
	p.Data = template.JS(data)
	if err := pages.ExecuteTemplate(w, "fleet.tmpl", p); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// verdictMark is a verdict for people: never by colour alone.
type verdictMark struct{ Class, Glyph, Word string }

var verdictMarks = [...]verdictMark{
	preflight.Ready: {"ready", "✓", "ready"}, preflight.Note: {"note", "–", "note"}, preflight.Warning: {"warning", "!", "warning"},
	preflight.Undecided: {"undecided", "?", "undecided"}, preflight.Blocked: {"blocked", "✕", "blocked"},
}

func htmlVerdict(l preflight.Level) verdictMark {
	if int(l) < len(verdictMarks) {
		return verdictMarks[l]
	}
	return verdictMarks[preflight.Undecided]
}

// thousands is a number with commas: 20,000.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// counted is a number with commas and its noun: 1 way, 20,000 ways.
func counted(n int, one, many string) string {
	if n == 1 {
		many = one
	}
	return thousands(n) + " " + many
}
