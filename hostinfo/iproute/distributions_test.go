package iproute_test

import (
	"slices"
	"strings"
	"testing"

	"migcheck/fixtures/distributions"
	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute"
)

// What is known of the distributions' hosts: as root everything that decides,
// whichever way the devices are read.
func TestDistributions(t *testing.T) {
	type host struct {
		via, system, managers, sockets string
		image                          bool
	}
	want := map[string]host{
		"rhel7":      {"sysfs", "rhel 7.9 enforcing libvirt", "ifcfg", "libvirt-sock", false},
		"rhel8":      {"iproute2", "rhel 8.10 enforcing libvirt", "NetworkManager ifcfg", "libvirt-sock", false},
		"rhel9":      {"iproute2", "rhel 9.4 enforcing libvirt", "NetworkManager", "virtqemud-sock", false},
		"rhel10":     {"iproute2", "rhel 10.0 enforcing libvirt", "NetworkManager", "virtqemud-sock", false},
		"sles12":     {"sysfs", "sles 12.5 apparmor libvirt", "wicked", "libvirt-sock", false},
		"sles15":     {"iproute2", "sles 15.6 apparmor libvirt", "wicked", "virtqemud-sock", false},
		"ubuntu2204": {"iproute2", "ubuntu 22.04 apparmor libvirt", "netplan systemd-networkd", "libvirt-sock", false},
		"ubuntu2404": {"iproute2", "ubuntu 24.04 apparmor libvirt", "netplan systemd-networkd", "libvirt-sock", false},
		"debian12":   {"iproute2", "debian 12 apparmor libvirt", "ifupdown", "libvirt-sock", false},
		"coreos":     {"iproute2", "fedora 41 coreos enforcing libvirt", "NetworkManager", "virtqemud-sock", true},
		"z":          {"iproute2", "rhel 9.4 enforcing libvirt", "NetworkManager", "virtqemud-sock", false},
	}
	for _, name := range distributions.Names() {
		of := distributions.Load(name)
		for who, answer := range of.Answers {
			r := decode(t, answer)
			s := r.Host.System
			guard := s.SELinux
			if s.AppArmor == hostinfo.Yes {
				guard = "apparmor"
			}
			got := host{
				r.Host.Via, strings.Join(strings.Fields(strings.Join([]string{s.ID, s.Version, s.Variant, guard, s.Group}, " ")), " "),
				strings.Join(r.Host.Setup.Managers, " "), strings.TrimPrefix(r.Sockets[0].Path, "/run/libvirt/"), s.GroupInImage,
			}
			w := want[name]
			if who != "root" {
				got.managers = w.managers // root's may be theirs alone
			} else if g := r.Host.Missing(hostinfo.FactConfigured, ""); g != nil {
				t.Errorf("%s: %s", name, g.Reason)
			}
			if strings.TrimPrefix(s.Variant, "server") == "" {
				w.system = strings.Replace(w.system, " coreos", "", 1)
				got.system = strings.Replace(got.system, " server", "", 1)
			}
			if got != w || r.Host.Missing(hostinfo.FactDevices, "") != nil {
				t.Errorf("%s, %s: got %+v, want %+v; gaps %+v", name, who, got, w, r.Host.Gaps)
			}
			stack(t, name, who, r)
		}
	}
}

// stack holds a VLAN for guests, and what it stands on, against what every
// distribution has.
func stack(t *testing.T, name, who string, r *iproute.Result) {
	t.Helper()
	vlan, below := "bond0.623", "bond0"
	if name == "z" {
		vlan, below = "enc1100.623", "enc1100"
	}
	links := hostinfo.IndexLinks(r.Host)
	d := links.ByName(vlan)
	if d == nil || d.VLAN == nil || d.VLAN.ID != 623 || links.Parent(d) == nil || links.Parent(d).Name != below || d.LowerUp != hostinfo.Yes {
		t.Fatalf("%s, %s: %s is %+v", name, who, vlan, d)
	}
	switch lower := links.Parent(d); {
	case name == "z" && (lower.QETH == nil || lower.QETH.Isolation != "drop" || links.ByName("enc8000").QETH.CardType != "HiperSockets"):
		t.Errorf("%s is %+v", below, lower.QETH)
	case name != "z" && (lower.Bond == nil || lower.Bond.Mode != "active-backup" || len(links.Ports(lower)) != 2):
		t.Errorf("%s, %s: bond0 is %+v", name, who, lower.Bond)
	}
	if who == "root" && !slices.Contains(r.Host.Setup.Configured, vlan) {
		t.Errorf("%s: %s stands in no configuration: %q", name, vlan, r.Host.Setup.Configured)
	}
}

// A container host's 4,000 links are read in full, and none is taken for a
// device that a guest could stand on by mistake.
func TestContainerHost(t *testing.T) {
	h := decode(t, distributions.Containers(4000)).Host
	if len(h.Devices) != 4000 || h.Missing(hostinfo.FactDevices, "") != nil {
		t.Fatalf("%d devices, gaps %+v", len(h.Devices), h.Gaps)
	}
	kinds := map[string]int{}
	for _, d := range h.Devices {
		kinds[d.Kind]++
		if d.Kind == hostinfo.KindVeth && d.Master == 0 {
			t.Errorf("%s is on no bridge", d.Name)
		}
	}
	if kinds[hostinfo.KindVeth] != 3955 || kinds[hostinfo.KindBridge] != 40 || kinds[hostinfo.KindVLAN] != 1 {
		t.Errorf("kinds: %v", kinds)
	}
}
