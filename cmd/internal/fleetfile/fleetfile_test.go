package fleetfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"migcheck/preflight"
)

const whole = `# the hosts of one room
hosts:
  hostA: {}
  hostB:
    ssh: admin@10.0.0.12:2222
    become: sudo
    uri: qemu:///session
    map: {bond0.623: bond1.623}
  "[fe80::1]:22":
map: {bond0.623: uplink, eth1: eth9}
waivers:
  - rule: lowerdev-kind-differs
    host: hostB
    guest: guest1
    device: team0
    reason: " team0 leads to the same switch "
    until: 2027-03-31
  - {rule: mtu-lower-than-guest, reason: nobody sends jumbo frames}
`

func TestParse(t *testing.T) {
	got, err := Parse([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	want := &Fleet{
		Hosts: map[string]Host{
			"hostA": {}, "[fe80::1]:22": {},
			"hostB": {SSH: "admin@10.0.0.12:2222", Become: "sudo", URI: "qemu:///session", Map: map[string]string{"bond0.623": "bond1.623"}},
		},
		Map: map[string]string{"bond0.623": "uplink", "eth1": "eth9"},
		Waivers: []preflight.Waiver{
			{
				Rule: "lowerdev-kind-differs", Host: "hostB", Guest: "guest1", Device: "team0",
				Reason: "team0 leads to the same switch", Until: time.Date(2027, 4, 1, 0, 0, 0, 0, time.UTC),
			},
			{Rule: "mtu-lower-than-guest", Reason: "nobody sends jumbo frames"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"[fe80::1]:22", "hostA", "hostB"}, got.Names()); diff != "" {
		t.Errorf("the names (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"bond0.623": "bond1.623", "eth1": "eth9"}, got.MapFor("hostB")); diff != "" {
		t.Errorf("a host's own map goes before (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(got.Map, got.MapFor("another")); diff != "" {
		t.Errorf("the map of a host that is not listed (-want +got):\n%s", diff)
	}
}

func TestParseNothing(t *testing.T) {
	for _, text := range []string{"", "\n", "# nothing yet\n", "hosts:\nwaivers:\nmap:\n"} {
		got, err := Parse([]byte(text))
		if err != nil || len(got.Hosts)+len(got.Waivers)+len(got.Map) != 0 {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

// TestMistakes: the error is one line that names the file's line and, where one
// is near, what was meant.
func TestMistakes(t *testing.T) {
	waive := func(lines ...string) string {
		return "hosts: {}\nwaivers:\n  - " + strings.Join(lines, "\n    ") + "\n"
	}
	for text, want := range map[string]string{
		"wavers: []\n":                                           `line 1: there is no key "wavers" here; did you mean waivers?`,
		"hosts:\n  hostA:\n    user: root\n":                     `line 3: there is no key "user" here; there are ssh, uri, become, agent, map`,
		"hosts:\n  hostA:\n    address: x\n":                     `line 3: there is no key "address" here; there are ssh, uri, become, agent, map`,
		"colours: x\nhosts: 5\n":                                 `line 1: there is no key "colours" here; there are hosts, map, waivers; line 2: a number ` + "`5` does not belong here",
		"hosts:\n  hostA: {}\n  hostA: {}\n":                     `line 3: mapping key "hostA" already defined at line 2`,
		"hosts: {}\nmap: {}\nhosts: {}\n":                        `line 3: mapping key "hosts" already defined at line 1`,
		"hosts:\n  hostA:\n  all:\n":                             `line 3: "all" is a reserved name and can't be a host's`,
		"hosts: {local: {}}\n":                                   `line 1: "local" is a reserved name and can't be a host's`,
		"hosts:\n  ' ': {}\n":                                    `line 2: a host's name is empty`,
		"hosts:\n  hostA:\n\n  hostB:\n    become: su\n":         `line 4: host hostB: become is "su"; it can be sudo`,
		"map:\n  eth1:\n":                                        `line 1: the map of "eth1" to "" lacks a device`,
		"hosts:\n  hostB:\n    map: {'': eth1}\n":                `line 2: host hostB: the map of "" to "eth1" lacks a device`,
		"hosts: {}\n---\nhosts: {}\n":                            "it holds a second document behind ---",
		"hosts: [\n":                                             "line 1: did not find expected node content",
		waive("reason: x"):                                       "line 3: a waiver names no rule",
		waive("rule: vlan-mismach", "reason: x"):                 `line 3: there is no rule "vlan-mismach"; did you mean vlan-mismatch?`,
		waive("rule: nonsense", "reason: x"):                     `line 3: there is no rule "nonsense"; migcheck rules lists them`,
		waive("rule: facts-not-observed", "reason: x"):           "line 3: facts-not-observed can't be waived: nobody knows what would be waived; migcheck doctor HOST says how the facts can be read",
		waive("rule: vlan-mismatch"):                             "line 3: the waiver of vlan-mismatch gives no reason",
		waive("rule: vlan-mismatch", "reason: '  '"):             "line 3: the waiver of vlan-mismatch gives no reason",
		waive("rule: vlan-mismatch", "reason: x", "until: 5"):    `line 3: the waiver of vlan-mismatch: until: "5" is no day; it should look like 2027-01-31`,
		waive("rule: vlan-mismatch", "resaon: x"):                `line 4: there is no key "resaon" here; did you mean reason?`,
		"hosts: {}\nwaivers:\n- &w {rule: nic, reason: x}\n- *w": `line 3: there is no rule "nic"; migcheck rules lists them`,
	} {
		_, err := Parse([]byte(text))
		if err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
}

// TestLoad: errors name the file, and its size is bounded.
func TestLoad(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	got, err := Load(file("whole.yaml", whole))
	if err != nil || got.Path != filepath.Join(dir, "whole.yaml") || len(got.Hosts) != 3 {
		t.Errorf("%+v, %v", got, err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "none.yaml"):                       "no such file",
		file("wrong.yaml", "hosts:\n  all: {}"):               "wrong.yaml: line 2: ",
		file("large.yaml", "# "+strings.Repeat("x", maxSize)): "it is larger than 4194304 bytes",
		dir: "is a directory",
	} {
		if _, err := Load(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
	if _, err := Load(file("full.yaml", "# "+strings.Repeat("x", maxSize-2))); err != nil {
		t.Errorf("a file of just the size: %v", err)
	}
}

// FuzzParse: whatever the text is, it becomes an error in one line, or a fleet
// that keeps its promises.
func FuzzParse(f *testing.F) {
	f.Add(whole)
	f.Add("hosts: {a: &x {map: {b: c}}, d: *x}")
	f.Add("waivers: [{rule: guest-busy, reason: x, until: 9999-12-31}]")
	f.Add("a: &a [*a]")
	f.Fuzz(func(t *testing.T, text string) {
		fleet, err := Parse([]byte(text))
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("the error has several lines: %q", err)
			}
			return
		}
		for name, h := range fleet.Hosts {
			if name == "" || name == "all" || name == "local" || h.Become != "" && h.Become != "sudo" {
				t.Errorf("the host %q is %+v", name, h)
			}
			for from, to := range fleet.MapFor(name) {
				if from == "" || to == "" {
					t.Errorf("%q maps %q to %q", name, from, to)
				}
			}
		}
		for _, w := range fleet.Waivers {
			if w.Rule == preflight.FactsNotObserved || w.Reason == "" {
				t.Errorf("the waiver is %+v", w)
			}
		}
	})
}
