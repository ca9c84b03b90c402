package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/cmd/internal/fleetfile"
)

// TestParseMaps: a host is what a destination is called, colons and all.
func TestParseMaps(t *testing.T) {
	to := []string{"hostB", "root@kvm2:2222", "[fe80::1]", "[fe80::1]:22", "root@kvm2"}
	for flag, want := range map[string]mapping{
		"bond0.623=bond1.623":                {"", "bond0.623", "bond1.623"},
		"hostB:bond0.623=bond1.623":          {"hostB", "bond0.623", "bond1.623"},
		"root@kvm2:2222:bond0.623=bond1.623": {"root@kvm2:2222", "bond0.623", "bond1.623"},
		"root@kvm2:bond0=bond1":              {"root@kvm2", "bond0", "bond1"},
		"[fe80::1]:eth1=eth2":                {"[fe80::1]", "eth1", "eth2"},
		"[fe80::1]:22:eth1=eth2":             {"[fe80::1]:22", "eth1", "eth2"},
		"alt:name=eth2":                      {"", "alt:name", "eth2"},
		"hostC:eth1=eth2":                    {"", "hostC:eth1", "eth2"},
		"eth1=a=b":                           {"", "eth1", "a=b"},
	} {
		got, err := parseMaps([]string{flag}, to)
		if diff := cmp.Diff([]mapping{want}, got, cmp.AllowUnexported(mapping{})); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", flag, err, diff)
		}
	}
	for _, wrong := range [][]string{{""}, {"eth1"}, {"=eth1"}, {"eth1="}, {"hostB:=eth1"}, {"eth1=a", "eth1=b"}, {"hostB:eth1=a", "hostB:eth1=b"}} {
		if got, err := parseMaps(wrong, to); err == nil {
			t.Errorf("%q is %+v", wrong, got)
		}
	}
	if _, err := parseMaps([]string{"eth1=a", "hostB:eth1=b", "eth1=a"}, to); err != nil {
		t.Errorf("one for all and one for a host: %v", err)
	}
}

// TestMapFor: the fleet file's map, then the flags', then those for the host.
func TestMapFor(t *testing.T) {
	fleet := &fleetfile.Fleet{
		Map:   map[string]string{"a": "fleet", "b": "fleet", "c": "fleet", "d": "fleet"},
		Hosts: map[string]fleetfile.Host{"hostB": {Map: map[string]string{"b": "host", "c": "host", "d": "host"}}},
	}
	flags := &checkFlags{to: []string{"hostB", "hostC"}, maps: []string{"hostB:d=flag for the host", "d=flag", "c=flag"}}
	run := newRun(flags, nil, nil, fleet)
	if diff := cmp.Diff(map[string]string{"a": "fleet", "b": "host", "c": "flag", "d": "flag for the host"}, run.mapFor("hostB")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"a": "fleet", "b": "fleet", "c": "flag", "d": "flag"}, run.mapFor("hostC")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestParseAssumptions: hosts may have colons, and so may commands.
func TestParseAssumptions(t *testing.T) {
	for flag, want := range map[string]struct{ host, command string }{
		"hostB:fixes":                                   {"hostB", ""},
		"root@kvm2:2222:fixes":                          {"root@kvm2:2222", ""},
		"[fe80::1]:22:ip link set dev eth1 up":          {"[fe80::1]:22", "ip link set dev eth1 up"},
		"hostB:ip link delete dev a:ip":                 {"hostB", "ip link delete dev a:ip"},
		"h:ip link set dev a address 02:0:0:0:0:10":     {"", ""},
		"h:ip link set dev a address 02:00:00:00:00:10": {"h", "ip link set dev a address 02:00:00:00:00:10"},
		":fixes": {"", ""}, "fixes": {"", ""}, "ip link set dev eth1 up": {"", ""}, "hostB:": {"", ""}, "": {"", ""},
	} {
		got, err := parseAssumptions([]string{flag})
		switch {
		case want.host == "" && err == nil:
			t.Errorf("%q is %+v", flag, got)
		case want.host == "":
		case err != nil || got[0].host != want.host || got[0].all != (want.command == "") || !got[0].all && got[0].command.String() != want.command:
			t.Errorf("%q: %+v, %v", flag, got, err)
		}
	}
}
