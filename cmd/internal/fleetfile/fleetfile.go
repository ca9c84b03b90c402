// Package fleetfile reads the file in which an administrator describes the
// hosts: how each is reached, which names differ, which findings are waived.
// It reaches no host itself.
package fleetfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

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
	// Agent says that the host runs migcheck's agent, which is asked first then.
	Agent bool `yaml:"agent"`
	// Map gives devices another name on this host as a destination.
	Map map[string]string `yaml:"map"`
}

type document struct {
	Hosts   map[string]*Host  `yaml:"hosts"`
	Map     map[string]string `yaml:"map"`
	Waivers []waiver          `yaml:"waivers"`
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

// Parse reads a fleet file's text. The error names the line.
func Parse(raw []byte) (*Fleet, error) {
	var d document
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&d); err != nil && !errors.Is(err, io.EOF) {
		return nil, inWords(err)
	}
	if err := dec.Decode(&struct{}{}); !errors.Is(err, io.EOF) {
		return nil, errors.New("it holds a second document behind ---")
	}
	at := linesOf(raw)
	fleet := &Fleet{Hosts: map[string]Host{}, Map: d.Map}
	if err := checkMap(d.Map); err != nil {
		return nil, at.wrap(err, "map")
	}
	for _, name := range slices.Sorted(maps.Keys(d.Hosts)) {
		h, err := d.Hosts[name].check(name)
		if err != nil {
			return nil, at.wrap(err, "hosts", name)
		}
		fleet.Hosts[name] = h
	}
	for i, w := range d.Waivers {
		one, err := w.waiver()
		if err != nil {
			return nil, at.wrap(err, "waivers", i)
		}
		fleet.Waivers = append(fleet.Waivers, one)
	}
	return fleet, nil
}

// check is the host as the file describes it; nil is one that needs no word.
func (h *Host) check(name string) (Host, error) {
	switch {
	case slices.Contains(reserved, name):
		return Host{}, fmt.Errorf("%q is a reserved name and can't be a host's", name)
	case strings.TrimSpace(name) == "":
		return Host{}, errors.New("a host's name is empty")
	case h == nil:
		return Host{}, nil
	case h.Become != "" && h.Become != "sudo":
		return Host{}, fmt.Errorf("host %s: become is %q; it can be sudo", name, h.Become)
	}
	if h.Agent && h.Become != "" {
		return Host{}, fmt.Errorf("host %s: agent and become exclude each other: root sees what an agent does not", name)
	}
	if err := checkMap(h.Map); err != nil {
		return Host{}, fmt.Errorf("host %s: %w", name, err)
	}
	return *h, nil
}

// checkMap refuses a map from or to nothing: a NIC that needs no device would be
// ready everywhere.
func checkMap(m map[string]string) error {
	for from, to := range m {
		if from == "" || to == "" {
			return fmt.Errorf("the map of %q to %q lacks a device", from, to)
		}
	}
	return nil
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
