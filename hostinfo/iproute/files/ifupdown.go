package files

import (
	"path"
	"slices"
	"strings"
)

// maxSource is how many patterns of further files are followed.
const maxSource = 16

// ifupdown reads "iface NAME" and, of the scripts for bonds and bridges, which
// ports they make or take. A vlan-raw-device must be there already.
func (c *Configured) ifupdown(text string) []string {
	words := strings.Fields(text)
	if len(words) < 2 {
		return nil
	}
	switch words[0] {
	case "iface":
		return words[1:2]
	case "source":
		c.sources(words[1:], "")
	case "source-directory":
		c.sources(words[1:], "/*")
	case "bond-slaves", "bond_slaves", "bridge_ports", "bridge-ports":
		return ports(words[1:])
	}
	return nil
}

// ports are devices by name; what stands for many of them says nothing of one.
func ports(words []string) []string {
	if slices.Contains(words, "regex") {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "none" || w == "all" })
}

// sources notes the further files that ifupdown reads, as the script follows
// them: those that the main file names by words that mean themselves.
func (c *Configured) sources(words []string, below string) {
	for _, w := range words {
		if !path.IsAbs(w) {
			w = path.Join(path.Dir(interfaces), w)
		}
		w = path.Clean(w) + below
		switch {
		case path.Dir(w) == interfacesDir, slices.Contains(c.source, w):
		case c.file != interfaces || len(c.source) == maxSource || strings.HasPrefix(w, interfacesDir+"/") || strings.ContainsAny(w, "~$`\\\"'{("):
			c.cut = "ifupdown reads further files that are named in a way that is not followed"
		default:
			c.source = append(c.source, w)
		}
	}
}

// Sourced are the patterns of the further files that ifupdown's main file was
// seen to name.
func (c *Configured) Sourced() []string { return slices.Clone(c.source) }
