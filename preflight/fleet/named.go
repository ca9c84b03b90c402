package fleet

import (
	"migcheck/hostinfo"
	"migcheck/preflight"
)

// named are the names that waivers mention. They alone keep apart what is alike
// but for its name.
type named struct {
	devices, hosts, guests map[string]uint32
}

func namedIn(waivers []preflight.Waiver) named {
	n := named{map[string]uint32{}, map[string]uint32{}, map[string]uint32{}}
	for i := range waivers {
		w := &waivers[i]
		for _, m := range []struct {
			of   map[string]uint32
			name string
		}{{n.devices, w.Device}, {n.hosts, w.Host}, {n.guests, w.Guest}} {
			if _, met := m.of[m.name]; !met && m.name != "" {
				m.of[m.name] = uint32(len(m.of)) + 1
			}
		}
	}
	return n
}

// text adds a device's name to a code if a waiver mentions it.
func (n *named) text(c *code, name string) {
	if len(n.devices) > 0 {
		c.ref(n.devices[name])
	}
}

// device adds all names of a device that a waiver mentions.
func (n *named) device(c *code, d *hostinfo.Device) {
	n.text(c, d.Name)
	for _, name := range d.AltNames {
		if id := n.devices[name]; id != 0 {
			c.ref(id)
		}
	}
}
