package files

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"migcheck/hostinfo"
)

func TestShaping(t *testing.T) {
	all := []string{"sch_htb", "sch_sfq", "sch_ingress", "cls_u32", "act_police"}
	dep := func(names ...string) (out []string) {
		for _, n := range names {
			out = append(out, "kernel/net/sched/"+n+".ko.zst: kernel/net/sched/act_api.ko.zst")
		}
		return out
	}
	for _, c := range []struct {
		what  string
		s     Shaping
		want  hostinfo.Tri
		lacks string
		gap   bool
	}{
		{"all loaded", Shaping{TC: hostinfo.Yes, Loaded: all}, hostinfo.Yes, "", false},
		{"all can be", Shaping{TC: hostinfo.Yes, Loadable: dep(all...)}, hostinfo.Yes, "", false},
		{"no tc", Shaping{TC: hostinfo.No, Loaded: all}, hostinfo.No, "tc", false},
		{"no tc, and modules unread", Shaping{TC: hostinfo.No, Unread: "gone"}, hostinfo.No, "tc", false},
		{"one not there", Shaping{TC: hostinfo.Yes, Loadable: dep(all[:4]...)}, hostinfo.No, "act_police", false},
		{"only named by another", Shaping{TC: hostinfo.Yes, Loaded: all[1:], Loadable: []string{"k/x.ko: k/sch_htb.ko"}}, hostinfo.No, "sch_htb", false},
		{"no more may be loaded", Shaping{TC: hostinfo.Yes, Disabled: true, Loaded: all[:3], Builtin: dep("cls_u32"), Loadable: dep(all...)}, hostinfo.No, "act_police", false},
		{"lists unread", Shaping{TC: hostinfo.Yes, Loaded: all[:4], Unread: "gone"}, hostinfo.Unknown, "", true},
		{"one list unread", Shaping{TC: hostinfo.Yes, Loadable: dep(all...), Unread: "gone"}, hostinfo.Yes, "", false},
		{"one list unread, and no more may be loaded", Shaping{TC: hostinfo.Yes, Disabled: true, Loadable: dep(all...), Unread: "gone"}, hostinfo.Unknown, "", true},
		{"tc not looked for", Shaping{Loaded: all, Unread: "cut"}, hostinfo.Unknown, "", true},
	} {
		h := &hostinfo.Host{}
		c.s.Finish(h)
		if got := strings.Join(h.Setup.ShapingLacks, " "); h.Setup.Shaping != c.want || got != c.lacks || (h.Missing(hostinfo.FactShaping, "") != nil) != c.gap {
			t.Errorf("%s: %v, lacks %q, gaps %+v", c.what, h.Setup.Shaping, got, h.Gaps)
		}
	}
}

func TestConfiguredIsBounded(t *testing.T) {
	var c Configured
	for i := range maxConfigured + 1 {
		c.Line("/etc/network/interfaces", fmt.Sprintf("iface eth%d", i))
		if i%1000 == 999 { // not one large file
			c.Line("/etc/network/interfaces.d/x", "iface eth0")
		}
	}
	h := &hostinfo.Host{}
	c.Finish(h)
	if g := h.Missing(hostinfo.FactConfigured, ""); g == nil || !strings.Contains(g.Reason, "too many names") || len(h.Setup.Configured) != maxConfigured {
		t.Errorf("%d names, gap %+v", len(h.Setup.Configured), g)
	}

	c = Configured{}
	for range MaxConfigLines {
		c.Line("/etc/network/interfaces", "iface eth0")
	}
	h = &hostinfo.Host{}
	c.Finish(h)
	if g := h.Missing(hostinfo.FactConfigured, ""); g == nil || !strings.Contains(g.Reason, "too many") {
		t.Errorf("gap %+v", g)
	}
}

const nmKeyfile = "/etc/NetworkManager/system-connections/a:"

