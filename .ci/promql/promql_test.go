// Package promql holds fixtures/prometheus to what migcheck writes, by Prometheus'
// own parsers. It is a module of its own: their tree has no place in the product's.
package promql

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

const fixtures = "../../fixtures/"

// kept are the files that the tests of preflight/report keep.
var kept = []string{"reports/fleet/fleet.prom", "reports/fleet/per-guest.prom", "reports/blocked.prom", "reports/undecided.prom", "reports/moved.prom"}

func read(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(fixtures + name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestLint: what is written is as Prometheus' own linter wants it.
func TestLint(t *testing.T) {
	for _, name := range kept {
		problems, err := promlint.New(bytes.NewReader(read(t, name))).Lint()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, p := range problems {
			t.Errorf("%s: %s: %s", name, p.Metric, p.Text)
		}
	}
}

// written are the metrics of a fleet's file, without those of each guest.
func written(t *testing.T) map[string]*dto.MetricFamily {
	t.Helper()
	p := expfmt.NewTextParser(model.LegacyValidation)
	families, err := p.TextToMetricFamilies(bytes.NewReader(read(t, kept[0])))
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// check holds an expression to the metrics, and to the labels and values that
// they have.
func check(t *testing.T, where, expr string, families map[string]*dto.MetricFamily, used map[string]bool) {
	t.Helper()
	e, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
	if err != nil {
		t.Errorf("%s: %v", where, err)
		return
	}
	parser.Inspect(e, func(node parser.Node, _ []parser.Node) error {
		s, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		f := families[s.Name]
		if f == nil {
			t.Errorf("%s: there is no metric %s", where, s.Name)
			return nil
		}
		used[s.Name] = true
		for _, m := range s.LabelMatchers {
			if m.Name != labels.MetricName && m.Name != "instance" && !matches(f, m) {
				t.Errorf("%s: no sample of %s has %s", where, s.Name, m)
			}
		}
		return nil
	})
}

func matches(f *dto.MetricFamily, m *labels.Matcher) bool {
	return slices.ContainsFunc(f.Metric, func(s *dto.Metric) bool {
		return slices.ContainsFunc(s.Label, func(l *dto.LabelPair) bool { return l.GetName() == m.Name && m.Matches(l.GetValue()) })
	})
}

// TestAlerts: the rules are rules, and each is about what is written.
func TestAlerts(t *testing.T) {
	groups, errs := rulefmt.Parse(read(t, "prometheus/alerts.yaml"), false, model.LegacyValidation, parser.NewParser(parser.Options{}), slog.Default())
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	families, used, n := written(t), map[string]bool{}, 0
	for _, g := range groups.Groups {
		for _, r := range g.Rules {
			n++
			check(t, r.Alert, r.Expr, families, used)
			if r.Annotations["summary"] == "" || r.Annotations["description"] == "" || r.Labels["severity"] == "" {
				t.Errorf("%s says too little", r.Alert)
			}
		}
	}
	if n < 5 {
		t.Errorf("%d alerts", n)
	}
}

// TestDashboard: each panel asks for what is written, and nothing that is written
// is asked for by nobody.
func TestDashboard(t *testing.T) {
	var d struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
		Templating struct {
			List []struct {
				Query any
			}
		}
	}
	if err := json.Unmarshal(read(t, "prometheus/dashboard.json"), &d); err != nil {
		t.Fatal(err)
	}
	families, used, n := written(t), map[string]bool{}, 0
	for _, p := range d.Panels {
		for _, target := range p.Targets {
			n++
			check(t, p.Title, strings.ReplaceAll(target.Expr, "$instance", ".*"), families, used)
		}
	}
	if n < 10 {
		t.Errorf("%d questions", n)
	}
	used["migcheck_finding_ways"] = true // for those who ask for it: one panel shows what fixes open
	for _, name := range slices.Sorted(maps.Keys(families)) {
		if !used[name] {
			t.Errorf("no panel shows %s", name)
		}
	}
	raw := string(read(t, "prometheus/dashboard.json"))
	for _, name := range regexp.MustCompile(`label_values\((\w+)`).FindAllStringSubmatch(raw, -1) {
		if families[name[1]] == nil {
			t.Errorf("a variable asks for %s", name[1])
		}
	}
}
