package report_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/fleet"
	"migcheck/preflight/report"
)

// evilNames are names as nobody should give them.
var evilNames = []string{
	`<script>alert(1)</script>`, `</script><script>document.title='taken'</script>`, `"><img src=x onerror=alert(1)>`,
	"left\u202eright", "line\u2028two", "it's; reboot", "{{.Data}}", `</style><b>`, `javascript:alert(1)//`, "\ue000\ue001\ue002", "--><!--", "a b/c#d%41",
}

// evilFleet is a fleet in which everything that has a name has a bad one.
func evilFleet() *fleet.Document {
	name := func(i int) string { return evilNames[i%len(evilNames)] }
	d := &fleet.Document{Schema: fleet.Schema, Tool: preflight.Tool{Name: name(0), Version: name(1)}, Created: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}
	d.Options = preflight.Options{Snapshot: name(2), Map: map[string]string{name(3): name(4)}, Assumed: []preflight.Assumption{{Host: name(5), Command: name(0), NotApplied: name(1)}}}
	d.Waivers = []preflight.Waiver{{Rule: "vlan-mismatch", Host: name(1), Guest: name(0), Device: name(3), Reason: name(7)}}
	for i, n := range evilNames {
		d.Hosts = append(d.Hosts, fleet.HostLine{HostIdentity: preflight.HostIdentity{
			Name: n, Hostname: name(i + 1), Kernel: name(i + 2), Gaps: []hostinfo.Gap{{Fact: hostinfo.Fact(name(i)), Device: name(i + 3), Reason: name(i + 4)}},
		}, Observed: i%3 != 0, Reason: name(i + 5), Ways: fleet.HostWays{Guests: 1, Refuses: 1}})
		d.Needs = append(d.Needs, fleet.Need{Label: n, Blocked: fleet.Set{1 << ((i + 1) % len(evilNames))}})
		d.Guests = append(d.Guests, fleet.GuestLine{Name: n, UUID: name(i + 6), State: hostinfo.DomainState(name(i + 7)), Host: i, Needs: []int{i}, Ways: fleet.Ways{Blocked: 1}})
		f := preflight.Finding{
			Rule: name(i), Level: preflight.Blocked, Phase: preflight.Silent, Reason: n + " on " + name(i+1), Fix: []string{"ip link set " + n}, Hint: name(i + 2),
			Permanent: []string{n}, PermanentFor: name(i), Subject: preflight.Subject{Guest: n, Host: name(i + 1), Device: n}, SourceValue: n, DestinationValue: name(i + 3),
			Suggest: []preflight.Suggestion{{Map: n + "=" + n, Evidence: n}}, Explain: "migcheck explain " + n, Allow: "--allow " + n,
		}
		d.Findings = append(d.Findings, fleet.FindingLine{Host: (i + 1) % len(evilNames), Rule: name(i), Device: n, Level: preflight.Blocked, Ways: 1, Guests: 1, Opens: 1, Frees: 1, Needs: []int{i}, Alone: []int{i}, Finding: f})
	}
	d.Exceptions = []fleet.Exception{{Guest: 0, Host: 2, Verdict: preflight.Blocked}}
	return d
}

// plain is a name as the page has it.
func plain(s string) string {
	return strings.NewReplacer("\ue000", `\ue000`, "\ue001", `\ue001`, "\ue002", `\ue002`).Replace(report.Safe(s))
}

// TestHostileNames: names are shown as text, whatever they look like, and the
// page's data is still the page's data.
func TestPagesOfHostileNames(t *testing.T) {
	html := page(t, evilFleet())
	outline(t, html)
	for _, bad := range []string{"<script>alert", "<img", "<b>", "\u202e", "\u2028", "onerror=alert(1)>"} {
		if strings.Contains(html, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	for _, shown := range []string{`left\u202eright`, `line\u2028two`, "&lt;script&gt;alert(1)&lt;/script&gt;", `\ue000\ue001\ue002`} {
		if !strings.Contains(html, shown) {
			t.Errorf("the page does not show %s", shown)
		}
	}
	var data struct {
		Guests struct {
			Name []string `json:"name"`
		} `json:"guests"`
	}
	if err := json.Unmarshal([]byte(islandText.FindStringSubmatch(html)[1]), &data); err != nil {
		t.Fatal(err)
	}
	want := slices.Clone(evilNames)
	for i := range want {
		want[i] = plain(want[i])
	}
	if diff := cmp.Diff(want, data.Guests.Name); diff != "" {
		t.Errorf("guests in the data (-want +got):\n%s", diff)
	}
}

// TestProblemsKeepTheirWords: what findings have in common is written once, and
// each can still be read in its own words.
func TestProblemsKeepTheirWords(t *testing.T) {
	for name, d := range map[string]*fleet.Document{"demo": demo(), "evilNames": evilFleet()} {
		html := page(t, d)
		var data struct {
			Hosts []struct {
				N string `json:"n"`
			} `json:"hosts"`
			Problems []struct {
				Rule   string   `json:"rule"`
				Reason string   `json:"reason"`
				Fix    []string `json:"fix"`
				Places []struct {
					H    int    `json:"h"`
					Dev  string `json:"d"`
					Subj string `json:"s"`
					Home int    `json:"r"`
				} `json:"places"`
			} `json:"problems"`
		}
		if err := json.Unmarshal([]byte(islandText.FindStringSubmatch(html)[1]), &data); err != nil {
			t.Fatal(err)
		}
		said := map[string]int{}
		places := 0
		for _, p := range data.Problems {
			for _, at := range p.Places {
				places++
				device, home := at.Dev, ""
				if at.Subj != "" {
					device = at.Subj
				}
				if at.Home > 0 {
					home = data.Hosts[at.Home-1].N
				}
				r := strings.NewReplacer("\ue000", data.Hosts[at.H].N, "\ue001", device, "\ue002", home)
				said[r.Replace(p.Rule+"\n"+p.Reason+"\n"+strings.Join(p.Fix, "\n"))]++
			}
		}
		for _, f := range d.Findings {
			fix := slices.Clone(f.Finding.Fix)
			for i := range fix {
				fix[i] = plain(fix[i])
			}
			words := plain(f.Rule) + "\n" + plain(f.Finding.Reason) + "\n" + strings.Join(fix, "\n")
			if said[words] == 0 {
				t.Errorf("%s: nowhere is said %q", name, words)
			}
			said[words]--
		}
		if places != len(d.Findings) || name == "demo" && len(data.Problems)*3 > places {
			t.Errorf("%s: %d findings are %d problems in %d places", name, len(d.Findings), len(data.Problems), places)
		}
	}
}
