package fleetfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
)

// maxInventory bounds an inventory, in bytes, and maxHosts how many hosts it may
// have.
const (
	maxInventory = 256 << 20
	maxHosts     = 100_000
)

// Inventory is what "ansible-inventory --list" says of hosts.
type Inventory struct {
	Hosts map[string]Host
	// Others are hosts that Ansible does not reach over SSH, sorted.
	Others []string
}

// LoadInventory reads the JSON of ansible-inventory --list from a file, or from
// stdin for "-".
func LoadInventory(path string, stdin io.Reader) (*Inventory, error) {
	in, where := stdin, "stdin"
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("read the inventory: %w", err)
		}
		defer f.Close()
		in, where = f, path
	}
	raw, err := io.ReadAll(io.LimitReader(in, maxInventory+1))
	if err != nil {
		return nil, fmt.Errorf("read the inventory from %s: %w", where, err)
	}
	if len(raw) > maxInventory {
		return nil, fmt.Errorf("read the inventory from %s: it is larger than %d MiB", where, maxInventory>>20)
	}
	inv, err := ParseInventory(raw)
	if err != nil {
		return nil, fmt.Errorf("read the inventory from %s: %w", where, err)
	}
	return inv, nil
}

// vars are the variables of a host that are looked at. Ansible's values may be of
// any type.
type vars struct {
	Host       any `json:"ansible_host"`
	Port       any `json:"ansible_port"`
	User       any `json:"ansible_user"`
	Become     any `json:"ansible_become"`
	Method     any `json:"ansible_become_method"`
	BecomeUser any `json:"ansible_become_user"`
	Connection any `json:"ansible_connection"`
	OldHost    any `json:"ansible_ssh_host"` // as it was called before Ansible 2.0
	OldPort    any `json:"ansible_ssh_port"`
	OldUser    any `json:"ansible_ssh_user"`
}

// ParseInventory reads the JSON that ansible-inventory --list prints: the hosts of
// all groups, with the variables that say how to reach them. What is not known is
// ignored.
func ParseInventory(raw []byte) (*Inventory, error) {
	var groups map[string]json.RawMessage
	dec := json.NewDecoder(bytes.NewReader(raw))
	if err := dec.Decode(&groups); err != nil || groups == nil {
		return nil, notInventory(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more follows behind its end")
	}
	var meta struct {
		HostVars map[string]vars `json:"hostvars"`
	}
	if m, ok := groups["_meta"]; ok {
		if err := json.Unmarshal(m, &meta); err != nil {
			return nil, fmt.Errorf("_meta: %w", err)
		}
		delete(groups, "_meta")
	}
	inv := &Inventory{Hosts: map[string]Host{}}
	for _, name := range slices.Sorted(maps.Keys(meta.HostVars)) {
		if err := inv.add(name, meta.HostVars[name]); err != nil {
			return nil, err
		}
	}
	// A host without variables is in its groups only.
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		var g struct {
			Hosts []string `json:"hosts"`
		}
		if err := json.Unmarshal(groups[group], &g); err != nil {
			return nil, fmt.Errorf("group %q: %w", group, err)
		}
		for _, name := range g.Hosts {
			if _, known := meta.HostVars[name]; !known {
				if err := inv.add(name, vars{}); err != nil {
					return nil, err
				}
			}
		}
	}
	if len(inv.Hosts) == 0 && len(inv.Others) == 0 {
		return nil, errors.New("it names no hosts")
	}
	return inv, nil
}

func notInventory(err error) error {
	if err == nil {
		err = errors.New("null")
	}
	return fmt.Errorf("it is not the JSON of ansible-inventory --list: %w", err)
}

func (inv *Inventory) add(name string, v vars) error {
	if _, met := inv.Hosts[name]; met {
		return nil
	}
	switch {
	case strings.TrimSpace(name) == "":
		return errors.New("a host's name is empty")
	case slices.Contains(reserved, name):
		return fmt.Errorf("%q is a reserved name and can't be a host's", name)
	case len(inv.Hosts) == maxHosts:
		return fmt.Errorf("it has more than %d hosts", maxHosts)
	}
	switch text(v.Connection) {
	case "", "ssh", "smart", "paramiko", "paramiko_ssh", "ansible.builtin.ssh", "ansible.builtin.paramiko_ssh":
	default:
		inv.Others = append(inv.Others, name)
		return nil
	}
	h := Host{SSH: v.destination(name)}
	if v.becomesRoot() {
		h.Become = "sudo"
	}
	inv.Hosts[name] = h
	return nil
}

// destination is where ssh would go; empty if that is just the name. What is no
// destination, such as a template that Ansible did not fill in, is refused by
// whoever goes there: the other hosts are none the worse for it.
func (v *vars) destination(name string) string {
	host, user, port := first(v.Host, v.OldHost), first(v.User, v.OldUser), first(v.Port, v.OldPort)
	if host == "" && user == "" && port == "" {
		return ""
	}
	if host == "" {
		host = name
	}
	bare := strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if a, err := netip.ParseAddr(bare); err == nil && a.Is6() {
		host = "[" + bare + "]"
	}
	if port != "" {
		host += ":" + port
	}
	if user != "" {
		host = user + "@" + host
	}
	return host
}

// becomesRoot says whether Ansible becomes root there by sudo.
func (v *vars) becomesRoot() bool {
	switch strings.ToLower(text(v.Become)) {
	case "true", "yes", "on", "1", "y", "t":
	default:
		return false
	}
	method := strings.TrimPrefix(text(v.Method), "ansible.builtin.")
	who := text(v.BecomeUser)
	return (method == "" || method == "sudo") && (who == "" || who == "root")
}

func first(values ...any) string {
	for _, v := range values {
		if s := text(v); s != "" {
			return s
		}
	}
	return ""
}

// text is a value as Ansible would print it; empty for what is no plain value.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// With is the fleet of an inventory's hosts. What the fleet file says of a host
// of the same name goes before the inventory, and its map and waivers hold.
func (f *Fleet) With(inv *Inventory) *Fleet {
	out := *f
	out.Hosts = map[string]Host{}
	for name, h := range inv.Hosts {
		said := f.Hosts[name]
		if said.SSH == "" {
			said.SSH = h.SSH
		}
		if said.Become == "" {
			said.Become = h.Become
		}
		out.Hosts[name] = said
	}
	return &out
}
