package fleetfile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestInventory reads what ansible-inventory --list printed, cut to what matters.
func TestInventory(t *testing.T) {
	inv, err := ParseInventory([]byte(`{
	"_meta": {"hostvars": {
		"kvm1": {"ansible_host": "10.0.0.11", "ansible_port": 2222, "ansible_user": "ops", "ansible_become": true, "kernel": {"sysctl": [1, 2]}},
		"kvm2": {"ansible_ssh_host": "10.0.0.12", "ansible_ssh_user": "old", "ansible_become": "yes", "ansible_become_method": "sudo", "ansible_become_user": "root"},
		"kvm3": {"ansible_host": "fd00::3", "ansible_port": "22", "ansible_become": "no"},
		"kvm4": {"ansible_host": "[fd00::4]", "ansible_become": 1, "ansible_become_method": "su"},
		"kvm5": {"ansible_user": "ops", "ansible_become": true, "ansible_become_user": "postgres"},
		"kvm6": {"ansible_host": ["a"], "ansible_port": null, "ansible_user": {"a": "b"}, "ansible_connection": "ssh"},
		"here": {"ansible_connection": "local"},
		"box": {"ansible_connection": "community.docker.docker"},
		"odd": {"ansible_host": "{{ x }}", "ansible_port": "{{ y }}"}
	}},
	"all": {"children": ["ungrouped", "kvm"]},
	"kvm": {"hosts": ["kvm1", "kvm2", "plain"], "vars": {"a": 1}},
	"ungrouped": {"hosts": ["here", "plain"]}
}`))
	if err != nil {
		t.Fatal(err)
	}
	want := &Inventory{
		Hosts: map[string]Host{
			"kvm1": {SSH: "ops@10.0.0.11:2222", Become: "sudo"}, "kvm2": {SSH: "old@10.0.0.12", Become: "sudo"},
			"kvm3": {SSH: "[fd00::3]:22"}, "kvm4": {SSH: "[fd00::4]"}, "kvm5": {SSH: "ops@kvm5"}, "kvm6": {},
			"odd": {SSH: "{{ x }}:{{ y }}"}, "plain": {},
		},
		Others: []string{"box", "here"},
	}
	if diff := cmp.Diff(want, inv); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	file := &Fleet{
		Map:   map[string]string{"bond0": "bond1"},
		Hosts: map[string]Host{"kvm1": {SSH: "root@kvm1.example.net", Map: map[string]string{"a": "b"}}, "kvm2": {URI: "qemu:///x"}, "kvm9": {}},
	}
	both := file.With(inv)
	if h := both.Hosts["kvm1"]; h.SSH != "root@kvm1.example.net" || h.Become != "sudo" || h.Map["a"] != "b" {
		t.Errorf("the fleet file does not go before the inventory: %+v", h)
	}
	if h := both.Hosts["kvm2"]; h.SSH != "old@10.0.0.12" || h.URI != "qemu:///x" {
		t.Errorf("%+v", h)
	}
	if _, there := both.Hosts["kvm9"]; there || len(both.Hosts) != len(inv.Hosts) || both.Map["bond0"] != "bond1" {
		t.Errorf("the hosts are others than the inventory's: %v", both.Names())
	}
	if _, changed := file.Hosts["plain"]; changed {
		t.Error("the fleet file's own hosts changed")
	}
}

func TestNoInventory(t *testing.T) {
	for text, words := range map[string]string{
		"":                                   "not the JSON",
		"null":                               "not the JSON",
		"[]":                                 "not the JSON",
		"all:\n  hosts:\n":                   "not the JSON",
		"{}":                                 "names no hosts",
		`{"all": {"hosts": ["a"]}} x`:        "more follows",
		`{"all": {"hosts": ["a"]}} {}`:       "more follows",
		`{"all": []}`:                        `group "all"`,
		`{"all": {"hosts": [""]}}`:           "name is empty",
		`{"all": {"hosts": ["all"]}}`:        "reserved",
		`{"_meta": {"hostvars": ["a"]}}`:     "_meta",
		`{"_meta": {"hostvars": {"a": []}}}`: "_meta",
	} {
		if inv, err := ParseInventory([]byte(text)); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %+v, %v", text, inv, err)
		}
	}
	if _, err := LoadInventory(t.TempDir()+"/none", nil); err == nil || !strings.Contains(err.Error(), "none") {
		t.Error(err)
	}
}

func FuzzInventory(f *testing.F) {
	for _, s := range []string{
		`{"_meta": {"hostvars": {"a": {"ansible_host": "::1", "ansible_port": 22, "ansible_user": "u"}}}, "all": {"hosts": ["b"]}}`,
		`{"x": {"hosts": ["a", "a"]}}`, `{"_meta": null, "y": null}`, `{"a": {"hosts": ["\u202e"]}}`, `{`, `{"_meta": {"hostvars": {"a": {"ansible_port": 1e99}}}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		inv, err := ParseInventory(raw)
		if err != nil {
			if inv != nil {
				t.Error("an error, and an inventory")
			}
			return
		}
		if len(inv.Hosts)+len(inv.Others) == 0 {
			t.Error("an inventory of nothing")
		}
		for name, h := range inv.Hosts {
			if strings.TrimSpace(name) == "" || name == "all" || name == "local" || h.Become != "" && h.Become != "sudo" {
				t.Errorf("%q: %+v", name, h)
			}
		}
	})
}
