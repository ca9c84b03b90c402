package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
	"migcheck/preflight/fleet/synth"
	"migcheck/preflight/report"
)

// standings are what each format says of a fleet's guests.
type standings struct{ free, undecided, stuck int }

// byPairs counts them pair by pair, from the verdicts alone.
func byPairs(d *fleet.Document) standings {
	var s standings
	for g := range d.Guests {
		allowed, undecided, unseen, blocked := 0, 0, 0, 0
		for h := range d.Hosts {
			switch v := d.Verdict(g, h); {
			case h == d.Guests[g].Host:
			case v == preflight.Blocked:
				blocked++
			case v == preflight.Undecided && (!d.Hosts[h].Observed || strings.Contains(fmt.Sprint(d.Hosts[h].Gaps), "domains")):
				unseen++
			case v == preflight.Undecided:
				undecided++
			default:
				allowed++
			}
		}
		switch {
		case allowed > 0:
			s.free++
		case undecided > 0, unseen > 0 && blocked == 0:
			s.undecided++
		default:
			s.stuck++
		}
	}
	return s
}

// said are the readers of each format's own counts.
var said = map[string]func(t testing.TB, out []byte) standings{
	"text": func(t testing.TB, out []byte) standings {
		return numbers(t, regexp.MustCompile(`guests?: (\d+) free to move, (\d+) undecided, (\d+) stuck`), out)
	},
	"markdown": func(t testing.TB, out []byte) standings {
		return numbers(t, regexp.MustCompile(`(?s)FREE\*\* \| (\d+) \|.*UNDECIDED\*\* \| (\d+) \|.*STUCK\*\* \| (\d+) \|`), out)
	},
	"csv": func(t testing.TB, out []byte) standings {
		n := map[string]int{}
		for _, r := range csvRows(t, out) {
			n[r["kind"]+" "+r["verdict"]]++
		}
		return standings{n["guest free"], n["guest undecided"], n["guest stuck"]}
	},
	"jsonl": func(t testing.TB, out []byte) standings {
		n := map[string]int{}
		for _, l := range jsonLines(t, out) {
			n[fmt.Sprint(l["type"], " ", l["standing"])]++
		}
		return standings{n["guest free"], n["guest undecided"], n["guest stuck"]}
	},
	"junit": func(t testing.TB, out []byte) standings {
		var s standings
		for _, suite := range junitFile(t, out).Suites {
			for _, c := range suite.Cases {
				switch {
				case c.Class != "guest":
				case c.Failure != nil:
					s.stuck++
				case c.Error != nil:
					s.undecided++
				default:
					s.free++
				}
			}
		}
		return s
	},
	"prometheus": func(t testing.TB, out []byte) standings {
		families := exposed(t, out)
		whole, hosts := by(families["migcheck_guests"], "standing"), by(families["migcheck_host_guests"], "standing")
		if fmt.Sprint(whole) != fmt.Sprint(hosts) && len(hosts) > 0 {
			t.Errorf("of the fleet %v, and of its hosts %v", whole, hosts)
		}
		return standings{whole["free"], whole["undecided"], whole["stuck"]}
	},
	"nagios": func(t testing.TB, out []byte) standings {
		p := pluginOutput(t, out)
		return standings{p.perf["free"], p.perf["undecided"], p.perf["stuck"]}
	},
	"tap": func(t testing.TB, out []byte) standings {
		n := map[string]int{}
		for _, c := range tapLines(t, out) {
			if strings.HasPrefix(c.name, "guest ") {
				n[fmt.Sprint(c.ok, " ", c.says["severity"])]++
			}
		}
		return standings{n["true <nil>"], n["false undecided"], n["false blocked"]}
	},
	"json": func(t testing.TB, out []byte) standings {
		var d fleet.Document
		if err := json.Unmarshal(out, &d); err != nil {
			t.Fatal(err)
		}
		var s standings
		for _, g := range d.Guests {
			switch g.Ways.Best() {
			case preflight.Blocked:
				s.stuck++
			case preflight.Undecided:
				s.undecided++
			default:
				s.free++
			}
		}
		return s
	},
}

// TestFormatsAgree: each format says of the guests what the pairs come to.
func TestFormatsAgree(t *testing.T) {
	met := standings{}
	for _, size := range []synth.Size{small, {Hosts: 60, Guests: 200, NICs: 2, VLANs: 6}, {Hosts: 2, Guests: 3, NICs: 1, VLANs: 3}} {
		var d *fleet.Document
		var raw []byte
		if size.Hosts < 4 {
			d, raw = judged(t, synth.Fleet(size, 3))
		} else {
			d, raw = fleetDocument(t, size)
		}
		want := byPairs(d)
		met = standings{met.free + want.free, met.undecided + want.undecided, met.stuck + want.stuck}
		for _, name := range report.Fleet.Formats() {
			read := said[name]
			if read == nil {
				t.Logf("%s is read by its own test", name)
				continue
			}
			if got := read(t, render(t, raw, name, report.Options{Width: 100})); got != want {
				t.Errorf("%d hosts as %s: %+v, and pair by pair %+v", size.Hosts, name, got, want)
			}
		}
	}
	if met.free == 0 || met.undecided == 0 || met.stuck == 0 {
		t.Errorf("the fleets are too much alike: %+v", met)
	}
}

func render(t testing.TB, raw []byte, name string, o report.Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := report.Render(&b, raw, name, o); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return b.Bytes()
}

func numbers(t testing.TB, pattern *regexp.Regexp, out []byte) standings {
	t.Helper()
	m := pattern.FindSubmatch(out)
	if m == nil {
		t.Fatalf("no %s in\n%s", pattern, out)
	}
	var n [3]int
	for i := range n {
		n[i], _ = strconv.Atoi(string(m[i+1]))
	}
	return standings{n[0], n[1], n[2]}
}

// csvRows are a table's rows by the names of their columns.
func csvRows(t testing.TB, out []byte) []map[string]string {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, r := range all[1:] {
		row := map[string]string{}
		for i, c := range all[0] {
			row[c] = r[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func jsonLines(t testing.TB, out []byte) []map[string]any {
	t.Helper()
	var all []map[string]any
	for _, l := range strings.Split(strings.TrimSuffix(string(out), "\n"), "\n") {
		var v map[string]any
		if err := json.Unmarshal([]byte(l), &v); err != nil {
			t.Fatalf("%v: %.200s", err, l)
		}
		all = append(all, v)
	}
	return all
}

// exposed reads what Prometheus is given as Prometheus reads it.
func exposed(t testing.TB, out []byte) map[string]*dto.MetricFamily {
	t.Helper()
	p := expfmt.NewTextParser(model.LegacyValidation)
	families, err := p.TextToMetricFamilies(bytes.NewReader(out))
	if err != nil {
		t.Fatalf("%v in\n%.2000s", err, out)
	}
	for name, f := range families {
		seen := map[string]bool{}
		for _, m := range f.Metric {
			if key := fmt.Sprint(m.Label); seen[key] {
				t.Fatalf("%s has %s twice", name, key)
			} else {
				seen[key] = true
			}
		}
	}
	return families
}

// by sums a metric by one of its labels.
func by(f *dto.MetricFamily, label string) map[string]int {
	out := map[string]int{}
	for _, m := range f.GetMetric() {
		for _, l := range m.Label {
			if l.GetName() == label {
				out[l.GetValue()] += int(m.GetGauge().GetValue())
			}
		}
	}
	return out
}
