//go:build system && cgo && libvirt_dlopen

package client

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
)

func connect(t *testing.T, o Options) *Conn {
	t.Helper()
	c, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// noFilters is what drivers leave out that have no network filters.
var noFilters = hostinfo.Gap{
	Fact:   hostinfo.FactNWFilters,
	Reason: "libvirt: list network filters: this function is not supported by the connection driver: virConnectListAllNWFilters",
}

func TestDefaultNode(t *testing.T) {
	c := connect(t, Options{URI: "test:///default"})
	var h hostinfo.Host
	c.Facts(t.Context(), &h)
	if h.Libvirt == nil || h.Libvirt.URI != "test:///default" || h.Libvirt.Version == "" || h.Libvirt.ReadOnly {
		t.Errorf("libvirt: %+v", h.Libvirt)
	}
	if len(h.Gaps) != 1 || h.Gaps[0] != noFilters || h.UUID != "" {
		t.Errorf("gaps %v, UUID %q", h.Gaps, h.UUID)
	}
	if n := h.Network("default"); n == nil || n.Active != hostinfo.Yes || n.Forward != "nat" {
		t.Errorf("network: %+v", n)
	}
	want := []hostinfo.Domain{{
		Name: "test", UUID: "6695eb01-f6a4-8304-79aa-97f2502e193f",
		State: hostinfo.StateRunning, MACs: []string{"aa:bb:cc:dd:ee:ff"},
		Memory: &hostinfo.GuestMemory{Max: 8 << 20, Current: 2 << 20},
	}}
	if diff := cmp.Diff(want, h.Domains); diff != "" {
		t.Errorf("domains (-want +got):\n%s", diff)
	}
}

func TestNodeFile(t *testing.T) {
	path, err := filepath.Abs("testdata/node.xml")
	if err != nil {
		t.Fatal(err)
	}
	c := connect(t, Options{URI: "test://" + path})
	names, err := c.GuestNames(t.Context())
	if err != nil || len(names) != 1 || names[0] != "db1" {
		t.Fatalf("%q, %v", names, err)
	}
	def := &hostinfo.Definition{Type: "test", Arch: "x86_64", Memory: &hostinfo.GuestMemory{Max: 8192, Current: 8192}, NICs: []hostinfo.NIC{
		{Type: "direct", Dev: "bond0.623", Mode: "bridge", MAC: "52:54:00:aa:00:05", Model: "virtio", Target: "testnet0"},
	}}
	want := &hostinfo.Guest{
		Name: "db1", UUID: "c7a5fdbd-edaf-4999-926b-0d0d0d0d0d0d", ID: 1, State: hostinfo.StateRunning,
		Persistent: hostinfo.Yes, Live: def, Migratable: def, Inactive: def,
	}
	for _, ref := range []string{"db1", "c7a5fdbd-edaf-4999-926b-0d0d0d0d0d0d", "C7A5FDBDEDAF4999926B0D0D0D0D0D0D", "1"} {
		got, err := c.Guest(t.Context(), ref)
		if err != nil {
			t.Errorf("%s: %v", ref, err)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", ref, diff)
		}
	}
	for _, ref := range []string{"", "db", "db1\x00", "2", "-1", "99999999999", "c7a5fdbd-edaf-4999-926b-000000000000", "x; reboot", "a\nb", strings.Repeat("x", 1<<16)} {
		if g, err := c.Guest(t.Context(), ref); !errors.Is(err, ErrNoGuest) {
			t.Errorf("%.20q: %v, %v", ref, g, err)
		}
	}
	var h hostinfo.Host
	c.Facts(t.Context(), &h)
	if n := h.Network("storage"); n == nil || n.DirectMode() != "vepa" || n.Active != hostinfo.Yes {
		t.Errorf("network: %+v", n)
	}
}

func TestNoSuchNode(t *testing.T) {
	for _, tc := range []struct{ uri, words, hint string }{
		{"test:///no/such/file", "/no/such/file", ""},
		{"qemu+unix:///system?socket=" + t.TempDir() + "/sock", "No such file or directory", "start the daemon"},
	} {
		_, err := Open(t.Context(), Options{URI: tc.uri, Host: "kvm1"})
		var open *OpenError
		if !errors.As(err, &open) || !strings.Contains(err.Error(), tc.words) || strings.Contains(err.Error(), "virError") {
			t.Errorf("%s: %v", tc.uri, err)
		} else if !strings.Contains(open.Hint(), tc.hint) {
			t.Errorf("%s: the hint is %q", tc.uri, open.Hint())
		}
	}
}

func TestClosed(t *testing.T) {
	c := connect(t, Options{URI: "test:///default"})
	for range 2 {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := c.GuestNames(t.Context()); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	var h hostinfo.Host
	c.Facts(t.Context(), &h)
	if h.Missing(hostinfo.FactLibvirt, "") == nil || h.Missing(hostinfo.FactNetworks, "") == nil || h.Missing(hostinfo.FactNWFilters, "") == nil || h.Missing(hostinfo.FactDomains, "") == nil {
		t.Errorf("gaps: %v", h.Gaps)
	}
}
