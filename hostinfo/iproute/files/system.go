package files

import (
	"regexp"
	"strings"

	"migcheck/hostinfo"
)

// The files that say what a host runs. Everybody may read them.
const (
	osRelease  = "/etc/os-release"
	etcGroup   = "/etc/group"
	imageGroup = "/usr/lib/group"
	selinux    = "/sys/fs/selinux/enforce"
	apparmor   = "/sys/module/apparmor/parameters/enabled"

	// SystemLines are the lines of them that count, as grep -E has it, beside
	// SELinux's number.
	SystemLines = `^(ID(_LIKE)?|V[A-Z]*_ID|OSTREE_VERSION)=|^libvirtd?:|^[YN]$`
)

// SystemFiles are all of them, in the order in which they are read.
var SystemFiles = []string{osRelease, etcGroup, imageGroup, selinux, apparmor}

// System takes in a line of one of SystemFiles; it is false for other files.
func System(h *hostinfo.Host, file, line string) bool {
	s := &h.System
	switch file {
	case osRelease:
		key, value, ok := strings.Cut(line, "=")
		if ok {
			release(s, key, strings.Trim(word(value), `"'`))
		}
	case etcGroup, imageGroup:
		name, _, _ := strings.Cut(line, ":")
		if s.Group == "" && (name == "libvirt" || name == "libvirtd") {
			s.Group, s.GroupInImage = name, file == imageGroup
		}
	case selinux:
		switch strings.TrimSpace(line) {
		case "1":
			s.SELinux = "enforcing"
		case "0":
			s.SELinux = "permissive"
		}
	case apparmor:
		switch strings.TrimSpace(line) {
		case "Y":
			s.AppArmor = hostinfo.Yes
		case "N":
			s.AppArmor = hostinfo.No
		}
	default:
		return false
	}
	return true
}

func release(s *hostinfo.System, key, value string) {
	switch key {
	case "ID":
		s.ID = value
	case "ID_LIKE":
		s.Like = value
	case "VERSION_ID":
		s.Version = value
	case "VARIANT_ID":
		s.Variant = value
	case "OSTREE_VERSION":
		s.Image = true
	}
}

var systemLine = regexp.MustCompilePOSIX(SystemLines + `|^[0-9]+$`)

// MaySaySystem says whether a line of one of SystemFiles counts.
func MaySaySystem(line string) bool { return systemLine.MatchString(line) }
