package hostinfo

import "slices"

// Kinds of devices that the rest of migcheck names. Any other kind appears as
// the kernel spells it in IFLA_INFO_KIND.
const (
	KindUnknown  = ""         // the kind could not be read
	KindHardware = "hardware" // the link has no IFLA_INFO_KIND: a NIC and its driver, or lo
	KindVLAN     = "vlan"
	KindBond     = "bond"
	KindBridge   = "bridge"
	KindTeam     = "team"
	KindMacvlan  = "macvlan"
	KindMacvtap  = "macvtap"
	KindVeth     = "veth"
	KindTun      = "tun"
	KindDummy    = "dummy"
	KindVXLAN    = "vxlan"
	KindGeneve   = "geneve"
)

// Device is one network device ("link") of a host, as one dump showed it.
type Device struct {
	// Index is the ifindex (ifi_index; /sys/class/net/D/ifindex), unique within
	// one network namespace. Never 0.
	Index int `json:"index"`
	// Name is IFLA_IFNAME, at most 15 bytes of any value but '/' and space.
	Name string `json:"name"`
	// AltNames are the alternative names (IFLA_PROP_LIST > IFLA_ALT_IFNAME,
	// kernel 5.5), up to 127 bytes each. Nil if there are none or if they could
	// not be read (then the host has a Gap for FactAltNames).
	AltNames []string `json:"alt_names,omitempty"`
	// Kind is IFLA_INFO_KIND, KindHardware where the kernel gives none, or
	// KindUnknown.
	Kind string `json:"kind,omitempty"`
	// LinkType is the ARP hardware type (ifi_type) in iproute2's words: "ether",
	// "loopback", "none", "infiniband", ... Empty if unknown.
	LinkType string `json:"link_type,omitempty"`
	// Up is IFF_UP: the administrator's switch.
	Up Tri `json:"up,omitzero"`
	// LowerUp is IFF_LOWER_UP: the driver sees a carrier. It lies for a bond
	// without monitoring and for a loose_binding VLAN, and is not known where
	// only sysfs could be read and the device is down.
	LowerUp Tri `json:"lower_up,omitzero"`
	// Promiscuous and AllMulticast are IFF_PROMISC and IFF_ALLMULTI as an
	// administrator set them (the kernel's counters do not show here).
	Promiscuous  Tri `json:"promiscuous,omitzero"`
	AllMulticast Tri `json:"all_multicast,omitzero"`
	// OperState is IFLA_OPERSTATE in lower case ("up", "down", "unknown",
	// "dormant", "lowerlayerdown"), empty if not read. "unknown" is normal for
	// tun, lo and some drivers: judge by LowerUp.
	OperState string `json:"oper_state,omitempty"`
	// MTU in bytes (IFLA_MTU); 0 if unknown.
	MTU int `json:"mtu,omitempty"`
	// MaxMTU in bytes (IFLA_MAX_MTU, kernel 4.19); 0 if unknown or unlimited.
	MaxMTU int `json:"max_mtu,omitempty"`
	// MAC is IFLA_ADDRESS, lower case with colons; empty if unknown or none.
	MAC string `json:"mac,omitempty"`
	// PermanentMAC is IFLA_PERM_ADDRESS (kernel 5.6); empty if unknown or none.
	PermanentMAC string `json:"permanent_mac,omitempty"`
	// Parent is the ifindex of the device below (IFLA_LINK) for VLANs, macvlans
	// and their like; 0 if there is none. A veth's peer is not its parent and is
	// left out.
	Parent int `json:"parent,omitempty"`
	// ParentElsewhere is set where Parent counts in another network namespace
	// (IFLA_LINK_NETNSID >= 0): it must not be looked up here.
	ParentElsewhere bool `json:"parent_elsewhere,omitempty"`
	// Master is the ifindex of the bridge, bond, team or VRF above
	// (IFLA_MASTER); 0 if there is none.
	Master int `json:"master,omitempty"`
	// SlaveKind is IFLA_INFO_SLAVE_KIND; empty if there is no master or the
	// kernel does not say (then look at the master's Kind).
	SlaveKind string `json:"slave_kind,omitempty"`
	// Promiscuity is IFLA_PROMISCUITY, how many users want the device
	// promiscuous; 0 if none or unknown.
	Promiscuity int `json:"promiscuity,omitempty"`
	// Held are the unicast MAC addresses that the device receives beyond its
	// own, because something stands on it: the NTF_SELF permanent entries of an
	// AF_BRIDGE neighbour dump (`bridge fdb show dev D`). They show macvlans that
	// were moved into another network namespace. Nil if none; whether it was
	// read is FactForwarding.
	Held []string `json:"held,omitempty"`
	// Addresses are the IP addresses with their prefix length that the host
	// itself has on the device ("10.0.0.1/24"; RTM_GETADDR), link-local ones left
	// out. Nil if there are none or they were not read (FactAddresses).
	Addresses []string `json:"addresses,omitempty"`
	// Speed in Mb/s (/sys/class/net/D/speed); 0 if unknown or meaningless.
	Speed int `json:"speed,omitempty"`
	// Duplex is "full" or "half" (/sys/class/net/D/duplex); empty if unknown.
	Duplex string `json:"duplex,omitempty"`

	VLAN     *VLAN     `json:"vlan,omitempty"`      // nil: not a VLAN, or its details could not be read
	Bond     *Bond     `json:"bond,omitempty"`      // nil: not a bond, or its details could not be read
	BondPort *BondPort `json:"bond_port,omitempty"` // nil: not a bond's port, or not read
	Macvlan  *Macvlan  `json:"macvlan,omitempty"`   // nil: neither macvlan nor macvtap, or not read
	Bridge   *Bridge   `json:"bridge,omitempty"`    // nil: not a bridge, or its details could not be read
	Tunnel   *Tunnel   `json:"tunnel,omitempty"`    // nil: neither vxlan nor geneve, or its details could not be read
	// BridgePort is nil for what is no port of a bridge that filters by VLAN, or
	// not read (FactBridgeVLANs). Such a bridge itself has one, too: it is the port
	// by which the host's own frames, and those of what stands on it, come in and out.
	BridgePort *BridgePort `json:"bridge_port,omitempty"`
	VF         *VF         `json:"vf,omitempty"`        // nil: no SR-IOV virtual function; whether that was read is FactHardware
	Functions  []Function  `json:"functions,omitempty"` // a physical function's VFs (IFLA_VFINFO_LIST); nil: none, or not read
	QETH       *QETH       `json:"qeth,omitempty"`      // nil: not driven by qeth (IBM Z); whether that was read is FactHardware
}

