package report

import (
	"fmt"
	"io"
	"strings"

	"migcheck/preflight"
	"migcheck/preflight/evacuate"
	"migcheck/preflight/fleet"
)

// tap is a test's output in the Test Anything Protocol. It says version 13, which
// every harness reads, and has nothing that 14 reads otherwise. What is undecided
// is not ok: a TODO or a skipped test would pass.
type tap struct {
	comments []string
	tests    []tapTest
}

// tapTest is one test, and what a harness shows of it.
type tapTest struct {
	ok   bool
	name string
	says *yaml
}

// add puts a test of a level in; strict fails warnings too.
func (t *tap) add(name string, level preflight.Level, strict bool, message string) *yaml {
	says := &yaml{}
	t.tests = append(t.tests, tapTest{stateOf(level, strict) <= StateWarning, name, says})
	if level > preflight.Ready {
		says.field("message", message)
		says.field("severity", level.String())
	}
	return says
}

func (t *tap) heads(all []remark) {
	for _, r := range all {
		t.comments = append(t.comments, r.text)
	}
}

// nothing is why there is no test at all.
func (t *tap) write(w io.Writer, nothing string) error {
	var b strings.Builder
	b.WriteString("TAP version 13\n")
	fmt.Fprintf(&b, "1..%d", len(t.tests))
	if len(t.tests) == 0 {
		b.WriteString(" # SKIP " + forTAP(nothing))
	}
	b.WriteString("\n")
	for _, c := range t.comments {
		b.WriteString("# " + Safe(noMarks.Replace(c)) + "\n")
	}
	for i := range t.tests {
		c := &t.tests[i]
		word := "ok"
		if !c.ok {
			word = "not ok"
		}
		fmt.Fprintf(&b, "%s %d - %s\n", word, i+1, forTAP(c.name))
		if c.says.b.Len() > 0 {
			b.WriteString("  ---\n" + c.says.b.String() + "  ...\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// tapEscapes keep a name from being read as a directive ("# TODO").
var tapEscapes = strings.NewReplacer(`\`, `\\`, "#", `\#`)

func forTAP(s string) string {
	return tapEscapes.Replace(strings.TrimSpace(Safe(noMarks.Replace(s))))
}

// yaml is what is said of a test: strings in double quotes, which need no other
// rule of YAML than that, so that a harness that knows a part of it reads them.
type yaml struct{ b strings.Builder }

func (y *yaml) field(name, value string) { y.put("  "+name+": ", value) }

// item begins an entry of a list with its first field; those behind it are put in
// with inner.
func (y *yaml) item(name, value string)  { y.put("    - "+name+": ", value) }
func (y *yaml) inner(name, value string) { y.put("      "+name+": ", value) }

// list begins a list.
func (y *yaml) list(name string) { y.b.WriteString("  " + name + ":\n") }

func (y *yaml) put(head, value string) {
	if value != "" {
		y.b.WriteString(head + quotedYAML(value) + "\n")
	}
}

// commands is a list of texts inside of an entry.
func (y *yaml) commands(name string, lines []string) {
	if len(lines) == 0 {
		return
	}
	y.b.WriteString("      " + name + ":\n")
	for _, l := range lines {
		y.b.WriteString("        - " + quotedYAML(l) + "\n")
	}
}

// yamlEscapes are for text in double quotes. The last two are characters that YAML
// has no room for.
var yamlEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\ufffe", `\\ufffe`, "\uffff", `\\uffff`)

func quotedYAML(s string) string {
	return `"` + yamlEscapes.Replace(Safe(noMarks.Replace(s))) + `"`
}

// findings puts in what a rule said of a pair, its consequences left out.
func (y *yaml) findings(all []preflight.Finding) {
	first := true
	for i := range all {
		f := &all[i]
		if f.CausedBy != "" || f.Level == preflight.Note {
			continue
		}
		if first {
			y.list("findings")
			first = false
		}
		y.item("rule", f.Rule)
		y.inner("level", f.Level.String())
		y.inner("about", subject(f))
		y.inner("reason", f.Reason)
		y.inner("source", f.SourceValue)
		y.inner("destination", f.DestinationValue)
		y.inner("waiver", waivedWords(f))
		y.commands("fix", f.Fix)
		y.inner("hint", f.Hint)
	}
}

// pairsTAP writes a report of pairs for a harness: a test for each, and one for a
// guest that needs any of its ways.
func pairsTAP(w io.Writer, d *preflight.Document, _ Options) error {
	t := &tap{}
	t.heads(remarks(d))
	strict := d.Options.Strict
	if d.Options.ToAll && len(d.Reports) > 0 {
		ways := rank(d.Reports)
		says := t.add(ways[0].Guest.Name+" can leave "+ways[0].From, anyLevel(ways, strict), strict, allowedOf(ways))
		says.list("hosts")
		for _, r := range ways {
			says.item("host", r.To)
			says.inner("verdict", r.Verdict.String())
			says.inner("reason", inBrief(r))
		}
		return t.write(w, "")
	}
	for i := range d.Reports {
		r := &d.Reports[i]
		way := r.Guest.Name + ": " + r.From + " -> " + r.To
		t.add(way+" is "+r.Verdict.String(), r.Verdict, strict, sentence(r)).findings(r.Findings)
		if m := r.Moved; m != nil {
			_, level := outcomeWord(m)
			t.add(way+" "+m.Outcome, level, strict, story(m)).findings(m.Findings)
		}
	}
	return t.write(w, "no way was judged")
}

// fleetTAP writes a fleet's report for a harness: a test for each host, that it
// was read, and for each guest, that some other host takes it.
func fleetTAP(w io.Writer, d *fleet.Document, _ Options) error {
	t := &tap{}
	t.heads(fleetRemarks(d))
	for i := range d.Hosts {
		h := &d.Hosts[i]
		if what, reason := unseen(h); what != "" {
			t.add("host "+h.Name+": "+what, preflight.Undecided, false, reason)
		} else {
			t.add("host "+h.Name+" was read", preflight.Ready, false, "")
		}
	}
	y := newWhy(d)
	for i := range d.Guests {
		g := &d.Guests[i]
		s, message := standingOf(g.Ways), ""
		if s != free {
			l := d.Levels(i)
			message = noMarks.Replace((&printer{}).reasons(y, i, &l, mostProblems))
		}
		t.add("guest "+g.Name+" on "+d.Hosts[g.Host].Name+" is "+string(s), s.level(), false, message)
	}
	return t.write(w, "there is no host")
}

// evacuationTAP writes the plan to empty a host for a harness: a test that all of
// its guests are known, and one for each of them.
func evacuationTAP(w io.Writer, d *evacuate.Document, _ Options) error {
	t := &tap{}
	t.heads(remarksOf(d.Example, d.Waivers, d.Created, &d.Options))
	if d.Unlisted != "" {
		t.add("the guests of "+d.Host.Name+" are known", preflight.Undecided, false, d.Unlisted)
	} else {
		t.add("the guests of "+d.Host.Name+" are known", preflight.Ready, false, "")
	}
	for i := range d.Steps {
		s := &d.Steps[i]
		t.add(s.Name+" has a place on "+s.To, s.Verdict, false, memory(&s.Guest)).findings(s.Findings)
		if m := s.Moved; m != nil {
			_, level := outcomeWord(m)
			t.add(s.Name+": "+d.Host.Name+" -> "+s.To+" "+m.Outcome, level, false, story(m))
		}
	}
	for i := range d.Left {
		l := &d.Left[i]
		t.add(l.Name+" has a place", l.Verdict, false, leftWords(l))
	}
	return t.write(w, "")
}
