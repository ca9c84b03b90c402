package ssh

import (
	"net/netip"
	"strings"
	"testing"
)

func TestParseDestination(t *testing.T) {
	for s, want := range map[string]destination{
		"hv1":                      {host: "hv1"},
		"hv1.example.com":          {host: "hv1.example.com"},
		"root@hv1":                 {user: "root", host: "hv1"},
		"root@hv1:2222":            {user: "root", host: "hv1", port: 2222},
		"10.0.0.2:22":              {host: "10.0.0.2", port: 22},
		"[2001:db8::1]":            {host: "2001:db8::1"},
		"root@[2001:db8::1]:65535": {user: "root", host: "2001:db8::1", port: 65535},
		"[fe80::1%eth0]":           {host: "fe80::1%eth0"},
		"my_alias":                 {host: "my_alias"},
		"alice@corp@hv1":           {}, // an at sign in a user's name is refused
		"größe":                    {host: "größe"},
	} {
		got, err := parseDestination(s)
		if want == (destination{}) {
			if err == nil {
				t.Errorf("%q = %+v, want an error", s, got)
			}
			continue
		}
		if err != nil || got != want {
			t.Errorf("%q = %+v, %v, want %+v", s, got, err, want)
		}
	}
}

func TestDestinationsThatAreRefused(t *testing.T) {
	for s, want := range map[string]string{
		"":                        "empty",
		"local":                   "reserved",
		"all":                     "reserved",
		"-oProxyCommand=reboot":   "begins with a dash",
		"root@-x":                 "begins with a dash",
		"-l@hv":                   "begins with a dash",
		"hv\n":                    "holds the character",
		"hv\x1b[2J":               "holds the character",
		"h v":                     "holds the character",
		"hv;reboot":               "holds the character",
		"$(reboot)":               "holds the character",
		"ro`ot@hv":                "holds the character",
		"h\u202ev":                "holds the character",
		"\xff":                    "UTF-8",
		"@hv":                     "user name is empty",
		"root@":                   "host name is empty",
		":22":                     "host name is empty",
		"hv:":                     "port is missing",
		"hv:0":                    "not a port",
		"hv:65536":                "not a port",
		"hv:+22":                  "not a port",
		"hv:ssh":                  "not a port",
		"2001:db8::1":             "stands in brackets",
		"[::1":                    "not closed",
		"[::1]22":                 "not a port",
		"[::1]:":                  "not a port",
		"[10.0.0.1]":              "not an IPv6 address",
		"[hv]":                    "not an IPv6 address",
		"[fe80::1%-x]":            "", // a zone is a device, and may be called so
		"[fe80::1%a;b]":           "holds the character",
		"ssh://hv":                "URL",
		strings.Repeat("x", 1000): "longer",
	} {
		got, err := parseDestination(s)
		if want == "" {
			if err != nil {
				t.Errorf("%q: %v", s, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q = %+v, %v, want an error with %q", s, got, err, want)
		}
	}
}

func FuzzParseDestination(f *testing.F) {
	for _, s := range []string{"hv1", "root@hv1:22", "[::1]:22", "[fe80::1%eth0]", "-x", "a@b@c:1", "h\x00v", "[::1", "a:b:c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := parseDestination(s)
		if err != nil {
			if d != (destination{}) {
				t.Fatalf("%q: an error and %+v", s, d)
			}
			return
		}
		if d.host == "" || d.host[0] == '-' || strings.HasPrefix(d.user, "-") || d.port < 0 || d.port > 65535 {
			t.Fatalf("%q = %+v", s, d)
		}
		if strings.ContainsAny(d.host+d.user, " \t\n\r\x00'\"`$\\;&<>|(){}") {
			t.Fatalf("%q = %+v holds what a shell reads", s, d)
		}
		if strings.Contains(d.host, ":") {
			if a, err := netip.ParseAddr(d.host); err != nil || !a.Is6() {
				t.Fatalf("%q = %+v", s, d)
			}
		}
	})
}
