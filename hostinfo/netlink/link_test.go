//go:build linux

package netlink

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"migcheck/hostinfo"
)

var (
	mac     = []byte{0x52, 0x54, 0, 0xaa, 0, 1}
	partner = []byte{0, 0x1b, 0x21, 0xab, 0xcd, 0xef}
)

// links are messages with what should be made of them. They also seed the
// fuzzer.
var links = []struct {
	name string
	msg  []byte
	want hostinfo.Device
}{
	{
		"hardware", message(unix.ARPHRD_ETHER, 2, unix.IFF_UP|unix.IFF_LOWER_UP|unix.IFF_ALLMULTI,
			str(unix.IFLA_IFNAME, "ens1f0"), u8(unix.IFLA_OPERSTATE, 6), u32(unix.IFLA_MTU, 9000), u32(unix.IFLA_MAX_MTU, 9216),
			attr(unix.IFLA_ADDRESS, mac), attr(unix.IFLA_PERM_ADDRESS, partner), u32(unix.IFLA_PROMISCUITY, 3),
			nest(unix.IFLA_PROP_LIST, str(unix.IFLA_ALT_IFNAME, "enp1s0f0"), str(unix.IFLA_ALT_IFNAME, "storage"))),
		hostinfo.Device{
			Index: 2, Name: "ens1f0", AltNames: []string{"enp1s0f0", "storage"}, Kind: hostinfo.KindHardware, LinkType: "ether",
			Up: hostinfo.Yes, LowerUp: hostinfo.Yes, Promiscuous: hostinfo.No, AllMulticast: hostinfo.Yes, OperState: "up",
			MTU: 9000, MaxMTU: 9216, MAC: "52:54:00:aa:00:01", PermanentMAC: "00:1b:21:ab:cd:ef", Promiscuity: 3,
		},
	},
	{
		"vlan", message(unix.ARPHRD_ETHER, 10, unix.IFF_UP, str(unix.IFLA_IFNAME, "bond0.623"), u32(unix.IFLA_LINK, 9),
			info("vlan", u16(unix.IFLA_VLAN_ID, 623), attr(unix.IFLA_VLAN_PROTOCOL, []byte{0x88, 0xa8}),
				attr(unix.IFLA_VLAN_FLAGS, native.AppendUint32(native.AppendUint32(nil, 0x5), 0xffffffff)))),
		down(hostinfo.Device{
			Index: 10, Name: "bond0.623", Kind: "vlan", Up: hostinfo.Yes, Parent: 9,
			VLAN: &hostinfo.VLAN{ID: 623, Protocol: "802.1ad", LooseBinding: hostinfo.Yes},
		}),
	},
	{
		"lacp", message(unix.ARPHRD_ETHER, 9, 0, str(unix.IFLA_IFNAME, "bond0"),
			info("bond", u8(unix.IFLA_BOND_MODE, 4), u32(unix.IFLA_BOND_MIIMON, 100), u32(unix.IFLA_BOND_ARP_INTERVAL, 0),
				u8(unix.IFLA_BOND_FAIL_OVER_MAC, 0), u32(unix.IFLA_BOND_MIN_LINKS, 1),
				nest(unix.IFLA_BOND_AD_INFO, u16(unix.IFLA_BOND_AD_INFO_AGGREGATOR, 1), u16(unix.IFLA_BOND_AD_INFO_NUM_PORTS, 2),
					attr(unix.IFLA_BOND_AD_INFO_PARTNER_MAC, partner)))),
		down(hostinfo.Device{
			Index: 9, Name: "bond0", Kind: "bond",
			Bond: &hostinfo.Bond{
				Mode: "802.3ad", MIIMon: 100, FailOverMAC: "none", MinLinks: 1,
				LACP: &hostinfo.LACP{Aggregator: 1, Ports: 2, PartnerMAC: "00:1b:21:ab:cd:ef"},
			},
		}),
	},
	{
		"no aggregator", message(unix.ARPHRD_ETHER, 9, 0, str(unix.IFLA_IFNAME, "bond0"), info("bond", u8(unix.IFLA_BOND_MODE, 4))),
		down(hostinfo.Device{
			Index: 9, Name: "bond0", Kind: "bond",
			Bond: &hostinfo.Bond{Mode: "802.3ad", MIIMon: -1, ARPInterval: -1, LACP: &hostinfo.LACP{PartnerMAC: "00:00:00:00:00:00"}},
		}),
	},
	{
		"active-backup", message(unix.ARPHRD_ETHER, 9, 0, str(unix.IFLA_IFNAME, "bond0"),
			info("bond", u8(unix.IFLA_BOND_MODE, 1), u32(unix.IFLA_BOND_ACTIVE_SLAVE, 6))),
		down(hostinfo.Device{Index: 9, Name: "bond0", Kind: "bond", Bond: &hostinfo.Bond{Mode: "active-backup", MIIMon: -1, ARPInterval: -1, ActiveSlave: 6}}),
	},
	{
		"bond port", message(unix.ARPHRD_ETHER, 6, 0, str(unix.IFLA_IFNAME, "eth1"), u32(unix.IFLA_MASTER, 9),
			port(u8(unix.IFLA_BOND_SLAVE_STATE, 1), u8(unix.IFLA_BOND_SLAVE_MII_STATUS, 2), u16(unix.IFLA_BOND_SLAVE_AD_AGGREGATOR_ID, 258),
				u8(unix.IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE, 0x3d), u16(unix.IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE, 0x3f),
				attr(unix.IFLA_BOND_SLAVE_PERM_HWADDR, mac))),
		down(hostinfo.Device{
			Index: 6, Name: "eth1", Kind: hostinfo.KindHardware, Master: 9, SlaveKind: "bond",
			BondPort: &hostinfo.BondPort{State: "BACKUP", MIIStatus: "DOWN", Aggregator: 258, ActorState: 0x3d, PartnerState: 0x3f, PermanentMAC: "52:54:00:aa:00:01"},
		}),
	},
	{
		"macvtap elsewhere", message(unix.ARPHRD_ETHER, 701, 0, str(unix.IFLA_IFNAME, "macvtap0"), u32(unix.IFLA_LINK, 4), u32(unix.IFLA_LINK_NETNSID, 0),
			info("macvtap", u32(unix.IFLA_MACVLAN_MODE, 8))),
		down(hostinfo.Device{Index: 701, Name: "macvtap0", Kind: "macvtap", Parent: 4, ParentElsewhere: true, Macvlan: &hostinfo.Macvlan{Mode: "passthru"}}),
	},
	{
		"veth", message(unix.ARPHRD_ETHER, 7, 0, str(unix.IFLA_IFNAME, "v0"), u32(unix.IFLA_LINK, 4), u32(unix.IFLA_LINK_NETNSID, 0), info("veth")),
		down(hostinfo.Device{Index: 7, Name: "v0", Kind: "veth"}),
	},
	{
		"vxlan", message(unix.ARPHRD_ETHER, 7, 0, str(unix.IFLA_IFNAME, "vx0"), info("vxlan", u32(unix.IFLA_VXLAN_ID, 1<<24-1))),
		down(hostinfo.Device{Index: 7, Name: "vx0", Kind: "vxlan", Tunnel: &hostinfo.Tunnel{VNI: 1<<24 - 1}}),
	},
	{
		"geneve", message(unix.ARPHRD_ETHER, 7, 0, str(unix.IFLA_IFNAME, "gv0"), info("geneve", u32(unix.IFLA_GENEVE_ID, 0))),
		down(hostinfo.Device{Index: 7, Name: "gv0", Kind: "geneve", Tunnel: &hostinfo.Tunnel{}}),
	},
	{
		"a VNI of more than 24 bits", message(unix.ARPHRD_ETHER, 7, 0, str(unix.IFLA_IFNAME, "vx0"), info("vxlan", u32(unix.IFLA_VXLAN_ID, 1<<24))),
		down(hostinfo.Device{Index: 7, Name: "vx0", Kind: "vxlan"}),
	},
	{
		"tunnel", message(unix.ARPHRD_TUNNEL, 8, 0, str(unix.IFLA_IFNAME, "t\x01'\xff"), attr(unix.IFLA_ADDRESS, []byte{10, 0, 0, 1}), info("ipip")),
		func() hostinfo.Device {
			d := down(hostinfo.Device{Index: 8, Name: "t\x01'\xff", Kind: "ipip"})
			d.LinkType = "ipip"
			return d
		}(),
	},
}