func TestConfigured(t *testing.T) {
	for _, c := range []struct {
		what  string
		lines []string
		want  string // names
		gap   string // part of the reason
	}{
		{"nothing", nil, "", "no network configuration was found that names a device (ifupdown, systemd-networkd, NetworkManager, netplan, ifcfg, wicked)"},
		{"only lo", []string{"/etc/network/interfaces:iface lo"}, "", "no network configuration was found"},
		{"no configuration's file", []string{"/etc/passwd:iface eth0", "/etc/netplan/a.json:vlans:", "iface eth0"}, "", "no network configuration was found"},
		{"colons in a file's name", []string{"/etc/NetworkManager/system-connections/a:b:c.nmconnection:interface-name=eth0"}, "eth0", ""},
		{"flow style", []string{"/etc/netplan/a.yaml:network:", "/etc/netplan/a.yaml:  vlans: {b"}, "", "not read in full"},
		{"flow style of a device", []string{"/etc/netplan/a.yaml:network:", "/etc/netplan/a.yaml:  vlans:", "/etc/netplan/a.yaml:    v5: {i"}, "v5", ""},
		{"deeper keys", []string{"/etc/netplan/a.yaml:network:", "/etc/netplan/a.yaml:  bonds:", "/etc/netplan/a.yaml:    bond0:", "/etc/netplan/a.yaml:      vlans:", "/etc/netplan/a.yaml:  version: "}, "bond0", ""},
		{"a quoted device", []string{`/etc/sysconfig/network-scripts/ifcfg-x:DEVICE="bond0"`}, "bond0", ""},
		{"ifupdown's further files", []string{"/etc/network/interfaces:source-directory more/", "/etc/network/more//a:iface v5", "/etc/network/other/b:iface v6"}, "v5", ""},
		{"ifupdown's files of theirs", []string{"/etc/network/interfaces:source site/*", "/etc/network/site/a:source deeper/*", "/etc/network/site/a:iface v5"}, "v5", "not read in full: ifupdown reads further files"},
		{"ifupdown's files by a variable", []string{"/etc/network/interfaces:source $HOME/*", "/etc/network/interfaces:iface v5"}, "v5", "not read in full: ifupdown reads further files"},
		{"ifupdown's usual files", []string{"/etc/network/interfaces:source interfaces.d/*.cfg", "/etc/network/interfaces.d/a.cfg:bridge_ports bond0.5 none"}, "bond0.5", ""},
		{"wicked's own", []string{"/etc/wicked/ifconfig/a.xml:  <name>stor0", "/etc/wicked/ifconfig/a.xml:  <names>no"}, "stor0", ""},
		{"a VLAN that NetworkManager names", []string{nmKeyfile + "id=123", nmKeyfile + "parent=enp5s0"}, "enp5s0.123", ""},
		{"a VLAN on another profile", []string{nmKeyfile + "id=123", nmKeyfile + "parent=7f329164-8206-4937-9f8e-11e51767af89", nmKeyfile + "interface-name=v123"}, "v123", ""},
		{"a macvlan and a VLAN", []string{nmKeyfile + "parent=enp5s0", "/etc/NetworkManager/system-connections/b:id=5", "/etc/NetworkManager/system-connections/b:interface-name=eth0"}, "eth0", ""},
		{"another manager's words", []string{"/etc/systemd/network/a.network:id=5", "/etc/systemd/network/a.network:parent=eth1", "/etc/systemd/network/a.network:Name=eth0"}, "eth0", ""},
		{"ifupdown with tabs", []string{"/etc/network/interfaces:iface\tbond0\tinet\tmanual"}, "bond0", ""},
		{"SUSE", []string{"/etc/sysconfig/network/ifcfg-bond0.623:STARTMODE=", "/etc/sysconfig/network/ifcfg-eth1~:STARTMODE="}, "bond0.623", ""},
	} {
		var conf Configured
		for _, l := range c.lines {
			conf.Printed(l)
		}
		h := &hostinfo.Host{}
		conf.Finish(h)
		g := h.Missing(hostinfo.FactConfigured, "")
		if got := strings.Join(h.Setup.Configured, " "); got != c.want || (g == nil) != (c.gap == "") || g != nil && !strings.Contains(g.Reason, c.gap) {
			t.Errorf("%s: %q, gap %+v", c.what, got, g)
		}
	}

	var c Configured
	c.Unread("/etc/netplan")
	c.Unread("/home/alice")
	h := &hostinfo.Host{User: "alice"}
	if c.Finish(h); len(h.Gaps) != 1 || h.Gaps[0].Reason != "only root may read everything in /etc/netplan, not user alice" {
		t.Errorf("gaps %+v", h.Gaps)
	}
}

