package main

import (
	"strings"
	"testing"

	"migcheck/hostinfo"
)

func TestTerms(t *testing.T) {
	for _, c := range []struct {
		s                    hostinfo.System
		install, join, units string
		pkla, withoutJSON    bool
	}{
		{hostinfo.System{}, "", "usermod -aG libvirt al", "", false, false},
		{hostinfo.System{ID: "rhel", Version: "7.9", Like: "fedora"}, "yum install x", "usermod -aG libvirt al", "libvirtd.service", false, true},
		{hostinfo.System{ID: "rocky", Version: "8.10", Like: "rhel centos fedora"}, "dnf install x", "usermod -aG libvirt al", "libvirtd.socket", false, false},
		{hostinfo.System{ID: "almalinux", Version: "9.5", Like: "rhel centos fedora"}, "dnf install x", "usermod -aG libvirt al", "virtqemud.socket virtnetworkd.socket", false, false},
		{hostinfo.System{ID: "fedora", Version: "34"}, "dnf install x", "usermod -aG libvirt al", "", false, false},
		{hostinfo.System{ID: "fedora", Version: "41", Image: true, Group: "libvirt", GroupInImage: true}, "rpm-ostree install x; systemctl reboot", "grep '^libvirt:' /usr/lib/group >> /etc/group; usermod -aG libvirt al", "virtqemud.socket virtnetworkd.socket", false, false},
		{hostinfo.System{ID: "sles", Version: "12.5"}, "zypper install x", "usermod -aG libvirt al", "libvirtd.service", false, true},
		{hostinfo.System{ID: "sles", Version: "15.4", Like: "suse"}, "zypper install x", "usermod -aG libvirt al", "libvirtd.socket", false, false},
		{hostinfo.System{ID: "sles", Version: "15.6", Like: "suse"}, "zypper install x", "usermod -aG libvirt al", "virtqemud.socket virtnetworkd.socket", false, false},
		{hostinfo.System{ID: "ubuntu", Version: "16.04", Like: "debian", Group: "libvirtd"}, "apt install x", "usermod -aG libvirtd al", "libvirtd.socket", true, false},
		{hostinfo.System{ID: "ubuntu", Version: "22.04", Like: "debian"}, "apt install x", "usermod -aG libvirt al", "libvirtd.socket", true, false},
		{hostinfo.System{ID: "ubuntu", Version: "24.04", Like: "debian"}, "apt install x", "usermod -aG libvirt al", "libvirtd.socket", false, false},
		{hostinfo.System{ID: "debian", Version: "11"}, "apt install x", "usermod -aG libvirt al", "libvirtd.socket", true, false},
		{hostinfo.System{ID: "debian", Version: "12"}, "apt install x", "usermod -aG libvirt al", "libvirtd.socket", false, false},
		{hostinfo.System{ID: "linuxmint", Version: "21", Like: "ubuntu debian"}, "apt install x", "usermod -aG libvirt al", "libvirtd.socket", false, false},
	} {
		of := termsOf(c.s)
		if got := strings.Join(of.install("x"), "; "); got != c.install {
			t.Errorf("%s: install: %q", of.name(), got)
		}
		if got := strings.Join(of.join("al"), "; "); got != c.join {
			t.Errorf("%s: join: %q", of.name(), got)
		}
		if got := strings.Join(of.units(), " "); got != c.units {
			t.Errorf("%s: units: %q", of.name(), got)
		}
		if of.pkla() != c.pkla || of.withoutJSON() != c.withoutJSON {
			t.Errorf("%s: pkla %v, without -json %v", of.name(), of.pkla(), of.withoutJSON())
		}
	}
}

// What a release never gets is not told to be installed.
func TestDoctorOnHostsWithoutJSON(t *testing.T) {
	for _, c := range []struct {
		s    hostinfo.System
		want string
	}{
		{hostinfo.System{ID: "rhel", Version: "7.9"}, "rhel 7.9 has no ip that knows -json: what /sys does not show stays unknown there"},
		{hostinfo.System{ID: "debian", Version: "12"}, "apt install iproute2"},
		{hostinfo.System{}, "install on hostA iproute2 4.14 or newer, whose ip knows -json"},
	} {
		var b strings.Builder
		h := &hostinfo.Host{Name: "hostA", System: c.s, Devices: []hostinfo.Device{{Name: "lo"}}}
		h.AddGap(hostinfo.FactDetails, "team0", "/sys does not show its kind")
		d := &diagnosis{out: &b, host: h}
		if err := d.write(); err != nil || !strings.Contains(b.String(), c.want) {
			t.Errorf("%+v: %v\n%s", c.s, err, b.String())
		}
	}
}
