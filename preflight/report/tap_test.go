package report_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"migcheck/preflight"
	"migcheck/preflight/report"
)

type tapCase struct {
	ok   bool
	name string
	says map[string]any // what stands in its YAML; nil if there is none
}

var (
	tapPlan = regexp.MustCompile(`^1\.\.(\d+)( # SKIP .+)?$`)
	tapTest = regexp.MustCompile(`^(not )?ok (\d+) - (.*)$`)
)

// tapLines reads a test's output by the letter of the protocol: version, plan,
// comments, and then tests in their order, each with a document of YAML at most.
func tapLines(t testing.TB, out []byte) []tapCase {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) < 2 || lines[0] != "TAP version 13" {
		t.Fatalf("no head of a test: %.200s", out)
	}
	plan := tapPlan.FindStringSubmatch(lines[1])
	if plan == nil || (plan[1] == "0") != (plan[2] != "") {
		t.Fatalf("no plan: %s", lines[1])
	}
	var all []tapCase
	for i := 2; i < len(lines); i++ {
		l := lines[i]
		switch m := tapTest.FindStringSubmatch(l); {
		case strings.HasPrefix(l, "# ") && len(all) == 0:
		case m != nil:
			if m[2] != strconv.Itoa(len(all)+1) {
				t.Fatalf("test %d is counted as %s", len(all)+1, m[2])
			}
			if bare := strings.NewReplacer(`\\`, "", `\#`, "").Replace(m[3]); strings.ContainsAny(bare, `#\`) {
				t.Fatalf("a directive in %s", l)
			}
			all = append(all, tapCase{m[1] == "", strings.NewReplacer(`\\`, `\`, `\#`, "#").Replace(m[3]), nil})
		case l == "  ---" && len(all) > 0 && all[len(all)-1].says == nil:
			end := i + 1
			for end < len(lines) && lines[end] != "  ..." {
				end++
			}
			var block strings.Builder // without the indent that it has as a whole
			for _, l := range lines[i:end] {
				block.WriteString(strings.TrimPrefix(l, "  ") + "\n")
			}
			if err := yaml.Unmarshal([]byte(block.String()), &all[len(all)-1].says); err != nil {
				t.Fatalf("%v in\n%s", err, strings.Join(lines[i:end], "\n"))
			}
			i = end
		default:
			t.Fatalf("what is %q in\n%.2000s", l, out)
		}
	}
	if plan[1] != strconv.Itoa(len(all)) {
		t.Fatalf("%s tests planned, and there are %d", plan[1], len(all))
	}
	return all
}

// perl is what reads tests on most machines: TAP::Parser, which prove shows. Of
// each file it gives back what it understood.
const perl = `
use strict; use warnings; use JSON::PP; use TAP::Parser; binmode STDOUT;
my @all;
for my $file (@ARGV) {
	my $p = TAP::Parser->new({ source => $file });
	my (@tests, @strange);
	while (my $r = $p->next) {
		if ($r->is_test) {
			push @tests, { ok => $r->is_ok ? JSON::PP::true : JSON::PP::false, name => $r->description, directive => $r->directive };
		} elsif ($r->is_yaml) {
			$tests[-1]{says} = $r->data;
		} elsif (!$r->is_plan && !$r->is_comment && !$r->is_version) {
			push @strange, $r->raw;
		}
	}
	push @all, { version => $p->version, planned => $p->tests_planned, tests => \@tests, strange => \@strange, errors => [ $p->parse_errors ] };
}
print JSON::PP->new->encode(\@all);
`

// understood is what perl makes of a file.
type understood struct {
	Version, Planned int
	Tests            []struct {
		OK              bool
		Name, Directive string
		Says            map[string]any
	}
	Strange, Errors []string
}

// understand has perl read tests.
func understand(t *testing.T, outs [][]byte) []understood {
	t.Helper()
	dir := t.TempDir()
	args := []string{"-e", perl}
	for i, out := range outs {
		file := filepath.Join(dir, strconv.Itoa(i)+".tap")
		if err := os.WriteFile(file, out, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	cmd := exec.Command("perl", args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	answer, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.Bytes())
	}
	var all []understood
	if err := json.Unmarshal(answer, &all); err != nil || len(all) != len(outs) {
		t.Fatalf("%d answers, %v\n%s", len(all), err, answer)
	}
	return all
}

// TestTAPIsRead: TAP::Parser takes every kind of report, hostile ones too, for
// what it is.
func TestTAPIsRead(t *testing.T) {
	_, small := fleetDocument(t, small)
	documents := [][]byte{evacuated(t), small, movedDocument(t)}
	for _, text := range hostile {
		for _, d := range []any{hostileFleet(text), hostilePairs(text)} {
			raw, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			documents = append(documents, raw)
		}
	}
	var outs [][]byte
	for _, raw := range documents {
		outs = append(outs, render(t, raw, "tap", report.Options{}))
	}
	for i, got := range understand(t, outs) {
		want := tapLines(t, outs[i])
		if len(got.Strange)+len(got.Errors) > 0 || got.Version != 13 || got.Planned != len(want) || len(got.Tests) != len(want) {
			t.Fatalf("%+v of\n%s", got, outs[i])
		}
		for k, c := range got.Tests {
			if c.OK != want[k].ok || c.Directive != "" || (c.Says == nil) != (want[k].says == nil) {
				t.Errorf("test %d is %+v and not %+v", k+1, c, want[k])
			}
			if m := want[k].says["message"]; c.Says != nil && ascii(m) && !reflect.DeepEqual(c.Says["message"], m) {
				t.Errorf("test %d says %q and not %q", k+1, c.Says["message"], m)
			}
		}
	}
}

// ascii says whether a text is one that perl's bytes and ours are alike for.
func ascii(v any) bool {
	s, _ := v.(string)
	return !strings.ContainsFunc(s, func(r rune) bool { return r > 0x7e })
}

// TestProve: what prove makes of a report is its verdict.
func TestProve(t *testing.T) {
	for verdict, fine := range map[preflight.Level]bool{preflight.Ready: true, preflight.Warning: true, preflight.Undecided: false, preflight.Blocked: false} {
		raw, err := json.Marshal(&preflight.Document{Schema: preflight.Schema, Reports: []preflight.Report{
			{Guest: preflight.GuestIdentity{Name: "web # TODO"}, From: "a", To: "b", Verdict: verdict},
		}})
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "report.tap")
		if err := os.WriteFile(file, render(t, raw, "tap", report.Options{}), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("prove", file).CombinedOutput()
		if (err == nil) != fine {
			t.Errorf("%s: %v\n%s", verdict, err, out)
		}
	}
}
