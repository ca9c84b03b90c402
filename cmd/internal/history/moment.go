package history

import (
	"errors"
	"slices"
	"time"

	"migcheck/hostinfo"
)

// moment is the part of a host's facts that changes while nothing happens: when
// they were read, and counters. It is stored with each run, so that the rest
// can be the same as before.
type moment struct {
	Gathered time.Time `json:"gathered"`
	// Promiscuity is that of devices: place among the devices, and number.
	Promiscuity [][2]int `json:"promiscuity,omitempty"`
	// Connections are those of networks' devices: place of the network, place of
	// the device in its pool, and number.
	Connections [][3]int `json:"connections,omitempty"`
}

// split takes a host's moment out. The host itself is left as it is.
func split(h *hostinfo.Host) (*hostinfo.Host, moment) {
	rest := *h
	m := moment{Gathered: h.Gathered}
	rest.Gathered = time.Time{}
	for i := range h.Devices {
		if n := h.Devices[i].Promiscuity; n != 0 {
			m.Promiscuity = append(m.Promiscuity, [2]int{i, n})
		}
	}
	if m.Promiscuity != nil {
		rest.Devices = slices.Clone(h.Devices)
		for _, p := range m.Promiscuity {
			rest.Devices[p[0]].Promiscuity = 0
		}
	}
	rest.Networks = slices.Clone(h.Networks)
	for i := range rest.Networks {
		n := &rest.Networks[i]
		n.Devices = slices.Clone(n.Devices)
		for k := range n.Devices {
			if c := n.Devices[k].Connections; c != 0 {
				m.Connections = append(m.Connections, [3]int{i, k, c})
				n.Devices[k].Connections = 0
			}
		}
	}
	return &rest, m
}

// join puts a moment back.
func (m *moment) join(h *hostinfo.Host) error {
	h.Gathered = m.Gathered
	for _, p := range m.Promiscuity {
		if p[0] < 0 || p[0] >= len(h.Devices) {
			return errors.New("it counts for a device that is not there")
		}
		h.Devices[p[0]].Promiscuity = p[1]
	}
	for _, c := range m.Connections {
		if c[0] < 0 || c[0] >= len(h.Networks) || c[1] < 0 || c[1] >= len(h.Networks[c[0]].Devices) {
			return errors.New("it counts for a network's device that is not there")
		}
		h.Networks[c[0]].Devices[c[1]].Connections = c[2]
	}
	return nil
}
