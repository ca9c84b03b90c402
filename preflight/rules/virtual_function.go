package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// physicalOf is the physical function of an SR-IOV VF and what it shows of the
// VF; nil for what is not to be seen.
func physicalOf(e *preflight.Endpoint, d *hostinfo.Device) (*hostinfo.Device, *hostinfo.Function) {
	if d.VF == nil || d.VF.Parent == "" {
		return nil, nil
	}
	pf := e.View.Links.ByName(d.VF.Parent)
	if pf == nil || d.VF.Number < 0 {
		return pf, nil
	}
	return pf, pf.Function(d.VF.Number)
}

// vfWord is which VF of which physical function a device is, for people.
func vfWord(v *hostinfo.VF) string {
	if v.Number < 0 {
		return "a VF of " + v.Parent
	}
	return fmt.Sprintf("VF %d of %s", v.Number, v.Parent)
}

// takenForVF says whether libvirt sees a VF in the endpoint's device: it looks
// below /sys/class/net, where altnames do not stand.
func takenForVF(e *preflight.Endpoint) bool {
	return e.Device.VF != nil && e.Device.Name == e.Wanted
}
