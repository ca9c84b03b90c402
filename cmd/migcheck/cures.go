package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"migcheck/cmd/internal/denial"
	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
)

// factWords are the facts for people.
var factWords = map[hostinfo.Fact]string{
	hostinfo.FactDevices:     "the devices",
	hostinfo.FactAltNames:    "alternative names",
	hostinfo.FactDetails:     "kinds, VLANs, bonds and macvlan modes",
	hostinfo.FactLACP:        "what bonds agreed with their switch",
	hostinfo.FactForwarding:  "addresses that devices receive for others",
	hostinfo.FactBridgeVLANs: "the VLANs of bridges",
	hostinfo.FactNamespaces:  "devices in other network namespaces",
	hostinfo.FactModules:     "whether the kernel has macvtap",
	hostinfo.FactVhost:       "whether there is vhost-net",
	hostinfo.FactAddresses:   "IP addresses and default routes",
	hostinfo.FactHardware:    "SR-IOV, qeth, speed and duplex",
	hostinfo.FactShaping:     "traffic shaping",
	hostinfo.FactTaps:        "/dev and the taps in it",
	hostinfo.FactLLDPAD:      "whether lldpad runs",
	hostinfo.FactDaemon:      "whether libvirt sees the same devices",
	hostinfo.FactMemory:      "free memory and hugepages",
	hostinfo.FactConfigured:  "the host's network configuration",
	hostinfo.FactLibvirt:     "libvirt itself",
	hostinfo.FactDomains:     "the other guests",
	hostinfo.FactNetworks:    "libvirt's networks",
	hostinfo.FactNWFilters:   "libvirt's network filters",
}

// packages are the facts that newer or further software on the host gives.
var packages = map[hostinfo.Fact]string{
	hostinfo.FactForwarding: "the command bridge, which comes with iproute2 (Fedora, RHEL: iproute)",
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
	rights := strings.HasPrefix(g.reason, hostinfo.OnlyRoot)
	var out []remedy
	if !rights {
		out = d.software(g.facts)
	}
	root := d.host.User == "root"
	switch {
	case slices.Contains(g.facts, hostinfo.FactLibvirt) && noDaemon(g.reason),
		slices.Contains(g.facts, hostinfo.FactNetworks) && strings.Contains(g.reason, "virtnetworkd"):
		out = append(out, d.start(g.reason)...)
	case slices.Contains(g.facts, hostinfo.FactLibvirt) && !d.asRoot(g.facts):
		out = append(out, d.libvirtRights(g.reason)...)
	}
	if !root && rights {
		out = append(out, d.sudo("")...)
	}
	return out
}

// asRoot says whether it was root who was asked for these facts.
func (d *diagnosis) asRoot(facts []hostinfo.Fact) bool {
	return whoAsked(d.route, d.host, facts) == denial.Root
}

// software is what has to be installed for these facts.
func (d *diagnosis) software(facts []hostinfo.Fact) []remedy {
	var out []remedy
	t := termsOf(d.host.System)
	for _, f := range facts {
		what, ok := packages[f]
		if !ok {
			continue
		}
		r := remedy{head: fmt.Sprintf("install on %s %s", d.host.Name, what)}
		switch {
		case f != hostinfo.FactForwarding && t.withoutJSON():
			r.head = t.name() + " has no ip that knows -json: what /sys does not show stays unknown there"
		case t.family == "rhel":
			r.head, r.lines = "as root on "+d.host.Name+":", t.install("iproute")
		case t.family != "":
			r.head, r.lines = "as root on "+d.host.Name+":", t.install("iproute2")
		}
		if !slices.ContainsFunc(out, func(o remedy) bool { return o.head == r.head }) {
			out = append(out, r)
		}
	}
	return out
}

// noDaemon says whether nothing listens where libvirt is looked for.
func noDaemon(reason string) bool {
	return strings.Contains(reason, "there is no such socket") || strings.Contains(reason, "-sock': No such file or directory") || strings.Contains(reason, "-sock': Connection refused")
}

// start is how libvirt is started. Where it is a daemon for networks that is
// missed, that is the one.
func (d *diagnosis) start(reason string) []remedy {
	units := termsOf(d.host.System).units()
	switch {
	case strings.Contains(reason, "virtnetworkd"):
		units = []string{"virtnetworkd.socket"}
	case units == nil:
		return nil // the reason names both kinds
	}
	return []remedy{{"if libvirt is installed there, as root on " + d.host.Name + ":", []string{"systemctl enable --now " + strings.Join(units, " ")}}}
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

// libvirtRights are the ways to let a user write to libvirt. polkit is not asked
// before the socket's mode let the user in.
func (d *diagnosis) libvirtRights(reason string) []remedy {
	user, host, t := d.login(), d.host.Name, termsOf(d.host.System)
	out := []remedy{{"as root on " + host + ", and then log in anew:", t.join(user)}}
	if strings.Contains(reason, "may not connect to") {
		return append(out, remedy{head: "it makes " + user + " as mighty as root there"})
	}
	where := "where libvirt asks polkit, "
	if strings.Contains(reason, "polkit") || strings.Contains(reason, "denied by policy") {
		where = ""
	}
	return append(out, polkitRemedy(t, where, user, host),
		remedy{head: "either makes " + user + " as mighty as root there; reading alone is org.libvirt.unix.monitor"})
}

// polkitRemedy lets one user manage guests, in the form that the host's polkit reads.
func polkitRemedy(t terms, where, user, host string) remedy {
	if t.pkla() {
		return remedy{"or, " + where + "in /etc/polkit-1/localauthority/50-local.d/migcheck.pkla on " + host + ":", []string{
			"[migcheck]",
			"Identity=unix-user:" + user,
			"Action=org.libvirt.unix.manage",
			"ResultAny=yes",
		}}
	}
	return remedy{"or, " + where + "in /etc/polkit-1/rules.d/60-migcheck.rules on " + host + ":", polkitRule(user)}
}

// sudoRefused is what helps where sudo itself said no, by its words.
func (d *diagnosis) sudoRefused(reason string) []remedy {
	const otherwise = "without sudo most is read, too: leave become: sudo out of the fleet file"
	switch {
	case strings.Contains(reason, "must have a tty"):
		out := d.sudo(otherwise)
		out[0].lines = append([]string{"Defaults:" + d.login() + " !requiretty"}, out[0].lines...)
		return out
	case strings.Contains(reason, "not found"):
		return []remedy{{head: "install sudo on " + d.host.Name}, {head: otherwise}}
	case strings.Contains(reason, "effective uid is not 0"), strings.Contains(reason, "no new privileges"):
		return []remedy{{head: "sudo can't become root there at all (a container, or a file system that is mounted nosuid)"}, {head: otherwise}}
	}
	return d.sudo(otherwise)
}

// sudo is how a user may read as root.
func (d *diagnosis) sudo(otherwise string) []remedy {
	name := d.host.Name
	if shell.Quotable(name) {
		name = fmt.Sprintf("%q", name)
	}
	out := []remedy{
		{"in /etc/sudoers.d/migcheck on " + d.host.Name + ", which is the right to do anything there:", []string{sudoersLine(d.login())}},
	}
	if !d.route.Sudo {
		out = append(out, remedy{"and in the fleet file:", []string{"hosts: {" + name + ": {become: sudo}}"}})
	}
	if otherwise != "" {
		out = append(out, remedy{head: otherwise})
	}
	return out
}