// Nothing but names and keys leaves these files.
func TestConfigLines(t *testing.T) {
	for _, c := range []struct{ file, line, want string }{
		{"/etc/network/interfaces", "  iface eth0 inet dhcp", "  iface eth0"},
		{"/etc/network/interfaces", "wpa-psk hunter2", ""},
		{"/etc/network/interfaces", "# iface eth0", ""},
		{"/etc/systemd/network/a.netdev", "PrivateKey=hunter2", ""},
		{"/etc/wicked/ifconfig/a.xml", "  <name>bond0</name>", "  <name>bond0"},
		{"/etc/wicked/ifconfig/a.xml", "  <psk>hunter2</psk>", ""},
		{"/etc/network/interfaces", "  bond-slaves eth1 eth2", "  bond-slaves eth1 eth2"},
		{"/etc/network/interfaces", "sourceless hunter2", ""},
		{"/etc/NetworkManager/system-connections/a", "psk=Name=hunter2", ""},
		{"/etc/NetworkManager/system-connections/a", "interface-name-x=hunter2", ""},
		{"/etc/NetworkManager/system-connections/a", "id=hunter2", ""},
		{"/etc/NetworkManager/system-connections/a", "identity=5", ""},
		{"/etc/NetworkManager/system-connections/a", "id=5", "id=5"},
		{"/etc/sysconfig/network-scripts/ifcfg-a", "TYPE=hunter2", "TYPE="},
		{"/etc/sysconfig/network-scripts/ifcfg-a", "KEY_DEVICE=hunter2", ""},
		{"/etc/netplan/a.yaml", "  password: hunter2", "  password: "},
		{"/etc/netplan/a.yaml", "  hunter2", ""},
		{"/etc/netplan/a.yaml", "  hunter2:x", ""},
		{"/etc/netplan/a.yaml", "  - hunter2: x", ""},
		{"/etc/netplan/a.yaml", "  key=hunter2: x", ""},
		{"/etc/netplan/a.yaml", "  x: {password: hunter2}", "  x: {p"},
		{"/etc/netplan/a.yaml", "  set-name: stor0 # hunter2", "  set-name: stor0"},
	} {
		if got := ConfigLine(c.file, c.line); got != c.want {
			t.Errorf("%s: %q gives %q, want %q", c.file, c.line, got, c.want)
		}
	}
	for _, glob := range ConfigFiles() {
		if strings.ContainsAny(glob, "'\"\\ !$`") {
			t.Errorf("%q is no word to every shell", glob)
		}
	}
}

func TestRoutesAreBounded(t *testing.T) {
	line := "eth0\t00000000\t0102030A\t0003\t0\t0\t0\t00000000\t0\t0\t0"
	h := &hostinfo.Host{}
	if Routes(h, slices.Repeat([]string{line}, MaxLines)); len(h.Setup.DefaultRoutes) != 1 || h.Missing(hostinfo.FactAddresses, "") == nil {
		t.Errorf("%v, gaps %+v", h.Setup.DefaultRoutes, h.Gaps)
	}
	h = &hostinfo.Host{}
	if Routes(h, []string{"", "x", line + " more", strings.Replace(line, "0003", "zz", 1), strings.Replace(line, "0003", "0002", 1)}, nil); h.Setup.DefaultRoutes != nil {
		t.Errorf("lines that are no route give %v", h.Setup.DefaultRoutes)
	}
}

func TestTapsAreBounded(t *testing.T) {
	var many []string
	for i := range MaxTaps + 1 {
		many = append(many, fmt.Sprint(i))
	}
	h := &hostinfo.Host{}
	if Taps(h, many); len(h.Setup.StaleTaps) != MaxTaps || h.Missing(hostinfo.FactTaps, "") == nil {
		t.Errorf("%d taps, gaps %+v", len(h.Setup.StaleTaps), h.Gaps)
	}
	h = &hostinfo.Host{}
	if Taps(h, []string{"", "x", "-1", "99999999999", "7a"}); h.Setup.StaleTaps != nil || h.Gaps != nil {
		t.Errorf("%v, gaps %+v", h.Setup.StaleTaps, h.Gaps)
	}
}