// down fills in what a message with no flags says of an Ethernet device.
func down(d hostinfo.Device) hostinfo.Device {
	d.LinkType, d.LowerUp, d.Promiscuous, d.AllMulticast = "ether", hostinfo.No, hostinfo.No, hostinfo.No
	if !d.Up.Known() {
		d.Up = hostinfo.No
	}
	return d
}

func TestLinkMessages(t *testing.T) {
	for _, c := range links {
		got, err := decodeLink(c.msg)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", c.name, diff)
		}
	}
}

func TestLinkMessagesThatNoKernelSends(t *testing.T) {
	named := str(unix.IFLA_IFNAME, "eth0")
	for want, msg := range map[string][]byte{
		"of 3 bytes":                {1, 2, 3},
		"index 0":                   message(1, 0, 0, named),
		"index -1":                  message(1, -1, 0, named),
		`the name ""`:               message(1, 2, 0),
		`the name "sixteen-bytes-x`: message(1, 2, 0, str(unix.IFLA_IFNAME, "sixteen-bytes-xx")),
		"beyond its message":        message(1, 2, 0, named, []byte{200, 0, 0, 0}, []byte{0, 200, 0, 0}),
		"index 3: an attribute":     message(1, 3, 0, named, info("vlan", []byte{1, 0, 0, 0})),
		"index 4: an attribute":     message(1, 4, 0, named, nest(unix.IFLA_PROP_LIST, []byte{0xff, 0xff, 0, 0})),
	} {
		if _, err := decodeLink(msg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	for name, msg := range map[string][]byte{
		"short VLAN id":  message(1, 2, 0, named, info("vlan", attr(unix.IFLA_VLAN_ID, []byte{1}), attr(unix.IFLA_VLAN_ID, nil))),
		"large VLAN id":  message(1, 2, 0, named, info("vlan", u16(unix.IFLA_VLAN_ID, 5000))),
		"no data":        message(1, 2, 0, named, nest(unix.IFLA_LINKINFO, str(unix.IFLA_INFO_KIND, "bond"))),
		"no mode":        message(1, 2, 0, named, nest(unix.IFLA_LINKINFO, str(unix.IFLA_INFO_KIND, "macvtap"))),
		"no port's data": message(1, 2, 0, named, nest(unix.IFLA_LINKINFO, str(unix.IFLA_INFO_SLAVE_KIND, "bond"))),
	} {
		d, err := decodeLink(msg)
		h := &hostinfo.Host{}
		noteUnread(h, &d)
		if err != nil || h.Missing(hostinfo.FactDetails, "eth0") == nil {
			t.Errorf("%s: %+v, %v, gaps %v", name, d, err, h.Gaps)
		}
	}
}

func TestForwardingEntries(t *testing.T) {
	lladdr := attr(unix.NDA_LLADDR, mac)
	for _, c := range []struct {
		name string
		msg  []byte
		ok   bool
	}{
		{"its own", neighbour(5, unix.NUD_PERMANENT, unix.NTF_SELF, lladdr), true},
		{"a bridge's", neighbour(5, unix.NUD_PERMANENT, 4, lladdr), false},
		{"learned", neighbour(5, unix.NUD_REACHABLE, unix.NTF_SELF, lladdr), false},
		{"no address", neighbour(5, unix.NUD_PERMANENT, unix.NTF_SELF), false},
		{"a short address", neighbour(5, unix.NUD_PERMANENT, unix.NTF_SELF, attr(unix.NDA_LLADDR, mac[:5])), false},
		{"cut", neighbour(5, unix.NUD_PERMANENT, unix.NTF_SELF, lladdr, []byte{1, 0, 0, 0}), false},
		{"short", []byte{unix.AF_BRIDGE, 0, 0}, false},
		{"IPv4", make([]byte, unix.SizeofNdMsg), false},
	} {
		index, got, ok := decodeHeld(c.msg)
		if ok != c.ok || ok && (index != 5 || got != [6]byte(mac)) {
			t.Errorf("%s: %d %x %v", c.name, index, got, ok)
		}
	}
}

func FuzzLinkMessage(f *testing.F) {
	for _, c := range links {
		f.Add(c.msg)
	}
	f.Fuzz(func(t *testing.T, msg []byte) {
		d, err := decodeLink(msg)
		if err == nil && (d.Index <= 0 || d.Name == "" || len(d.Name) > 15 || d.Parent < 0 || d.Master < 0 || d.MTU < 0 || d.Kind == "") {
			t.Errorf("%+v", d)
		}
		if err != nil && len(err.Error()) > 300 {
			t.Errorf("a long error: %v", err)
		}
		decodeHeld(msg)
	})
}
