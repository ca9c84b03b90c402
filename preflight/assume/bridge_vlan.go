package assume

import (
	"fmt"
	"slices"

	"migcheck/hostinfo"
)

// parseBridgeVLAN reads the words of "bridge vlan add".
func parseBridgeVLAN(words []string) (func(*model) error, error) {
	dev, words, err := device(words)
	if err != nil {
		return nil, err
	}
	if len(words) < 2 || words[0] != "vid" {
		return nil, errUnknown
	}
	r := hostinfo.VLANRange{}
	if r.First, err = number(words[1], 4094); err != nil {
		return nil, err
	}
	r.Last = r.First
	for _, w := range words[2:] {
		switch w {
		case "pvid":
			r.PVID = true
		case "untagged":
			r.Untagged = true
		default:
			return nil, errUnknown
		}
	}
	return func(m *model) error { return m.joinVLAN(dev, r) }, nil
}

// joinVLAN makes a bridge's port a member of a VLAN. What it was in that VLAN before
// counts no more, and it has one PVID (__vlan_add_flags).
func (m *model) joinVLAN(name string, r hostinfo.VLANRange) error {
	d, err := m.called(name)
	if err != nil {
		return err
	}
	master := m.at(d.Master)
	if master == nil || master.Kind != hostinfo.KindBridge {
		return fmt.Errorf("%s is no port of a bridge", d.Name)
	}
	if d.BridgePort == nil {
		return fmt.Errorf("which VLANs %s is in is not known", d.Name)
	}
	port := &hostinfo.BridgePort{VLANs: []hostinfo.VLANRange{r}}
	for _, old := range d.BridgePort.VLANs {
		old.PVID = old.PVID && !r.PVID
		below, above := old, old
		below.Last, above.First = min(old.Last, r.First-1), max(old.First, r.First+1)
		for _, part := range []hostinfo.VLANRange{below, above} {
			if part.First <= part.Last {
				port.VLANs = append(port.VLANs, part)
			}
		}
	}
	slices.SortFunc(port.VLANs, func(a, b hostinfo.VLANRange) int { return a.First - b.First })
	d.BridgePort = port
	return nil
}
