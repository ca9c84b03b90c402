package fleet

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// memoryLater: no rule reads it; a plan that fills hosts does.
const memoryLater = "whether a guest has room is not a rule's business"

// systemForPeople: it is what doctor words its cures by.
const systemForPeople = "no rule decides by it"

// leftOut are the fields that no class depends on, and why not. A field that is
// in neither this list nor a class fails TestEveryField.
var leftOut = map[string]string{
	"Host.Name":     "a name; waivers that mention it are seen to",
	"Host.Hostname": "for people",
	"Host.UUID":     "compared between hosts where two share one", "Host.BootID": "likewise",
	"Host.Kernel": "said in a reason only", "Host.Gathered": "no rule asks when", "Host.User": "said in a reason only",
	"Host.Example": "for people", "Host.Live": "for a clearance", "Host.Paths": "asked about where one guest is to migrate",
	"System.ID": systemForPeople, "System.Version": systemForPeople, "System.Like": systemForPeople, "System.Variant": systemForPeople,
	"System.Image": systemForPeople, "System.SELinux": systemForPeople, "System.AppArmor": systemForPeople,
	"System.Group": systemForPeople, "System.GroupInImage": systemForPeople,
	"Libvirt.Hostname": "where a migration would be sent",
	"Host.Memory":      memoryLater, "Definition.Memory": memoryLater, "Domain.Memory": memoryLater,
	"Domain.Name": "a key", "Domain.UUID": "a key", "Domain.State": "of a domain that shares a key", "Domain.MACs": "a key",
	"Device.Index": "a name in numbers", "Device.Name": "a name", "Device.AltNames": "names",
	"Device.PermanentMAC": "no rule reads it", "BondPort.PermanentMAC": "no rule reads it",
	"Device.Promiscuity": "said in a reason only", "VF.Number": "which function it is; what that shows counts",
	"Setup.Managers": "only a posture note and words", "Setup.Configured": "likewise",
	"Libvirt.URI": "for people", "Network.UUID": "no rule reads it", "Network.Name": "a name",
	"Portgroup.Name": "a name", "Portgroup.Default": "which port group a NIC gets; what that says counts",
	"Network.Portgroups": "those that the NIC does not get", "Setup.DefaultRoutes": "names; whether one leaves by the device counts",
	"Device.Functions": "read through the VF; what that shows counts", "LACP.PartnerMAC": "whether there is one counts",
	"Namespace.Name": "a name", "Gap.Reason": "words",
	"LACP.Aggregator": "compared with the ports'", "BondPort.Aggregator": "compared with the bond's", "Bond.ActiveSlave": "which port it is counts",
	"Guest.Name": "a key", "Guest.UUID": "a key", "Guest.ID": "libvirt's number",
	"Host.NWFilters": "names; whether the NIC's own is among them counts", "Network.PF": "a name; what that is like counts",
	"NetworkDevice.PCI": "where a device is, which no rule reads", "NIC.PCI": "likewise", "PCIDevice.Address": "likewise", "PCIDevice.TeamingPartner": "a name",
	"NIC.Alias": "a name", "NIC.TeamingPartner": "a name", "NIC.Target": "a key, or libvirt's own",
}

// TestEveryField changes every field of a host and of a guest, one at a time,
// and sees whether a class follows.
func TestEveryField(t *testing.T) {
	base := fullFleet()
	before := fingerprint(base)
	seen, moved := map[string]bool{}, map[string]bool{}
	visit := func(root func(*Fleet) reflect.Value) {
		for _, path := range paths(root(base), nil) {
			f := fullFleet()
			v, name := at(root(f), path)
			change(v)
			seen[name] = true
			f.Hosts[1].View = preflight.NewView(f.Hosts[1].View.Host)
			f.Hosts[0].View = preflight.NewView(f.Hosts[0].View.Host)
			if !slices.Equal(fingerprint(f), before) {
				moved[name] = true
			}
		}
	}
	visit(func(f *Fleet) reflect.Value { return reflect.ValueOf(f.Hosts[1].View.Host).Elem() })
	visit(func(f *Fleet) reflect.Value { return reflect.ValueOf(f.Guests[0].Guest).Elem() })
	for name := range seen {
		if !moved[name] && leftOut[name] == "" {
			t.Errorf("%s is in no class, and nothing says why", name)
		}
	}
	for name := range leftOut {
		if !seen[name] {
			t.Errorf("there is no %s to leave out", name)
		}
	}
	if len(seen) < 150 {
		t.Errorf("only %d fields were found", len(seen))
	}
}