func TestDaemons(t *testing.T) {
	for _, c := range []struct {
		found string
		want  hostinfo.Tri
		gap   string
	}{
		{Here, hostinfo.No, ""},
		{Elsewhere, hostinfo.Yes, ""},
		{Refused, hostinfo.Unknown, "only root may see which network namespace libvirt's daemon is in, not user alice"},
		{None, hostinfo.Unknown, "no daemon of libvirt was found"},
		{"", hostinfo.Unknown, "is not known: cut"},
	} {
		h := &hostinfo.Host{User: "alice"}
		Daemon(h, c.found, "cut")
		g := h.Missing(hostinfo.FactDaemon, "")
		if h.Setup.DaemonElsewhere != c.want || (g == nil) != (c.gap == "") || g != nil && !strings.Contains(g.Reason, c.gap) {
			t.Errorf("%q: %v, gap %+v", c.found, h.Setup.DaemonElsewhere, g)
		}
	}
	for found, want := range map[string]hostinfo.Tri{"yes": hostinfo.Yes, "no": hostinfo.No, Refused: hostinfo.Unknown, "": hostinfo.Unknown} {
		h := &hostinfo.Host{}
		if LLDPAD(h, found, "cut"); h.Setup.LLDPAD != want || (h.Missing(hostinfo.FactLLDPAD, "") == nil) != want.Known() {
			t.Errorf("lldpad %q: %v, gaps %+v", found, h.Setup.LLDPAD, h.Gaps)
		}
	}
}

func TestMemory(t *testing.T) {
	const pool = "/sys/kernel/mm/hugepages/hugepages-2048kB/"
	for _, c := range []struct {
		what  string
		lines [][2]string
		want  *hostinfo.Memory
		gap   string
	}{
		{"all", [][2]string{
			{MemInfo, "MemTotal:       8388608 kB"},
			{MemInfo, "MemAvailable:   1048576 kB"},
			{MemInfo, "Hugepagesize:       2048 kB"},
			{pool + "resv_hugepages", "7"},
			{pool + "free_hugepages", "100"},
			{pool + "nr_hugepages", "200"},
			{pool + "nr_overcommit_hugepages", "9"},
		}, &hostinfo.Memory{Total: 8388608, Available: 1048576, DefaultPage: 2048, Pools: []hostinfo.Pool{{Size: 2048, Pages: 200, Free: 93}}}, ""},
		{"more promised than free", [][2]string{
			{MemInfo, "MemTotal: 8388608 kB"}, {MemInfo, "MemAvailable: 1 kB"}, {pool + "nr_hugepages", "2"}, {pool + "resv_hugepages", "7"}, {pool + "free_hugepages", "2"},
		}, &hostinfo.Memory{Total: 8388608, Available: 1, Pools: []hostinfo.Pool{{Size: 2048, Pages: 2}}}, ""},
		{"nothing", nil, nil, "how much is available: cut"},
		{"an old kernel", [][2]string{{MemInfo, "MemTotal: 8388608 kB"}}, nil, "how much is available: cut"},
		{"no word of the pools", [][2]string{{MemInfo, "MemTotal: 8388608 kB"}, {MemInfo, "MemAvailable: 1 kB"}, {MemInfo, "Hugepagesize: 2048 kB"}}, nil, "pools of hugepages could not be read: cut"},
		{"no number", [][2]string{{MemInfo, "MemTotal: -1 kB"}}, nil, `"-1" in the place of a number`},
		{"no size", [][2]string{{"/sys/kernel/mm/hugepages/hugepages-xkB/nr_hugepages", "1"}}, nil, `"x" in the place of a number`},
		{"pages of a liar", [][2]string{{MemInfo, "MemTotal: 4096 kB"}, {MemInfo, "MemAvailable: 1 kB"}, {pool + "nr_hugepages", "2000000000000"}}, nil, "larger than the memory"},
		{"pages of nothing", [][2]string{{MemInfo, "MemTotal: 4096 kB"}, {MemInfo, "MemAvailable: 1 kB"}, {"/sys/kernel/mm/hugepages/hugepages-0kB/nr_hugepages", "1"}}, nil, "larger than the memory"},
	} {
		var m Memory
		for _, l := range c.lines {
			m.Line(l[0], l[1])
		}
		h := &hostinfo.Host{}
		m.Finish(h, "cut")
		if !reflect.DeepEqual(h.Memory, c.want) {
			t.Errorf("%s: got %+v, want %+v", c.what, h.Memory, c.want)
		}
		if g := h.Missing(hostinfo.FactMemory, ""); (g != nil) != (c.want == nil) || g != nil && !strings.Contains(g.Reason, c.gap) {
			t.Errorf("%s: gap %+v, want %q", c.what, g, c.gap)
		}
	}
}
