package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
)

// factWords are the facts for people.
var factWords = map[hostinfo.Fact]string{
	hostinfo.FactDevices:    "the devices",
	hostinfo.FactAltNames:   "alternative names",
	hostinfo.FactDetails:    "kinds, VLANs, bonds and macvlan modes",
	hostinfo.FactLACP:       "what bonds agreed with their switch",
	hostinfo.FactForwarding: "addresses that devices receive for others",
	hostinfo.FactNamespaces: "devices in other network namespaces",
	hostinfo.FactModules:    "whether the kernel has macvtap",
	hostinfo.FactVhost:      "whether there is vhost-net",
	hostinfo.FactAddresses:  "IP addresses and default routes",
	hostinfo.FactHardware:   "SR-IOV, qeth, speed and duplex",
	hostinfo.FactShaping:    "traffic shaping",
	hostinfo.FactTaps:       "/dev and the taps in it",
	hostinfo.FactLLDPAD:     "whether lldpad runs",
	hostinfo.FactDaemon:     "whether libvirt sees the same devices",
	hostinfo.FactMemory:     "free memory and hugepages",
	hostinfo.FactConfigured: "the host's network configuration",
	hostinfo.FactLibvirt:    "libvirt itself",
	hostinfo.FactDomains:    "the other guests",
	hostinfo.FactNetworks:   "libvirt's networks",
	hostinfo.FactNWFilters:  "libvirt's network filters",
}

// packages are the facts that newer or further software on the host gives.
var packages = map[hostinfo.Fact]string{
	hostinfo.FactForwarding: "the command bridge: it comes with iproute2 (Fedora, RHEL: iproute)",
	hostinfo.FactAltNames:   "iproute2 5.5 or newer",
	hostinfo.FactDetails:    "iproute2 4.14 or newer, whose ip knows -json",
	hostinfo.FactAddresses:  "iproute2 4.14 or newer, whose ip knows -json",
}

// remedy is what an administrator can do, as lines to paste.
type remedy struct {
	head  string
	lines []string
}

// cure prints what helps, once: further gaps may have the same cure.
func (d *diagnosis) cure(cures []remedy) {
	label := "cure"
	if key := fmt.Sprint(cures); len(cures) > 0 {
		if slices.Contains(d.cured, key) {
			d.part(label, "as above")
			return
		}
		d.cured = append(d.cured, key)
	}
	for _, c := range cures {
		d.part(label, "%s", c.head)
		label = ""
		for _, l := range c.lines {
			d.part("", "  %s", l)
		}
	}
}

// cureOf is what closes these gaps; nil if it is not known.
func (d *diagnosis) cureOf(g gapGroup) []remedy {
	var out []remedy
	rights := strings.HasPrefix(g.reason, hostinfo.OnlyRoot)
	for _, f := range g.facts {
		if p, ok := packages[f]; ok && !rights {
			r := remedy{head: fmt.Sprintf("install on %s %s", d.host.Name, p)}
			if !slices.ContainsFunc(out, func(o remedy) bool { return o.head == r.head }) {
				out = append(out, r)
			}
		}
	}
	root := d.host.User == "root"
	if slices.Contains(g.facts, hostinfo.FactLibvirt) && (!root || d.route.Sudo) && d.route.Login != "root" {
		out = append(out, d.libvirtRights()...)
	}
	if !root && rights {
		out = append(out, d.sudo("")...)
	}
	return out
}

// plainUser are the names that need no quoting in sudoers and in a polkit rule.
// The name comes from the host or the command line.
var plainUser = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,31}$`)

// login is who needs a right: the user who logged in.
func (d *diagnosis) login() string {
	user := d.route.Login
	if user == "" && !d.route.Sudo {
		user = d.host.User
	}
	if !plainUser.MatchString(user) {
		return "USER"
	}
	return user
}

// libvirtRights are the ways to let a user write to libvirt.
func (d *diagnosis) libvirtRights() []remedy {
	user, host := d.login(), d.host.Name
	return []remedy{
		{"as root on " + host + ", and then log in anew:", []string{"usermod -aG libvirt " + user}},
		{"or, where libvirt asks polkit, in /etc/polkit-1/rules.d/60-migcheck.rules on " + host + ":", []string{
			"polkit.addRule(function(action, subject) {",
			fmt.Sprintf(`  if (action.id == "org.libvirt.unix.manage" && subject.user == "%s") return polkit.Result.YES;`, user),
			"});",
		}},
		{head: "either makes " + user + " as mighty as root there; reading alone is org.libvirt.unix.monitor"},
	}
}

// sudo is how a user may read as root.
func (d *diagnosis) sudo(otherwise string) []remedy {
	name := d.host.Name
	if shell.Quotable(name) {
		name = fmt.Sprintf("%q", name)
	}
	out := []remedy{
		{"in /etc/sudoers.d/migcheck on " + d.host.Name + ", which is the right to do anything there:", []string{
			d.login() + " ALL=(root) NOPASSWD: /bin/sh",
		}},
	}
	if !d.route.Sudo {
		out = append(out, remedy{"and in the fleet file:", []string{"hosts: {" + name + ": {become: sudo}}"}})
	}
	if otherwise != "" {
		out = append(out, remedy{head: otherwise})
	}
	return out
}
