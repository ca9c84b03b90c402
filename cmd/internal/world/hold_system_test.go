//go:build system

package world

import (
	"net"
	"strings"
	"testing"

	"migcheck/cmd/internal/fleetfile"
	"migcheck/hostinfo"
)

// TestTryPathHere runs the script on this machine: a port that listens, one that
// does not, and a name that nobody has.
func TestTryPathHere(t *testing.T) {
	w, err := Live(&fleetfile.Fleet{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	h, err := HoldOf(w)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	for _, want := range []hostinfo.Answer{hostinfo.AnswerOpen, hostinfo.AnswerRefused} {
		here := &hostinfo.Host{Name: Local}
		h.TryPath(t.Context(), here, "there", "127.0.0.1", port)
		p := here.Path("there")
		if p == nil || p.Address != "127.0.0.1" || p.Device != "lo" || p.MTU == 0 || len(p.Ports) != 1 || p.Ports[0].Answer != want {
			t.Errorf("want %s: %+v, %v", want, p, here.Gaps)
		}
		l.Close()
	}
	nobody := &hostinfo.Host{Name: Local}
	h.TryPath(t.Context(), nobody, "there", "x; touch /nothing.invalid", 0)
	if p := nobody.Path("there"); p == nil || p.Address != "" || len(p.Ports) > 0 {
		t.Errorf("a name that nobody has: %+v, %v", p, nobody.Gaps)
	}
}

// TestRemoteWords: a script and its words are one command for any login shell.
func TestRemoteWords(t *testing.T) {
	got := remote(`printf "%s\n" "$@"`, []string{"it's", "x; reboot"})
	if !strings.HasPrefix(got, "exec /bin/sh -c ") || !strings.HasSuffix(got, `'it'\''s' 'x; reboot'`) {
		t.Errorf("%s", got)
	}
}
