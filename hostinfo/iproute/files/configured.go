package files

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"migcheck/hostinfo"
)

const (
	// MaxConfigFiles and MaxConfigLines are how many files, and matching lines of
	// each, are read at most.
	MaxConfigFiles = 500
	MaxConfigLines = 2000
	maxConfigured  = 4096 // names

	// ConfigLines are the parts of lines that are looked at, as grep -oE has it;
	// everything else in these files, secrets above all, is not read.
	ConfigLines = `^[[:space:]]*(iface[[:space:]]+[^ ]{1,64}|(source(-directory)?|bond[-_]slaves|bridge[-_]ports)[[:space:]].{1,300}|<name[^>]{0,64}>[^<]{1,64}|(Name|VLAN|Bond|Bridge|interface-name|parent|DEVICE)[[:space:]]*=.{0,300}|(BOOTPROTO|STARTMODE|ONBOOT|TYPE)=|id=[0-9]+)`
	// NetplanLines are the keys of a netplan file, how deep they stand, and
	// whether a mapping begins behind one on the same line.
	NetplanLines = `^ *((set-name|name): +[^ #]{1,64}|[^] #:={}-][^ :={}]{0,63}:( *[{] *[^} ]| |$))`
)

// ifupdown's main file, which may name further ones, and where those are as a
// rule.
const (
	interfaces    = "/etc/network/interfaces"
	interfacesDir = interfaces + ".d"
)

// manager is one kind of network configuration.
type manager struct {
	name  string
	globs []string
	names func(c *Configured, text string) []string
}

var managers = []manager{
	{"ifupdown", []string{interfaces, interfacesDir + "/*"}, (*Configured).ifupdown},
	{"systemd-networkd", []string{
		"/etc/systemd/network/*.netdev", "/etc/systemd/network/*.network",
		"/run/systemd/network/*.netdev", "/run/systemd/network/*.network",
	}, networkd},
	{"NetworkManager", []string{"/etc/NetworkManager/system-connections/*", "/run/NetworkManager/system-connections/*"}, (*Configured).keyfile},
	{"netplan", []string{"/etc/netplan/*.yaml"}, (*Configured).netplan},
	{"ifcfg", []string{"/etc/sysconfig/network-scripts/ifcfg-*"}, (*Configured).ifcfg},
	{"wicked", []string{"/etc/sysconfig/network/ifcfg-*"}, (*Configured).ifcfg},
	{"wicked", []string{"/etc/wicked/ifconfig/*.xml"}, wickedXML},
}

// ConfigFiles are the shell patterns of all configurations, in the order in
// which they are read.
func ConfigFiles() []string {
	var out []string
	for _, m := range managers {
		out = append(out, m.globs...)
	}
	return out
}

// managerNames are the kinds whose files are read, in that order, for people.
func managerNames() string {
	var out []string
	for _, m := range managers {
		if !slices.Contains(out, m.name) {
			out = append(out, m.name)
		}
	}
	return strings.Join(out, ", ")
}

// Netplan are those of ConfigFiles that are netplan's.
func Netplan() []string { return managers[3].globs }

var (
	configLine  = regexp.MustCompilePOSIX(ConfigLines)
	netplanLine = regexp.MustCompilePOSIX(NetplanLines)
)

// ConfigLine is the part of a line that counts in that file; empty if none.
func ConfigLine(file, line string) string {
	if isNetplan(file) {
		return netplanLine.FindString(line)
	}
	return configLine.FindString(line)
}

func isNetplan(file string) bool { return strings.HasPrefix(file, "/etc/netplan/") }

// matches says whether file is one that glob expands to in a shell.
func matches(glob, file string) bool {
	ok, err := path.Match(glob, file)
	return ok && err == nil && !strings.HasPrefix(path.Base(file), ".")
}

