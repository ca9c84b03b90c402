// Package fleetfile reads the file in which an administrator describes the
// hosts: how each is reached, which names differ, which findings are waived.
// It reaches no host itself.
package fleetfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"migcheck/preflight"
)

// maxSize bounds the file, in bytes.
const maxSize = 4 << 20

// Fleet is what the file says. The zero value is a fleet of no hosts.
type Fleet struct {
	// Path is where it was read; empty if there is no fleet file.
	Path  string
	Hosts map[string]Host
	// Map holds for every destination; a host's own goes before it.
	Map     map[string]string
	Waivers []preflight.Waiver
}

// Host is how one host is reached.
type Host struct {
	// SSH is the ssh destination; empty means the host's name in the file.
	SSH string `yaml:"ssh"`
	// URI is the libvirt URI on that host; empty means qemu:///system.
	URI string `yaml:"uri"`
	// Become is how to become root there: "" or "sudo".
	Become string `yaml:"become"`
	// Map gives devices another name on this host as a destination.
	Map map[string]string `yaml:"map"`
}

type document struct {
	Hosts   map[string]*Host  `yaml:"hosts"`
	Map     map[string]string `yaml:"map"`
	Waivers []waiver          `yaml:"waivers"`
}

type waiver struct {
	Rule   string `yaml:"rule"`
	Host   string `yaml:"host"`
	Guest  string `yaml:"guest"`
	Device string `yaml:"device"`
	Reason string `yaml:"reason"`
	Until  string `yaml:"until"`
}

// reserved are names that mean something else on the command line.
var reserved = []string{"local", "all"}

// Load reads the file at path. The error names the file and the line.
func Load(path string) (*Fleet, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the fleet file: %w", err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read the fleet file: %w", err)
	}
	if len(raw) > maxSize {
		return nil, fmt.Errorf("read the fleet file %s: it is larger than %d bytes", path, maxSize)
	}
	fleet, err := Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("read the fleet file %s: %w", path, err)
	}
	fleet.Path = path
	return fleet, nil
}

// Parse reads a fleet file's text. Unknown keys are errors with their line.
func Parse(raw []byte) (*Fleet, error) {
	var d document
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&d); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s", strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "yaml: ")), " "))
	}
	fleet := &Fleet{Hosts: map[string]Host{}, Map: d.Map}
	for name, h := range d.Hosts {
		if slices.Contains(reserved, name) {
			return nil, fmt.Errorf("%q is a reserved name and can't be a host's", name)
		}
		if h == nil {
			h = &Host{}
		}
		if h.Become != "" && h.Become != "sudo" {
			return nil, fmt.Errorf("host %s: become is %q; it can be sudo", name, h.Become)
		}
		fleet.Hosts[name] = *h
	}
	for i, w := range d.Waivers {
		one, err := w.waiver()
		if err != nil {
			return nil, fmt.Errorf("waiver %d: %w", i+1, err)
		}
		fleet.Waivers = append(fleet.Waivers, one)
	}
	return fleet, nil
}

func (w waiver) waiver() (preflight.Waiver, error) {
	out := preflight.Waiver{Rule: w.Rule, Host: w.Host, Guest: w.Guest, Device: w.Device, Reason: w.Reason}
	if w.Rule == "" {
		return out, errors.New("it names no rule")
	}
	if strings.TrimSpace(w.Reason) == "" {
		return out, fmt.Errorf("the waiver of %s gives no reason", w.Rule)
	}
	if w.Until != "" {
		day, err := time.Parse(time.DateOnly, w.Until)
		if err != nil {
			return out, fmt.Errorf("until is %q; it should look like 2027-01-31", w.Until)
		}
		out.Until = day.Add(24*time.Hour - time.Second)
	}
	return out, nil
}

// MapFor is the map for one destination.
func (f *Fleet) MapFor(host string) map[string]string {
	out := map[string]string{}
	for from, to := range f.Map {
		out[from] = to
	}
	for from, to := range f.Hosts[host].Map {
		out[from] = to
	}
	return out
}

// Names are the hosts' names, sorted.
func (f *Fleet) Names() []string {
	var names []string
	for n := range f.Hosts {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
