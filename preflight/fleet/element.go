package fleet

import (
	"strings"

	"migcheck/hostinfo"
)

// element is what a NIC's element says, so that it can be compared. Left out are
// what names the NIC, and what no rule's level depends on; see leftOut in the tests.
type element struct {
	noDev, noNetwork, noPortgroup, noBridge, noMAC, noPCI, noCurrentMAC, unchangedMAC      bool
	trunk, bandwidth, inbound, outbound                                                    bool
	noTarget, libvirtsTarget                                                               bool
	target                                                                                 uint32 // if a waiver mentions it
	mtu, queues                                                                            int
	kind, mode, model, trust, driver, iommu, port, filter, link, teaming, backend, managed string
	tags                                                                                   string // as a code
}

// elements numbers elements from 1 in the order in which they are met.
type elements struct {
	ids map[element]uint32
	// last is the element that was asked for last, and id its number: most NICs of
	// a fleet are alike.
	last element
	id   uint32
}

// element is the class of what a NIC's element says.
func (j *judge) element(n *hostinfo.NIC) uint32 {
	e := element{
		noDev: n.Dev == "", noNetwork: n.Network == "", noPortgroup: n.Portgroup == "", noBridge: n.Bridge == "",
		noMAC: n.MAC == "", noPCI: n.PCI == "", noCurrentMAC: n.CurrentMAC == "", unchangedMAC: n.CurrentMAC == n.MAC,
		trunk: n.VLANTrunk, bandwidth: n.Bandwidth, inbound: n.Inbound, outbound: n.Outbound,
		noTarget: n.Target == "", libvirtsTarget: libvirtsOwn(n.Target),
		mtu: n.MTU, queues: n.Queues,
		kind: n.Type, mode: n.Mode, model: n.Model, trust: n.TrustGuestRxFilters, driver: n.DriverName,
		iommu: n.IOMMU, port: n.VirtualPort, filter: n.Filter, link: n.LinkState, teaming: n.TeamingType,
		backend: n.Backend, managed: n.TargetManaged,
	}
	if len(j.names.devices) > 0 {
		e.target = j.names.devices[n.Target]
	}
	if len(n.VLANTags) > 0 {
		var c code
		c.nums(n.VLANTags)
		e.tags = string(c)
	}
	return j.elements.of(&e)
}

func (t *elements) of(e *element) uint32 {
	if t.id != 0 && *e == t.last {
		return t.id
	}
	if t.ids == nil {
		t.ids = map[element]uint32{}
	}
	id, met := t.ids[*e]
	if !met {
		id = uint32(len(t.ids)) + 1
		t.ids[*e] = id
	}
	t.last, t.id = *e, id
	return id
}

// libvirtsOwn says whether a macvtap's name is one that libvirt chose and drops.
func libvirtsOwn(name string) bool {
	return strings.HasPrefix(name, "vnet") || strings.HasPrefix(name, "macvtap") || strings.HasPrefix(name, "macvlan")
}