// Configured gathers Setup.Managers and Configured.
type Configured struct {
	names  map[string]bool
	found  map[string]bool // managers
	unread []string        // directories of files that could not be read
	source []string        // patterns of further files that ifupdown's main file names
	cut    string          // why something is left out; empty if nothing is

	file   string // whose lines are coming
	by     *manager
	lines  int
	stack  []key  // of a netplan file
	suffix string // of an ifcfg file that names no device so far
	below  string // what a VLAN of a keyfile stands on
	id     string // of a VLAN of a keyfile
}

// Printed takes in "FILE:TEXT", as grep prints what ConfigLine finds. Either
// may hold a colon, the file's name a few.
func (c *Configured) Printed(line string) {
	for i, tries := 0, 0; i < len(line) && tries < 4; i++ {
		if line[i] != ':' {
			continue
		}
		tries++
		// A directory that is named with a slash at its end gives two of them.
		file, text := strings.Replace(line[:i], "//", "/", 1), line[i+1:]
		if text != "" && ConfigLine(file, text) == text && c.Line(file, text) {
			return
		}
	}
}

// Line takes in what ConfigLine found in a file. It is false for a file that is
// no configuration.
func (c *Configured) Line(file, text string) bool {
	if (c.by == nil || c.file != file) && !c.beginFile(file) {
		return false
	}
	if c.lines++; c.lines >= MaxConfigLines {
		c.TooMuch()
	}
	for _, name := range c.by.names(c, text) {
		c.add(c.by.name, name)
	}
	return true
}

func (c *Configured) beginFile(file string) bool {
	named := func(glob string) bool { return matches(glob, file) }
	i := slices.IndexFunc(managers, func(m manager) bool { return slices.ContainsFunc(m.globs, named) })
	if i < 0 && slices.ContainsFunc(c.source, named) {
		i = 0 // ifupdown's
	}
	if i < 0 {
		return false
	}
	c.endFile()
	c.file, c.by, c.lines, c.stack = file, &managers[i], 0, nil
	return true
}

func (c *Configured) endFile() {
	if c.suffix != "" {
		c.add(c.by.name, c.suffix)
	}
	c.suffix, c.below, c.id = "", "", ""
}

func (c *Configured) add(manager, name string) {
	name = strings.Trim(name, `"'`)
	if name == "" || name == "lo" || len(name) > maxWord {
		return
	}
	if c.names == nil {
		c.names, c.found = map[string]bool{}, map[string]bool{}
	}
	if c.found[manager] = true; len(c.names) < maxConfigured {
		c.names[strings.ToValidUTF8(name, "?")] = true
		return
	}
	c.cut = "it has too many names"
}

// Unread notes a directory in which something could not be read.
func (c *Configured) Unread(dir string) {
	dir = path.Clean(dir)
	if len(c.unread) < 16 && !slices.Contains(c.unread, dir) && slices.ContainsFunc(append(ConfigFiles(), c.source...), func(g string) bool { return path.Dir(g) == dir }) {
		c.unread = append(c.unread, dir)
	}
}

// TooMuch notes that there are more files or lines than are read.
func (c *Configured) TooMuch() { c.cut = "it has too many files or lines" }

// Finish writes what was found into h, and what was not as gaps.
func (c *Configured) Finish(h *hostinfo.Host) {
	c.endFile()
	h.Setup.Managers = slices.Sorted(maps.Keys(c.found))
	h.Setup.Configured = slices.Sorted(maps.Keys(c.names))
	switch {
	case len(c.unread) > 0:
		slices.Sort(c.unread)
		h.AddGap(hostinfo.FactConfigured, "", denied(h, "read everything in "+strings.Join(c.unread, ", ")))
	case c.cut != "":
		h.AddGap(hostinfo.FactConfigured, "", "the network configuration was not read in full: "+c.cut)
	case len(c.found) == 0:
		h.AddGap(hostinfo.FactConfigured, "", "no network configuration was found that names a device ("+managerNames()+")")
	}
}
