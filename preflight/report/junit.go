package report

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// junitSuites is a whole file as CI servers read it.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Timestamp  string          `xml:"timestamp,attr,omitempty"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

// junitCase passes if it has none of the three.
type junitCase struct {
	Name    string       `xml:"name,attr"`
	Class   string       `xml:"classname,attr"`
	Skipped *junitResult `xml:"skipped"`
	Error   *junitResult `xml:"error"`
	Failure *junitResult `xml:"failure"`
	Out     string       `xml:"system-out,omitempty"`
}

type junitResult struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// forXML drops what XML has no way to say, and shows what a terminal would obey;
// line breaks stay.
func forXML(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.Map(func(r rune) rune {
			if r == 0xfffe || r == 0xffff {
				return -1
			}
			return r
		}, Safe(l))
	}
	return strings.Join(lines, "\n")
}

// named is a name for XML, of which something must be left to find it by.
func named(s string) string { return cmp.Or(strings.TrimSpace(forXML(s)), "-") }

// add puts a case of a level in: blocked fails, undecided is an error, and a
// lesser one passes with its text in the output.
func (s *junitSuite) add(class, name string, level preflight.Level, message, text string) {
	c := junitCase{Name: named(name), Class: named(class)}
	result := &junitResult{Message: forXML(message), Type: named(class), Text: forXML(text)}
	s.Tests++
	switch level {
	case preflight.Blocked:
		c.Failure = result
		s.Failures++
	case preflight.Undecided:
		c.Error = result
		s.Errors++
	default:
		c.Out = result.Text
	}
	s.Cases = append(s.Cases, c)
}

func (s *junitSuite) skip(class, name, message string) {
	s.Tests++
	s.Skipped++
	s.Cases = append(s.Cases, junitCase{Name: named(name), Class: named(class), Skipped: &junitResult{Message: forXML(message)}})
}

func writeJUnit(w io.Writer, suites []junitSuite, remarks []remark, tool preflight.Tool, created time.Time) error {
	all := junitSuites{Name: "migcheck", Suites: suites}
	properties := []junitProperty{{"migcheck", forXML(tool.Version)}}
	for _, r := range remarks {
		properties = append(properties, junitProperty{r.kind, forXML(r.text)})
		if r.kind == remarkExample {
			all.Name = "migcheck, " + r.text
		}
	}
	for i := range suites {
		s := &suites[i]
		if i == 0 {
			s.Properties = properties
		}
		if !created.IsZero() {
			s.Timestamp = created.UTC().Format("2006-01-02T15:04:05")
		}
		all.Tests, all.Failures, all.Errors = all.Tests+s.Tests, all.Failures+s.Failures, all.Errors+s.Errors
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// junit writes a report of pairs for CI: a suite for each, a case for each finding
// that follows from no other.
func junit(w io.Writer, d *preflight.Document, _ Options) error {
	suites := make([]junitSuite, 0, len(d.Reports))
	for i := range d.Reports {
		r := &d.Reports[i]
		s := junitSuite{Name: forXML(r.Guest.Name + ": " + r.From + " -> " + r.To)}
		s.findings(d, r)
		if r.Verdict <= preflight.Note {
			s.add("verdict", r.Guest.Name, r.Verdict, "", sentence(r))
		}
		if b := beyondOf(r); b != nil {
			s.findings(d, b)
			if b.Verdict <= preflight.Note {
				s.add("verdict beyond the network", r.Guest.Name, b.Verdict, "", beyondSentence(b)+"; "+beyondWords)
			}
		}
		if m := r.Moved; m != nil {
			_, level := outcomeWord(m)
			s.add("migration", r.Guest.Name, level, m.Outcome, story(m))
			s.findings(d, &preflight.Report{Guest: r.Guest, From: r.From, To: r.To, NICs: r.NICs, Findings: m.Findings})
		}
		suites = append(suites, s)
	}
	return writeJUnit(w, suites, remarks(d), d.Tool, d.Created)
}

func (s *junitSuite) findings(d *preflight.Document, r *preflight.Report) {
	roots, follow := families(r)
	for _, f := range roots {
		name := r.Guest.Name + " " + subject(f)
		if !f.Counts() {
			s.skip(f.Rule, name, "waived: "+f.Waived.Reason)
			continue
		}
		s.add(f.Rule, name, f.Level, f.Reason, findingText(d, r, f, follow[f.ID]))
	}
}

// findingText is a finding as the text report shows it.
func findingText(d *preflight.Document, r *preflight.Report, f *preflight.Finding, follow []string) string {
	var b bytes.Buffer
	p := &printer{w: &b, o: Options{Width: 100}}
	p.finding(d, r, f, follow)
	return b.String()
}

// fleetJUnit writes a fleet's report for CI: a suite for each host with a case for
// its facts, each guest that lives there and each finding. What was waived is
// skipped.
func fleetJUnit(w io.Writer, d *fleet.Document, _ Options) error {
	y := newWhy(d)
	suites := make([]junitSuite, len(d.Hosts))
	for i := range d.Hosts {
		h := &d.Hosts[i]
		suites[i].Name = named(h.Name)
		if what, reason := unseen(h); what != "" {
			suites[i].add("facts", h.Name, preflight.Undecided, what, reason)
		} else {
			suites[i].add("facts", h.Name, preflight.Ready, "", "")
		}
	}
	for i := range d.Guests {
		g := &d.Guests[i]
		s, st := &suites[g.Host], standingOf(g.Ways)
		if st == free {
			s.add("guest", g.Name, preflight.Ready, "", "")
			continue
		}
		l := d.Levels(i)
		plain := &printer{}
		s.add("guest", g.Name, st.level(), string(st), noMarks.Replace(plain.reasons(y, i, &l, mostProblems)))
	}
	for i := range d.Findings {
		f := &d.Findings[i]
		if what, _ := unseen(&d.Hosts[f.Host]); what != "" && f.Rule == preflight.FactsNotObserved {
			continue
		}
		text := findingText(&preflight.Document{}, &preflight.Report{}, plainFinding(f), nil)
		suites[f.Host].add(f.Rule, causeWords(d, f), f.Level, f.Finding.Reason, fmt.Sprintf("%d ways of %d guests\n", f.Ways, f.Guests)+text)
	}
	return writeJUnit(w, withWaivers(suites, d), fleetRemarks(d), d.Tool, d.Created)
}

// plainFinding is a fleet's finding without what concerns only the guest that it
// names.
func plainFinding(f *fleet.FindingLine) *preflight.Finding {
	out := f.Finding
	out.Suggest = nil
	return &out
}

// withWaivers puts a suite of the waivers in force in front.
func withWaivers(suites []junitSuite, d *fleet.Document) []junitSuite {
	s := junitSuite{Name: "waivers"}
	for i := range d.Waivers {
		if w := &d.Waivers[i]; !w.Expired(d.Created) {
			s.skip(w.Rule, waiverWords(w), w.Reason)
		}
	}
	if len(s.Cases) == 0 {
		return suites
	}
	return append([]junitSuite{s}, suites...)
}
