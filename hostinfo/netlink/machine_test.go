//go:build linux

package netlink

import (
	"os"
	"path/filepath"
	"testing"

	"migcheck/hostinfo"
)

func TestModules(t *testing.T) {
	const (
		builtin = "lib/modules/6.1/modules.builtin"
		dep     = "lib/modules/6.1/modules.dep"
	)
	for _, c := range []struct {
		name  string
		files map[string]string
		want  hostinfo.Tri
	}{
		{"nothing to read", nil, hostinfo.Unknown},
		{"loaded", map[string]string{"sys/class/macvtap/x": ""}, hostinfo.Yes},
		{"loaded as a module", map[string]string{"sys/module/macvtap/x": ""}, hostinfo.Yes},
		{"built in", map[string]string{builtin: "kernel/drivers/net/macvtap.ko\n"}, hostinfo.Yes},
		{"loadable", map[string]string{dep: "a/b.ko: c.ko\nkernel/drivers/net/macvtap.ko.xz: kernel/drivers/net/tap.ko.xz\n"}, hostinfo.Yes},
		{"only named by another", map[string]string{dep: "kernel/x.ko: kernel/drivers/net/macvtap.ko\n"}, hostinfo.No},
		{"not there", map[string]string{builtin: "", dep: "kernel/drivers/net/macvlan.ko:\n"}, hostinfo.No},
		{"no more modules may be loaded", map[string]string{dep: "k/macvtap.ko:\n", "proc/sys/kernel/modules_disabled": "1\n"}, hostinfo.No},
	} {
		r := root(t.TempDir())
		for name, content := range c.files {
			if err := os.MkdirAll(filepath.Dir(r.path(name)), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(r.path(name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		h := &hostinfo.Host{Kernel: "6.1"}
		r.modules(h)
		if h.MacvtapModule != c.want || (h.Missing(hostinfo.FactModules, "") != nil) != (c.want == hostinfo.Unknown) {
			t.Errorf("%s: %v, gaps %v", c.name, h.MacvtapModule, h.Gaps)
		}
	}
}

func TestVhost(t *testing.T) {
	r := root(t.TempDir())
	h := &hostinfo.Host{}
	if r.vhost(h); h.VhostNet != hostinfo.No {
		t.Errorf("without the node: %v", h.VhostNet)
	}
	if err := os.MkdirAll(r.path("dev/vhost-net"), 0o700); err != nil {
		t.Fatal(err)
	}
	if r.vhost(h); h.VhostNet != hostinfo.Yes || len(h.Gaps) != 0 {
		t.Errorf("with the node: %v, gaps %v", h.VhostNet, h.Gaps)
	}
}
