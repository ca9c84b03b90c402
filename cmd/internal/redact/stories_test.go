package redact_test

import (
	"encoding/json"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"migcheck/cmd/internal/redact"
	cases "migcheck/fixtures/rules"
	"migcheck/fixtures/story"
	"migcheck/hostinfo/standin"
	"migcheck/preflight"
	"migcheck/preflight/report"
	"migcheck/preflight/rules"
)

// stories are all cases of all rules, that of the hook's look afterwards included.
func stories(t *testing.T) map[string]*story.Story {
	t.Helper()
	names, err := fs.Glob(cases.Tree, "*/*.txt")
	if err != nil || len(names) < 100 {
		t.Fatalf("%d stories, %v", len(names), err)
	}
	out := map[string]*story.Story{}
	for _, name := range names {
		s, err := story.Load(cases.Tree, name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = s
	}
	return out
}

// TestRedactedFactsJudgeTheSame: of every story, what was redacted before it was
// judged comes to the same findings about the same things.
func TestRedactedFactsJudgeTheSame(t *testing.T) {
	for name, s := range stories(t) {
		if p := s.Plan; p.Arrival != nil || p.Probes != nil || p.Trials != nil || p.Segments != nil || p.From != nil && p.From.Paths != nil {
			continue // never recorded
		}
		for _, key := range [][]byte{nil, []byte("another")} {
			names := standin.New(key)
			plan := redacted(s.Plan, names)
			want, got := preflight.Run(s.Plan, rules.All), preflight.Run(plan, rules.All)
			if want.Verdict != got.Verdict {
				t.Errorf("%s: %s, and redacted %s", name, want.Verdict, got.Verdict)
			}
			if a, b := inBrief(want), inBrief(got); !slices.Equal(a, b) {
				t.Errorf("%s: redacted it says\n%s\nand not\n%s", name, strings.Join(b, "\n"), strings.Join(a, "\n"))
			}
		}
	}
}

// redacted is a plan as it is judged from a redacted snapshot.
func redacted(p *preflight.Plan, names *standin.Names) *preflight.Plan {
	out := *p
	for _, v := range []*preflight.View{p.From, p.To} {
		if v != nil {
			names.Learn(v.Host)
		}
	}
	names.LearnGuest(p.Guest)
	view := func(v *preflight.View) *preflight.View {
		if v == nil {
			return nil
		}
		return preflight.NewView(names.HostFacts(v.Host))
	}
	out.From, out.To, out.Guest = view(p.From), view(p.To), names.GuestFacts(p.Guest)
	out.Map = nil
	for from, to := range p.Map {
		if out.Map == nil {
			out.Map = map[string]string{}
		}
		out.Map[names.Device(from)] = names.Device(to)
	}
	out.Waivers = slices.Clone(p.Waivers)
	for i := range out.Waivers {
		w := &out.Waivers[i]
		w.Host, w.Guest, w.Device = names.Host(w.Host), names.Guest(w.Guest), names.Device(w.Device)
	}
	return &out
}

// inBrief is a report without names.
func inBrief(r *preflight.Report) []string {
	var out []string
	for i := range r.Findings {
		f := &r.Findings[i]
		nic := ""
		if f.Subject.NIC != nil {
			nic = string(rune('0' + *f.Subject.NIC))
		}
		cause, _, _ := strings.Cut(f.CausedBy, "/")
		out = append(out, strings.Join([]string{f.Rule, f.Level.String(), string(f.Phase), nic, cause, map[bool]string{true: "counts"}[f.Counts()]}, " "))
	}
	for _, n := range r.NotChecked {
		out = append(out, "not checked "+n.Rule)
	}
	slices.Sort(out)
	return out
}

var (
	uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	macs  = regexp.MustCompile(`\b[0-9a-f]{2}(:[0-9a-f]{2}){5}\b`)
)

// TestStoriesTellNoNames: a report that is read back, of which no fact is known any
// more, is redacted for all that: of the hosts, guests and networks of each story
// nothing is left, nor a MAC address or UUID that is no stand-in.
func TestStoriesTellNoNames(t *testing.T) {
	for name, s := range stories(t) {
		d := &preflight.Document{Schema: preflight.Schema, Created: s.Plan.Now, Waivers: s.Plan.Waivers, Reports: []preflight.Report{*preflight.Run(s.Plan, rules.All)}}
		for _, v := range []*preflight.View{s.Plan.From, s.Plan.To} {
			if v != nil {
				d.Hosts = append(d.Hosts, preflight.Identify(v.Host))
			}
		}
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		r, err := report.Read(raw)
		if err != nil {
			t.Fatal(err)
		}
		redact.Document(r.Document(), standin.New([]byte("that stand-ins are told from names")))
		out, err := json.Marshal(r.Document())
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range secretsOf(s.Plan) {
			word := regexp.MustCompile(`(?i)(^|[^\pL\pN_])` + regexp.QuoteMeta(secret) + `($|[^\pL\pN_])`)
			if at := word.FindIndex(out); at != nil {
				t.Errorf("%s: %q is told: ...%s...", name, secret, out[max(0, at[0]-120):min(len(out), at[1]+60)])
			}
		}
		for _, id := range uuids.FindAllString(string(out), -1) {
			if !strings.HasPrefix(id, "00000000-0000-4000-8000-") {
				t.Errorf("%s: the UUID %s is told", name, id)
			}
		}
		for _, mac := range macs.FindAllString(string(out), -1) {
			if !strings.HasPrefix(mac[2:], ":00:00:") && mac != "ff:ff:ff:ff:ff:ff" { // no story has such a one itself
				t.Errorf("%s: the address %s is told", name, mac)
			}
		}
	}
}

// secretsOf are the names that a plan's facts have.
func secretsOf(p *preflight.Plan) []string {
	out := []string{p.Guest.Name}
	for _, v := range []*preflight.View{p.From, p.To} {
		if v == nil {
			continue
		}
		out = append(out, v.Name, v.Hostname, v.User)
		for _, d := range v.Domains {
			out = append(out, d.Name)
		}
		for _, n := range v.Networks {
			out = append(out, n.Name)
		}
		for _, n := range v.Namespaces {
			out = append(out, n.Name)
		}
	}
	if sent := p.Guest.Sent(); sent != nil {
		for _, n := range sent.NICs {
			out = append(out, n.Network, n.Portgroup, n.Filter)
		}
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(s string) bool { return s == "" || s == "root" || s == "local" || s == "localhost" })
}
