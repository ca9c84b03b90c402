package files

import (
	"strings"

	"migcheck/hostinfo"
)

// ShapingModules are what virNetDevBandwidthSet uses of the kernel.
var ShapingModules = []string{"sch_htb", "sch_sfq", "sch_ingress", "cls_u32", "act_police"}

// Shaping is what was found of the parts that a bandwidth needs.
type Shaping struct {
	TC       hostinfo.Tri // whether tc is on the PATH
	Loaded   []string     // modules with a directory in /sys/module
	Builtin  []string     // lines of modules.builtin that name one
	Loadable []string     // lines of modules.dep that do
	Disabled bool         // kernel.modules_disabled is 1
	// Unread says why the two lists are not known to be whole; empty if they are.
	Unread string
}

// Finish writes Setup.Shaping and ShapingLacks into h, or a gap.
func (s *Shaping) Finish(h *hostinfo.Host) {
	unknown := ""
	if !s.TC.Known() {
		unknown = "tc"
	}
	if s.TC == hostinfo.No {
		h.Setup.ShapingLacks = []string{"tc"}
	}
	for _, m := range ShapingModules {
		switch s.has(m) {
		case hostinfo.No:
			h.Setup.ShapingLacks = append(h.Setup.ShapingLacks, m)
		case hostinfo.Unknown:
			if unknown == "" {
				unknown = m
			}
		}
	}
	switch {
	case len(h.Setup.ShapingLacks) > 0:
		h.Setup.Shaping = hostinfo.No
	case unknown == "":
		h.Setup.Shaping = hostinfo.Yes
	default:
		h.AddGap(hostinfo.FactShaping, "", "whether the host has "+unknown+" is not known: "+s.Unread)
	}
}

func (s *Shaping) has(module string) hostinfo.Tri {
	switch {
	case named(s.Loaded, module), listed(s.Builtin, module):
		return hostinfo.Yes
	case s.Unread != "":
		if !s.Disabled && listed(s.Loadable, module) {
			return hostinfo.Yes
		}
		return hostinfo.Unknown
	}
	return hostinfo.TriOf(!s.Disabled && listed(s.Loadable, module))
}

func named(names []string, module string) bool {
	for _, n := range names {
		if n == module {
			return true
		}
	}
	return false
}

// listed says whether a line's first word, up to a colon, is that module's
// file, compressed or not.
func listed(lines []string, module string) bool {
	for _, l := range lines {
		l, _, _ = strings.Cut(l, ":")
		if strings.Contains(l, "/"+module+".ko") {
			return true
		}
	}
	return false
}
