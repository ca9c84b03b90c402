package main

import (
	"slices"
	"strconv"
	"strings"

	"migcheck/hostinfo"
)

// terms are how the administrators of a host's distribution call things. What
// is not known of it is said as most do.
type terms struct {
	hostinfo.System
	family string // "rhel", "suse", "debian"; empty if unknown
	major  int    // of its release; 0 if unknown
	minor  int
}

func termsOf(s hostinfo.System) terms {
	t := terms{System: s}
	for _, word := range append([]string{s.ID}, strings.Fields(s.Like)...) {
		switch {
		case word == "debian" || word == "ubuntu":
			t.family = "debian"
		case word == "rhel" || word == "fedora" || word == "centos":
			t.family = "rhel"
		case word == "suse" || word == "sles" || strings.HasPrefix(word, "opensuse"):
			t.family = "suse"
		}
		if t.family != "" {
			break
		}
	}
	major, minor, _ := strings.Cut(s.Version, ".")
	t.major, _ = strconv.Atoi(major)
	t.minor, _ = strconv.Atoi(minor)
	return t
}

// is says whether it is that distribution itself, from that release on.
func (t terms) is(id string, major, minor int) bool {
	return t.ID == id && t.major > 0 && (t.major > major || t.major == major && t.minor >= minor)
}

// enterprise says whether it is RHEL or a rebuild of it, whose releases are
// numbered alike.
func (t terms) enterprise() bool {
	return t.major > 0 && slices.Contains([]string{"rhel", "centos", "rocky", "almalinux", "ol"}, t.ID)
}

// name is what it is called in a line.
func (t terms) name() string {
	words := []string{t.ID, t.Version}
	if t.Variant != "" {
		words = append(words, "("+t.Variant+")")
	}
	return strings.TrimSpace(strings.Join(words, " "))
}

// guards are what else than files' modes may refuse something.
func (t terms) guards() string {
	var out []string
	if t.SELinux != "" {
		out = append(out, "SELinux "+t.SELinux)
	}
	if t.AppArmor == hostinfo.Yes {
		out = append(out, "AppArmor on")
	}
	return strings.Join(out, ", ")
}

// libvirtGroup is the group whose members may manage guests.
func (t terms) libvirtGroup() string { return or(t.Group, "libvirt") }

// join are the lines that make a user a member of libvirt's group. usermod does
// not see a group that only the image's file has.
func (t terms) join(user string) []string {
	group := t.libvirtGroup()
	lines := []string{"usermod -aG " + group + " " + user}
	if t.GroupInImage {
		lines = append([]string{"grep '^" + group + ":' /usr/lib/group >> /etc/group"}, lines...)
	}
	return lines
}

// install are the lines that bring a package; nil if it is not known how.
func (t terms) install(name string) []string {
	switch {
	case t.Image:
		return []string{"rpm-ostree install " + name, "systemctl reboot"}
	case t.family == "rhel" && t.enterprise() && t.major < 8:
		return []string{"yum install " + name}
	case t.family == "rhel":
		return []string{"dnf install " + name}
	case t.family == "suse":
		return []string{"zypper install " + name}
	case t.family == "debian":
		return []string{"apt install " + name}
	}
	return nil
}

// withoutJSON says whether the release has no ip that knows -json, and will get
// none.
func (t terms) withoutJSON() bool {
	return t.enterprise() && t.major < 8 || (t.ID == "sles" || t.ID == "sled") && t.major > 0 && t.major < 15
}

// pkla says whether polkit is 0.105 there, which knows no rules in JavaScript.
func (t terms) pkla() bool {
	return t.ID == "ubuntu" && t.major > 0 && !t.is("ubuntu", 23, 10) || t.ID == "debian" && t.major > 0 && t.major < 12
}

// units are what starts libvirt: modular daemons by default, or the one; nil if
// it is not known which.
func (t terms) units() []string {
	switch {
	case t.enterprise() && t.major >= 9, t.is("fedora", 35, 0), t.is("sles", 15, 6), t.ID == "opensuse-tumbleweed":
		return []string{"virtqemud.socket", "virtnetworkd.socket"}
	case t.withoutJSON(): // before systemd listened in its place
		return []string{"libvirtd.service"}
	case t.enterprise(), t.family == "debian", t.ID == "sles" && t.major > 0:
		return []string{"libvirtd.socket"}
	}
	return nil
}
