package iproute

import (
	"bytes"
	"path"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/files"
)

// shaping reads the section of that name: "NAME VALUE" lines, then
// "FILE:MODULE" lines of modules.builtin and modules.dep.
func (a *answer) shaping(h *hostinfo.Host) {
	s := a.sections["shaping"]
	f := files.Shaping{}
	for line := range bytes.Lines(s.body) {
		text := strings.TrimSuffix(string(line[:min(len(line), maxFact)]), "\n")
		switch name, value, _ := strings.Cut(text, " "); name {
		case "tc":
			f.TC = tri(value)
		case "loaded":
			f.Loaded = append(f.Loaded, value)
		case "disabled":
			f.Disabled = value == "1"
		default:
			file, module, _ := strings.Cut(text, ":")
			switch path.Base(file) {
			case "modules.builtin":
				f.Builtin = append(f.Builtin, module)
			case "modules.dep":
				f.Loadable = append(f.Loadable, module)
			}
		}
		if len(f.Loaded)+len(f.Builtin)+len(f.Loadable) > 100 {
			break
		}
	}
	if s.status != "0" && s.status != "1" {
		f.Unread = a.why("shaping", "the look for tc and its kernel modules")
	}
	f.Finish(h)
}

// proc reads the section of that name: lines of /proc/self/mountinfo, the
// routes, /proc/meminfo, the pools of hugepages and what the host runs, behind the
// file's name.
func (a *answer) proc(h *hostinfo.Host) {
	s := a.sections["proc"]
	said := a.why("proc", "grep in /proc/self/mountinfo and /proc/net/route")
	var mounts, v4, v6 []string
	var memory files.Memory
	for line := range bytes.Lines(s.body) {
		file, text, _ := strings.Cut(strings.TrimSuffix(string(line[:min(len(line), 4096)]), "\n"), ":")
		switch file {
		case "/proc/self/mountinfo":
			mounts = append(mounts, text)
		case "/proc/net/route":
			v4 = append(v4, text)
		case "/proc/net/ipv6_route":
			v6 = append(v6, text)
		default:
			if !files.System(h, file, text) {
				memory.Line(file, text)
			}
		}
		if len(mounts) > files.MaxLines || len(v4) > files.MaxLines || len(v6) > files.MaxLines {
			break // nothing that the script prints
		}
	}
	// Without IPv6 there is no ipv6_route: grep's status is 2 then.
	ended := s.status == "0" || s.status == "1" || s.status == "2"
	if ended {
		h.Setup.DevFS = files.DevFS(mounts)
		memory.Finish(h, said)
	} else {
		h.AddGap(hostinfo.FactMemory, "", "the free memory is not known: "+said)
	}
	if h.Setup.DevFS == "" {
		h.AddGap(hostinfo.FactTaps, "", "the file system on /dev is not known: "+said)
	}
	if !ended || bytes.Contains(s.stderr, []byte("/proc/net/route")) {
		h.AddGap(hostinfo.FactAddresses, "", "the default routes are not known: "+said)
		return
	}
	files.Routes(h, v4, v6)
}

// maxConfigured bounds the lines of all files together.
const maxConfigured = 20_000

// configured reads the section of that name: "unread DIR" and "cut" lines, then
// what grep found behind the file's name.
func (a *answer) configured(h *hostinfo.Host) {
	s := a.sections["configured"]
	if s.status != "0" {
		h.AddGap(hostinfo.FactConfigured, "", a.why("configured", "grep in the network configuration"))
	}
	var c files.Configured
	n := 0
	for line := range bytes.Lines(s.body) {
		if n++; n > maxConfigured {
			c.TooMuch()
			break
		}
		text := strings.TrimSuffix(string(line[:min(len(line), 512)]), "\n")
		switch name, value, _ := strings.Cut(text, " "); name {
		case "unread":
			c.Unread(value)
		case "cut":
			c.TooMuch()
		default:
			c.Printed(text)
		}
	}
	if s.status == "0" || len(s.body) > 0 {
		c.Finish(h)
	}
}
