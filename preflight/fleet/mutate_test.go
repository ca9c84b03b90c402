package fleet

import (
	"reflect"
	"strings"
	"time"

	"migcheck/hostinfo"
)

// mutate changes one field of a value, wherever it is. It goes by the types
// alone, so that a field that is added to hostinfo is changed like the others.
func (w *world) mutate(v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Pointer:
		switch {
		case v.IsNil():
			v.Set(reflect.New(v.Type().Elem()))
		case w.once(8):
			v.SetZero()
		default:
			w.mutate(v.Elem(), path)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		i := w.next(v.NumField())
		if field := v.Type().Field(i).Name; v.Type() == reflect.TypeFor[hostinfo.Host]() && w.once(2) {
			w.mutate(v.FieldByName(one(w, "Devices", "Devices", "Networks", "Setup")), "Host.Devices")
		} else {
			w.mutate(v.Field(i), v.Type().Name()+"."+field)
		}
	case reflect.Slice:
		w.mutateSlice(v, path)
	case reflect.String:
		v.SetString(one(w, words(w, path)...))
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Uint8: // Tri
		v.SetUint(uint64(w.next(3)))
	case reflect.Int:
		v.SetInt(int64(one(w, 0, 1, 2, 4, 1400, 9000, 623, 624, -1, 12, 15, 100, 5000)))
	default:
		panic(path + " is a " + v.Kind().String())
	}
}

func (w *world) mutateSlice(v reflect.Value, path string) {
	switch n := v.Len(); {
	case n == 0 || w.once(12):
		e := reflect.New(v.Type().Elem()).Elem()
		w.mutate(e, path)
		v.Set(reflect.Append(v, e))
	case w.once(8): // gone
		i := w.next(n)
		out := reflect.MakeSlice(v.Type(), 0, n)
		out = reflect.AppendSlice(out, v.Slice(0, i))
		v.Set(reflect.AppendSlice(out, v.Slice(i+1, n)))
	default:
		w.mutate(v.Index(w.next(n)), path)
	}
}

// words are what a string may be changed to.
func words(w *world, path string) []string {
	field := path[strings.LastIndex(path, ".")+1:]
	if of, ok := vocabulary[path]; ok {
		return of
	}
	switch field {
	case "MAC", "CurrentMAC", "MACs", "Held", "PermanentMAC", "PartnerMAC":
		return []string{"", mac("guest", w.next(10), w.next(3)), mac("host", 0, w.next(20)), "00:00:00:00:00:00", "no mac"}
	case "Dev", "DefaultRoutes", "Configured", "AltNames", "Parent":
		return []string{deviceName(w)}
	}
	return []string{"", "yes", "no", "odd", "none", "up", "down"}
}

var vocabulary = map[string][]string{
	"Device.Name":               {"bond0.623", "bond0", "moved0", "fixed0", "wan7", "nowhere", "pool0"},
	"Device.Kind":               {"hardware", "", "vlan", "bond", "bridge", "team", "macvlan", "macvtap", "tun", "ipvlan", "vrf", "openvswitch", "veth", "vxlan", "geneve"},
	"Device.LinkType":           {"", "none", "ether", "loopback", "infiniband"},
	"Device.SlaveKind":          {"", "bond", "bridge", "vrf", "team", "openvswitch"},
	"Device.Duplex":             {"half", "full", ""},
	"VLAN.Protocol":             {"802.1ad", "", "802.1Q"},
	"Bond.Mode":                 {"802.3ad", "balance-alb", "balance-rr", "", "active-backup", "balance-xor", "broadcast"},
	"Bond.FailOverMAC":          {"active", "", "follow", "none"},
	"BondPort.MIIStatus":        {"DOWN", "GOING_DOWN", "", "UP", "GOING_BACK"},
	"Macvlan.Mode":              {"passthru", "vepa", "", "private", "bridge", "source"},
	"QETH.CardType":             {"OSM", "HiperSockets", "", "OSX_10GIG"},
	"QETH.CHPID":                {"A1", "", "A0"},
	"QETH.Isolation":            {"drop", "forward", "", "none"},
	"Network.Forward":           {"bridge", "", "nat", "passthrough", "private", "vepa", "hostdev"},
	"Network.Name":              {"lan", "two", "pool", "gone"},
	"Network.PF":                {"eth3", "", "pf0", "nowhere"},
	"Host.NWFilters":            {"clean", "other", ""},
	"NIC.Filter":                {"clean", "other", ""},
	"NIC.TargetManaged":         {"no", "yes", ""},
	"PCIDevice.TeamingType":     {"transient", ""},
	"Libvirt.Hypervisor":        {"7.2.0", "5.2.0", "8.2.0", "", "odd"},
	"Portgroup.Name":            {"web", "", "db"},
	"Libvirt.Version":           {"9.0.0", "", "6.6.0", "10.1.0", "odd", "7.9.0", "8.6.0"},
	"Setup.DevFS":               {"tmpfs", "", "devtmpfs"},
	"Setup.ShapingLacks":        {"tc", "sch_htb", "act_police"},
	"Domain.Name":               {"guest1", "guest2", "", "other"},
	"Domain.UUID":               {"guest-uuid-1", "guest-uuid-2", "", "GUEST-UUID-1"},
	"Domain.State":              {"running", "shut off", "paused", ""},
	"Guest.Name":                {"guest1", "guest2", "", "x\x1b"},
	"Guest.UUID":                {"guest-uuid-1", ""},
	"Guest.State":               {"running", "paused", "shut off", "", "crashed", "idle"},
	"Guest.Job":                 {"save", ""},
	"Definition.Type":           {"qemu", "kvm"},
	"Definition.Arch":           {"s390x", "x86_64"},
	"Definition.LaunchSecurity": {"sev", "s390-pv", ""},
	"NIC.Type":                  {"direct", "network", "bridge", "user", "hostdev", "vdpa", "ethernet", "null", "vhostuser"},
	"NIC.Mode":                  {"", "passthrough", "vepa", "private", "bridge"},
	"NIC.Network":               {"", "lan", "two", "pool", "nat", "vfs", "gone", "bridged"},
	"NIC.Portgroup":             {"web", "", "none"},
	"NIC.Model":                 {"e1000e", "", "virtio", "virtio-transitional"},
	"NIC.Target":                {"fixed0", "wan7", "macvtap3", "vnet1", "", "bond0"},
	"NIC.DriverName":            {"vhost", "qemu", ""},
	"NIC.IOMMU":                 {"on", "off", ""},
	"NIC.VirtualPort":           {"802.1Qbg", "802.1Qbh", "", "openvswitch"},
	"NIC.Bridge":                {"br0", "br1", "br2", "ovs0", ""},
	"Network.Bridge":            {"br0", "br1", "br2", "ovs0", ""},
	"Network.VirtualPort":       {"802.1Qbg", "802.1Qbh", "", "openvswitch"},
	"NIC.TeamingType":           {"persistent", "transient", ""},
	"NIC.LinkState":             {"down", "up", ""},
	"Gap.Fact":                  {"devices", "details", "altnames", "lacp", "forwarding", "bridgevlans", "namespaces", "hardware", "networks", "nwfilters", "libvirt", "domains", "live", "inactive", "job", "persistent", "state"},
	"Gap.Device":                {"", "bond0.623", "bond0", "eth1", "vf0"},
}
