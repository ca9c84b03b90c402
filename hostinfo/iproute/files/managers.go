package files

import (
	"path"
	"slices"
	"strings"
)

// maxDeviceName is IFNAMSIZ without the NUL.
const maxDeviceName = 15

// networkd reads Name=, VLAN=, Bond= and Bridge=, which hold lists, and globs
// in the [Match] section. A [BridgeVLAN] section has numbers under VLAN=, and
// "!" before a list turns it into everything else.
func networkd(_ *Configured, text string) []string {
	key, value, ok := strings.Cut(text, "=")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	switch {
	case !ok || !slices.Contains([]string{"Name", "VLAN", "Bond", "Bridge"}, key):
		return nil
	case strings.HasPrefix(value, "!"):
		return []string{"*"}
	case key == "VLAN" && strings.Trim(value, "0123456789- ") == "":
		return nil
	}
	return strings.Fields(value)
}

// keyfile reads interface-name= of NetworkManager, in [match] a list, in which
// "!" takes something out again. A VLAN need not have one: its name is made of
// parent= and id= then (nm_utils_new_vlan_name). A parent may be a profile's
// UUID, which says no name.
func (c *Configured) keyfile(text string) []string {
	key, value, _ := strings.Cut(text, "=")
	value = strings.TrimSpace(value)
	switch strings.TrimSpace(key) {
	case "interface-name":
		names := strings.FieldsFunc(value, func(r rune) bool { return r == ';' || r == ',' || r == ' ' })
		return slices.DeleteFunc(names, func(name string) bool { return name[0] == '!' })
	case "parent":
		c.below = value
	case "id":
		c.id = value
	default:
		return nil
	}
	if name := c.below + "." + c.id; c.below != "" && c.id != "" && len(name) <= maxDeviceName {
		return []string{name}
	}
	return nil
}

// ifcfg reads DEVICE=. A file without it is about the device in its own name.
// What editors and rpm leave behind is passed over as ifup does.
func (c *Configured) ifcfg(text string) []string {
	name := strings.TrimPrefix(path.Base(c.file), "ifcfg-")
	for _, left := range []string{"~", ".bak", ".orig", ".old", ".rpmnew", ".rpmorig", ".rpmsave", ".scpmbackup"} {
		if strings.HasSuffix(name, left) {
			return nil
		}
	}
	if c.lines == 1 {
		c.suffix = name
	}
	device, ok := strings.CutPrefix(strings.TrimSpace(text), "DEVICE=")
	if !ok {
		return nil
	}
	c.suffix = ""
	return []string{strings.TrimSpace(device)}
}

// key is a key of a YAML mapping and how far it is indented.
type key struct {
	indent int
	name   string
}

// ofDevices are netplan's keys below which device names are keys.
var ofDevices = map[string]bool{
	"ethernets": true, "modems": true, "wifis": true, "bonds": true, "bridges": true, "vlans": true, "vrfs": true,
	"tunnels": true, "dummy-devices": true, "virtual-ethernets": true, "nm-devices": true,
}

// netplan reads the keys of a YAML file one by one. Of a mapping on one line
// it does not know the keys.
func (c *Configured) netplan(text string) []string {
	name, value, _ := strings.Cut(text, ":")
	k := key{indent: len(name) - len(strings.TrimLeft(name, " "))}
	k.name = strings.Trim(strings.TrimSpace(name), `"'`)
	for len(c.stack) > 0 && c.stack[len(c.stack)-1].indent >= k.indent {
		c.stack = c.stack[:len(c.stack)-1]
	}
	parent := ""
	if n := len(c.stack); n > 0 {
		parent = c.stack[n-1].name
	}
	if len(c.stack) < 16 {
		c.stack = append(c.stack, k)
	}
	switch value = strings.TrimSpace(value); {
	case (k.name == "network" || ofDevices[k.name]) && value != "":
		c.cut = "netplan's YAML has mappings on one line"
	case ofDevices[parent]:
		return []string{k.name}
	case k.name == "set-name", k.name == "name" && parent == "match":
		return []string{value}
	}
	return nil
}

// wickedXML reads <name>, which is a device's in wicked's own files but for the
// few that stand deeper and name what no device is called like.
func wickedXML(_ *Configured, text string) []string {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "<name>") && !strings.HasPrefix(text, "<name ") {
		return nil
	}
	_, name, _ := strings.Cut(text, ">")
	return []string{strings.TrimSpace(name)}
}