// VLAN is what IFLA_INFO_DATA says of a link of kind vlan.
type VLAN struct {
	ID           int    `json:"id"`                     // IFLA_VLAN_ID, 0 to 4094
	Protocol     string `json:"protocol,omitempty"`     // IFLA_VLAN_PROTOCOL: "802.1Q" or "802.1ad"; empty if unknown
	LooseBinding Tri    `json:"loose_binding,omitzero"` // VLAN_FLAG_LOOSE_BINDING: up without its parent being up
}

// Tunnel is what IFLA_INFO_DATA says of a link of kind vxlan or geneve.
type Tunnel struct {
	// VNI is IFLA_VXLAN_ID or IFLA_GENEVE_ID, 0 to 16777215. It is 0 where each frame
	// says it ("external").
	VNI int `json:"vni"`
}

// Bond is what IFLA_INFO_DATA says of a link of kind bond.
type Bond struct {
	Mode        string `json:"mode"`                    // IFLA_BOND_MODE in words ("active-backup"); empty if unknown
	MIIMon      int    `json:"miimon"`                  // IFLA_BOND_MIIMON in ms; 0 is no monitoring, -1 unknown
	ARPInterval int    `json:"arp_interval"`            // IFLA_BOND_ARP_INTERVAL in ms; 0 is none, -1 unknown
	ARPValidate string `json:"arp_validate,omitempty"`  // IFLA_BOND_ARP_VALIDATE in words: of which ports only answers to the ARP requests count as a sign of life ("none", "active", "backup", "all"), with "filter" before it ("filter", "filter_active", "filter_backup") of which only ARP counts; empty if unknown
	ActiveSlave int    `json:"active_slave,omitempty"`  // IFLA_BOND_ACTIVE_SLAVE, an ifindex; 0 none
	FailOverMAC string `json:"fail_over_mac,omitempty"` // IFLA_BOND_FAIL_OVER_MAC in words ("none", "active", "follow"); empty if unknown
	MinLinks    int    `json:"min_links,omitempty"`     // IFLA_BOND_MIN_LINKS; 0 none or unknown
	LACP        *LACP  `json:"lacp,omitempty"`          // IFLA_BOND_AD_INFO; nil outside 802.3ad or if it could not be read
}

// LACP is IFLA_BOND_AD_INFO, what an 802.3ad bond agreed with its switch.
type LACP struct {
	Aggregator int    `json:"aggregator"`            // IFLA_BOND_AD_INFO_AGGREGATOR: the active aggregator's id
	Ports      int    `json:"ports"`                 // IFLA_BOND_AD_INFO_NUM_PORTS in it
	PartnerMAC string `json:"partner_mac,omitempty"` // IFLA_BOND_AD_INFO_PARTNER_MAC; "00:00:00:00:00:00" when no switch answered
}

// BondPort is what IFLA_INFO_SLAVE_DATA says of a bond's port.
type BondPort struct {
	State        string `json:"state,omitempty"`         // IFLA_BOND_SLAVE_STATE: "ACTIVE" or "BACKUP"; empty if unknown
	MIIStatus    string `json:"mii_status,omitempty"`    // IFLA_BOND_SLAVE_MII_STATUS: "UP", "GOING_DOWN", "DOWN", "GOING_BACK"; empty if unknown
	Aggregator   int    `json:"aggregator,omitempty"`    // IFLA_BOND_SLAVE_AD_AGGREGATOR_ID; 0 outside 802.3ad or unknown
	ActorState   int    `json:"actor_state,omitempty"`   // IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE bits; 0 outside 802.3ad or unknown
	PartnerState int    `json:"partner_state,omitempty"` // IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE bits; 0 likewise
	PermanentMAC string `json:"permanent_mac,omitempty"` // IFLA_BOND_SLAVE_PERM_HWADDR; empty if unknown
}

// Macvlan is what IFLA_INFO_DATA says of a macvlan or macvtap.
type Macvlan struct {
	Mode string `json:"mode"` // IFLA_MACVLAN_MODE: "private", "vepa", "bridge", "passthru" or "source"; empty if unknown
}

// Called says whether name is the device's name or one of its altnames, which
// is how the kernel looks a name up (dev_get_by_name).
func (d *Device) Called(name string) bool {
	return d.Name == name || slices.Contains(d.AltNames, name)
}

// IsTunnel says whether the device has a VNI: a VXLAN or a GENEVE tunnel.
func (d *Device) IsTunnel() bool { return d.Kind == KindVXLAN || d.Kind == KindGeneve }

// IsMacvlan says whether the device is a macvlan or a macvtap.
func (d *Device) IsMacvlan() bool { return d.Kind == KindMacvlan || d.Kind == KindMacvtap }
