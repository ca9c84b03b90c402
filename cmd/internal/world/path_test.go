package world

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
)

func TestParsePath(t *testing.T) {
	const out = `address 10.88.0.12
route mgmt 1500
port 49152 1 began bash: connect: Connection refused bash: line 1: /dev/tcp/10.88.0.12/49152: Connection refused
port 49153 124 began
port x 0
port 16514 1 bash: connect: No route to host
port 16509 0
noise
`
	want := hostinfo.Path{
		To: "hostB", Name: "kvm2", Address: "10.88.0.12", Device: "mgmt", MTU: 1500, Daemon: 16509,
		Ports: []hostinfo.Port{
			{Number: 49152, Answer: hostinfo.AnswerRefused, Words: "bash: connect: Connection refused bash: line 1: /dev/tcp/10.88.0.12/49152: Connection refused"},
			{Number: 49153, Answer: hostinfo.AnswerNone},
		},
	}
	if diff := cmp.Diff(want, parsePath("hostB", "kvm2", out, 2)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(hostinfo.Path{To: "hostB", Name: "kvm2"}, parsePath("hostB", "kvm2", "", 2)); diff != "" {
		t.Errorf("a name that does not resolve (-want +got):\n%s", diff)
	}
}

func TestAnswer(t *testing.T) {
	for words, want := range map[string]hostinfo.Answer{
		"0 began Connection to 10.0.0.1 49152 port [tcp/*] succeeded!":                      hostinfo.AnswerOpen,
		"1 nc: connect to 10.0.0.1 port 49152 (tcp) failed: Connection refused":             hostinfo.AnswerRefused,
		"1 began nc: connect to 10.0.0.1 port 49152 (tcp) timed out: Operation in progress": hostinfo.AnswerNone,
		"1 began Ncat: TIMEOUT.":            hostinfo.AnswerNone,
		"124 began ":                        hostinfo.AnswerNone,
		"124 ":                              hostinfo.AnswerUnknown,
		"1 bash: connect: No route to host": hostinfo.AnswerUnreachable,
		"1 bash: connect: Network is unreachable": hostinfo.AnswerUnreachable,
		"127 /bin/sh: nc: not found":              hostinfo.AnswerUnknown,
	} {
		status, rest := words[:1], words[2:]
		if words[1] != ' ' {
			status, rest = words[:3], words[4:]
		}
		if got := answer(status, rest); got != want {
			t.Errorf("%q: %q, want %q", words, got, want)
		}
	}
}

func TestMigrationTarget(t *testing.T) {
	type target struct {
		host string
		port int
	}
	for uri, want := range map[string]target{
		"tcp://10.0.0.12:49200": {"10.0.0.12", 49200},
		"tcp:kvm2":              {"kvm2", 0},
		"tcp:kvm2:49200":        {"kvm2", 49200},
		"tcp://kvm2/":           {"kvm2", 0},
		"tcp://[fd88::2]:49152": {"fd88::2", 49152},
		"tcp://[fd88::2]":       {"fd88::2", 0},
		"unix:///run/m":         {"", 0},
	} {
		host, port, err := MigrationTarget(uri)
		if got := (target{host, port}); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", uri, got, err, want)
		}
	}
	for _, uri := range []string{"", "kvm2", "tcp://", "tcp:kvm2:0", "tcp:kvm2:x", "http://kvm2"} {
		if host, _, err := MigrationTarget(uri); err == nil {
			t.Errorf("%q: accepted, host %q", uri, host)
		}
	}
}
