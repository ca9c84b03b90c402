package files

import (
	"path"
	"strings"
	"testing"
	"unicode/utf8"

	"migcheck/hostinfo"
)

// Whatever stands in a host's network configuration and in what it says of
// itself: no panic, bounded names of valid UTF-8, and no further file but those
// of absolute paths.
func FuzzConfigured(f *testing.F) {
	for _, seed := range []string{
		"/etc/network/interfaces:iface bond0\n/etc/network/interfaces:source site/*.if\n/etc/network/site/a.if:iface stor0",
		"/etc/network/interfaces:source-directory /etc/network/more\n/etc/network/more/x:bridge_ports a b regex c",
		"/etc/network/interfaces:source ~/x $(y) /a/{b,c}\n/etc/network/interfaces:bond-slaves eth1 none",
		"/etc/systemd/network/a.netdev:Name=bond0\n/etc/systemd/network/a.network:VLAN=bond0.5 1-4",
		"/etc/NetworkManager/system-connections/a:b:interface-name=eth0;!eth1;",
		"/etc/netplan/a.yaml:network:\n/etc/netplan/a.yaml:  vlans:\n/etc/netplan/a.yaml:    v5:\n/etc/netplan/a.yaml:      link: bond0",
		"/etc/sysconfig/network-scripts/ifcfg-a:DEVICE=\"bond0\"\n/etc/sysconfig/network/ifcfg-b:STARTMODE=",
		"/etc/wicked/ifconfig/a.xml:  <name>stor0\n/etc/wicked/ifconfig/a.xml:<name ns=\"x\">y",
		"/etc/os-release:ID=\"sles\"\n/etc/group:libvirtd:x:1:\n/sys/fs/selinux/enforce:1",
		"unread /etc/netplan\ncut files", ":iface 0",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var c Configured
		h := &hostinfo.Host{}
		for line := range strings.Lines(text) {
			line = strings.TrimSuffix(line, "\n")
			if dir, ok := strings.CutPrefix(line, "unread "); ok {
				c.Unread(dir)
				continue
			}
			c.Printed(line)
			file, rest, _ := strings.Cut(line, ":")
			System(h, file, rest)
		}
		if len(c.Sourced()) > maxSource {
			t.Errorf("%d patterns", len(c.Sourced()))
		}
		for _, p := range c.Sourced() {
			if !path.IsAbs(p) {
				t.Errorf("%q", p)
			}
		}
		c.Finish(h)
		for _, n := range append([]string{h.System.ID, h.System.Like, h.System.Version, h.System.Variant, h.System.Group}, h.Setup.Configured...) {
			if len(n) > maxWord || !utf8.ValidString(n) || strings.Contains(n, "\n") {
				t.Errorf("name %q", n)
			}
		}
		if len(h.Setup.Managers) > 6 || len(h.Setup.Configured) > maxConfigured || len(h.Gaps) > 1 {
			t.Errorf("%+v, gaps %+v", h.Setup, h.Gaps)
		}
	})
}
