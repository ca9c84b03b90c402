package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"migcheck/preflight/rules"
)

// scenario is one block of fixtures/lab/scenarios.txt; the words are explained
// at the table's head.
type scenario struct {
	name   string
	ci     bool
	guest  string // file below fixtures/lab/guests, without .xml
	edits  [][2]string
	state  string // "running", "paused", "transient" or "shut off"
	mapped string // DEV=DEV, or empty

	networks []network
	steps    []step

	libvirt string // "arrives", "refused" or "fails"
	errors  string // what libvirt says, in part
	frames  []string
	both    bool // only answers in full-size frames count
	mute    bool // before the move already

	want  map[string]verdict // by user
	fixed *verdict           // what it becomes by the fixes that are printed; nil if they are not run
}

// step is a command on a host, or a cable.
type step struct {
	host, command string
	cable         bool
}

// network is a libvirt network of a host.
type network struct {
	host, name, mode string
	devices          []string
	stopped          bool
}

// verdict is a level and the rules that say so, in alphabetical order.
type verdict struct {
	level string
	rules []string
}

func (v verdict) String() string { return strings.Join(append([]string{v.level}, v.rules...), " ") }

func verdictOf(text string) verdict {
	words := strings.Fields(text)
	slices.Sort(words[1:])
	return verdict{words[0], words[1:]}
}

// expected is what migcheck has to say to a user: what it says to root, unless
// the table knows better.
func (s *scenario) expected(user string) verdict {
	if v, ok := s.want[user]; ok {
		return v
	}
	return s.want["root"]
}

const tableFile = "../../fixtures/lab/scenarios.txt"

func scenarios(t *testing.T) []*scenario {
	t.Helper()
	raw, err := os.ReadFile(tableFile)
	if err != nil {
		t.Fatal(err)
	}
	var out []*scenario
	number := 0
	for line := range strings.Lines(string(raw)) {
		number++
		text := strings.TrimSpace(line)
		switch {
		case text == "" || strings.HasPrefix(text, "#"):
		case !strings.HasPrefix(line, " "):
			out = append(out, &scenario{
				name: text, guest: "guest1", state: "running", frames: []string{"right"},
				want: map[string]verdict{},
			})
		case len(out) == 0:
			t.Fatalf("%s:%d: %q comes before the first scenario", tableFile, number, text)
		default:
			key, value, _ := strings.Cut(text, ":")
			if err := out[len(out)-1].tell(key, strings.TrimSpace(value)); err != nil {
				t.Fatalf("%s:%d: %v", tableFile, number, err)
			}
		}
	}
	return out
}

// tell takes one line of a scenario.
func (s *scenario) tell(key, value string) error {
	word, rest, _ := strings.Cut(key, " ")
	switch {
	case word == "on" && rest != "":
		s.steps = append(s.steps, step{host: rest, command: value})
	case word == "cable" && rest != "":
		s.steps = append(s.steps, step{host: rest, command: value, cable: true})
	case word == "network" && rest != "":
		return s.tellNetwork(rest, strings.Fields(value))
	case word == "migcheck":
		s.want[userOf(rest)] = verdictOf(value)
	case key == "xml":
		old, with, ok := strings.Cut(value, " => ")
		if !ok {
			return fmt.Errorf("xml: wants OLD => NEW, not %q", value)
		}
		s.edits = append(s.edits, [2]string{old, with})
	default:
		return s.tellWord(key, value)
	}
	return nil
}

func (s *scenario) tellWord(key, value string) error {
	switch key {
	case "ci":
		s.ci = value == "yes"
	case "guest":
		s.guest = value
	case "state":
		s.state = value
	case "map":
		s.mapped = value
	case "before":
		s.mute = value == "none"
	case "libvirt":
		s.libvirt = value
	case "error":
		s.errors = value
	case "frames":
		s.frames = strings.Fields(value)
	case "fixed":
		v := verdictOf(value)
		s.fixed = &v
	case "answers":
		s.both = value == "count"
	default:
		return fmt.Errorf("%q is no word of the table", key)
	}
	return nil
}

func (s *scenario) tellNetwork(host string, words []string) error {
	if len(words) < 2 {
		return fmt.Errorf("network %s: wants NAME MODE [DEVICE...] [stopped]", host)
	}
	n := network{host: host, name: words[0], mode: words[1], devices: words[2:]}
	if last := len(n.devices) - 1; last >= 0 && n.devices[last] == "stopped" {
		n.devices, n.stopped = n.devices[:last], true
	}
	s.networks = append(s.networks, n)
	return nil
}

func userOf(as string) string {
	user := strings.TrimSpace(strings.TrimPrefix(as, "as"))
	if user == "" {
		return "root"
	}
	return user
}

// xml is the network's definition.
func (n *network) xml() string {
	b := &strings.Builder{}
	fmt.Fprintf(b, "<network><name>%s</name>", n.name)
	switch n.mode {
	case "on-bridge":
		fmt.Fprintf(b, "<forward mode='bridge'/><bridge name='%s'/>", n.devices[0])
	case "on-ovs":
		fmt.Fprintf(b, "<forward mode='bridge'/><bridge name='%s'/><virtualport type='openvswitch'/>", n.devices[0])
		for _, id := range n.devices[1:] {
			fmt.Fprintf(b, "<vlan><tag id='%s'/></vlan>", id)
		}
	case "isolated":
		fmt.Fprintf(b, "<bridge name='%s'/>", n.devices[0])
	default:
		fmt.Fprintf(b, "<forward mode='%s'>", n.mode)
		for _, d := range n.devices {
			fmt.Fprintf(b, "<interface dev='%s'/>", d)
		}
		b.WriteString("</forward>")
	}
	b.WriteString("</network>\n")
	return b.String()
}

// xml is the guest's definition.
func (s *scenario) xml(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("../../fixtures/lab/guests", s.guest+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for _, e := range s.edits {
		if !strings.Contains(text, e[0]) {
			t.Fatalf("%s: %s.xml has no %q", s.name, s.guest, e[0])
		}
		text = strings.ReplaceAll(text, e[0], e[1])
	}
	return text
}

// TestLabTable holds the table to what was promised of it, without a lab.
func TestLabTable(t *testing.T) {
	all := scenarios(t)
	ci := 0
	seen := map[string]bool{}
	for _, s := range all {
		if seen[s.name] {
			t.Errorf("%s: there twice", s.name)
		}
		seen[s.name] = true
		if s.ci {
			ci++
		}
		s.xml(t)
		if !slices.Contains([]string{"arrives", "refused", "fails"}, s.libvirt) {
			t.Errorf("%s: libvirt: %q", s.name, s.libvirt)
		}
		if s.libvirt != "arrives" && s.errors == "" {
			t.Errorf("%s: no word of the error", s.name)
		}
		for user, v := range s.want {
			if _, ok := exitCodes[v.level]; !ok {
				t.Errorf("%s: %q is no verdict", s.name, v.level)
			}
			for _, id := range v.rules {
				if rules.ByID(id) == nil {
					t.Errorf("%s, as %s: there is no rule %s", s.name, user, id)
				}
			}
		}
		if _, ok := s.want["root"]; !ok {
			t.Errorf("%s: no verdict", s.name)
		}
	}
	if len(all) < 45 || ci != 12 {
		t.Errorf("%d scenarios, %d of them in CI; want at least 45, and 12", len(all), ci)
	}
}

// exitCodes are migcheck's, by verdict.
var exitCodes = map[string]int{"ready": 0, "note": 0, "warning": 0, "blocked": 1, "undecided": 3}
