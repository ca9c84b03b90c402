package client

import (
	"errors"
	"strings"
	"testing"
)

func TestHints(t *testing.T) {
	for _, tc := range []struct{ words, want string }{
		{"Failed to open libvirt.so.0: libvirt.so.0: cannot open shared object file: No such file or directory", "install libvirt's client library"},
		{"Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory", "start the daemon"},
		{"Failed to connect socket to '/var/run/libvirt/libvirt-sock': Connection refused", "start the daemon"},
		{"Failed to connect socket to '/var/run/libvirt/libvirt-sock': Permission denied", "group libvirt"},
		{"authentication unavailable: no polkit agent available to authenticate action 'org.libvirt.unix.manage'", "group libvirt"},
		{"authentication failed: access denied by policy", "group libvirt"},
		{"no connection driver available for foo:///x", "check the URI"},
		{"this migcheck was built without a libvirt client", "-tags libvirt_dlopen"},
	} {
		e := &OpenError{URI: "qemu:///system", Host: "kvm1", Err: errors.New(tc.words)}
		if !strings.Contains(e.Hint(), tc.want) || strings.Contains(e.Hint(), "\n") {
			t.Errorf("%s: the hint is %q", tc.words, e.Hint())
		}
		if want := "open libvirt qemu:///system on kvm1: " + tc.words; e.Error() != want {
			t.Errorf("%q is not %q", e, want)
		}
	}
	if e := (&OpenError{Err: errors.New("something new")}); e.Hint() != "" {
		t.Errorf("a hint for something new: %q", e.Hint())
	}
}

func TestURI(t *testing.T) {
	t.Setenv("LIBVIRT_DEFAULT_URI", "")
	if got := (Options{}).uri(); got != "qemu:///system" {
		t.Error(got)
	}
	t.Setenv("LIBVIRT_DEFAULT_URI", "test:///default")
	if got := (Options{}).uri(); got != "test:///default" {
		t.Error(got)
	}
	if got := (Options{URI: "qemu:///session"}).uri(); got != "qemu:///session" {
		t.Error(got)
	}
	for uri, want := range map[string]string{
		"qemu+unix:///system?socket=/run/user/1/x/sock": "qemu:///system",
		"qemu+ssh://root@kvm1/system":                   "qemu+ssh://root@kvm1/system",
		"test:///default":                               "test:///default",
		"%":                                             "%",
	} {
		if got := publicURI(uri); got != want {
			t.Errorf("%s: %s, not %s", uri, got, want)
		}
	}
}