// fullFleet is two hosts of one form and a guest that asks for each kind of
// device.
func fullFleet() *Fleet {
	w := &world{}
	f := &Fleet{Now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}
	live := &hostinfo.Definition{Type: "kvm", Arch: "x86_64"}
	for i, dev := range []string{"bond0.623", "bond0.624", "bond1", "vf0", "enc1000", "br0", "macv0", "eth1", "gone0", "vx100"} {
		live.NICs = append(live.NICs, hostinfo.NIC{Type: "direct", Dev: dev, Mode: "bridge", MAC: mac("guest", 0, i), Model: "virtio", Target: "macvtap0", VLANTags: []int{5}})
	}
	live.NICs = append(live.NICs,
		hostinfo.NIC{Type: "network", Network: "vfs", MAC: mac("guest", 2, 0), TeamingType: "transient"},
		hostinfo.NIC{Type: "ethernet", MAC: mac("guest", 2, 1), Target: "pool1", TargetManaged: "no", Filter: "clean"})
	live.PCIDevices = []hostinfo.PCIDevice{{Address: "0000:05:10.0", TeamingType: "transient", TeamingPartner: "ua-net0"}}
	for i, bridge := range []string{"br0", "br2", "ovs0"} {
		live.NICs = append(live.NICs, hostinfo.NIC{Type: "bridge", Bridge: bridge, MAC: mac("guest", 2, i), Model: "virtio", Target: "vnet9"})
	}
	live.NICs = append(live.NICs, hostinfo.NIC{Type: "direct", Dev: "eth3", Mode: "passthrough", MAC: mac("guest", 0, 20)})
	for i, n := range []string{"lan", "two", "pool", "nat"} {
		live.NICs = append(live.NICs, hostinfo.NIC{Type: "network", Network: n, Portgroup: "web", MAC: mac("guest", 1, i)})
	}
	g := &hostinfo.Guest{Name: "guest0", UUID: "u", State: hostinfo.StateRunning, Persistent: hostinfo.Yes, Live: live, Migratable: copied(live), Inactive: copied(live)}
	g.Inactive.NICs[0].Dev = "later0"
	g.Gaps = []hostinfo.Gap{{Fact: hostinfo.FactJob, Reason: "denied"}}
	f.Guests = []Guest{{g, 0}}
	for i := range 2 {
		h := form()
		h.Name, h.UUID, h.BootID = []string{"a", "b"}[i], []string{"ua", "ub"}[i], []string{"ba", "bb"}[i]
		for j := range h.Devices {
			if d := &h.Devices[j]; d.MAC != "" {
				d.MAC = mac("host", i, j)
			}
		}
		h.Gaps = []hostinfo.Gap{{Fact: hostinfo.FactAddresses, Device: "bond0", Reason: "denied"}}
		h.Setup.ShapingLacks, h.Setup.StaleTaps = []string{"tc"}, []int{3}
		h.Networks[0].VLANTags, h.Networks[0].Portgroups[0].VLANTags = []int{5}, []int{6}
		h.Domains = []hostinfo.Domain{{Name: "other", UUID: "o", State: hostinfo.StateRunning, MACs: []string{"02:00:00:00:aa:aa"}}}
		h.Devices[6].Held, h.Devices[6].Addresses = []string{"02:00:00:00:bb:bb"}, []string{"10.0.0.1/24"}
		h.Namespaces[0].Devices[0].Name = "gone0"
		addMacvtap(h, &hostinfo.NIC{Dev: "eth3", Mode: "vepa", MAC: "02:00:00:00:bb:bb", Target: "tap"}, w)
		f.Hosts = append(f.Hosts, Host{View: preflight.NewView(h)})
	}
	return f
}

// fingerprint is the classes of the guest and of its destination, and which
// pairs are judged by themselves.
func fingerprint(f *Fleet) []string {
	j := newJudge(f, nil)
	j.prepare()
	j.collisions()
	var out []string
	for _, of := range []classes{j.nodes, j.ends, j.setups, j.places, j.kids.classes, j.requestIDs, j.rowIDs, j.bounds.classes, j.persons} {
		var codes []string
		for c := range of.ids {
			codes = append(codes, c)
		}
		slices.Sort(codes)
		out = append(out, codes...)
	}
	var elements []string
	for e := range j.elements.ids {
		elements = append(elements, fmt.Sprintf("%+v", e))
	}
	slices.Sort(elements)
	out = append(out, elements...)
	for p := range j.alone {
		out = append(out, string(rune(p.host)))
	}
	return out
}

// paths lead to every field of a value that holds no further ones.
func paths(v reflect.Value, path []int) [][]int {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return paths(v.Elem(), path)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			break
		}
		var out [][]int
		for i := range v.NumField() {
			out = append(out, paths(v.Field(i), append(slices.Clone(path), i))...)
		}
		return out
	case reflect.Slice:
		if v.Len() > 0 && v.Type().Elem().Kind() != reflect.String && v.Type().Elem().Kind() != reflect.Int {
			var out [][]int
			for i := range v.Len() {
				out = append(out, paths(v.Index(i), append(slices.Clone(path), i))...)
			}
			return out
		}
	}
	return [][]int{path}
}

// at follows a path and says what is there: "Device.MTU".
func at(v reflect.Value, path []int) (reflect.Value, string) {
	name := ""
	for _, i := range path {
		for v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		if v.Kind() == reflect.Slice {
			v = v.Index(i)
			continue
		}
		name = v.Type().Name() + "." + v.Type().Field(i).Name
		v = v.Field(i)
	}
	return v, name
}

// change gives a value another one.
func change(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
	case reflect.Struct:
		v.Set(reflect.ValueOf(time.Unix(1, 0)))
	case reflect.Slice:
		e := reflect.New(v.Type().Elem()).Elem()
		if e.Kind() == reflect.String || e.Kind() == reflect.Int {
			change(e)
		}
		v.Set(reflect.Append(v, e))
	case reflect.String:
		v.SetString(strings.TrimPrefix(v.String()+"x", "x") + "y")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Uint8:
		v.SetUint((v.Uint() + 1) % 3)
	case reflect.Int:
		v.SetInt(v.Int() + 5000)
	}
}
