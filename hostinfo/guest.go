package hostinfo

// DomainState is a domain's state in virsh's words.
type DomainState string

// The states of virDomainState.
const (
	StateUnknown     DomainState = ""
	StateRunning     DomainState = "running"
	StateBlocked     DomainState = "idle"
	StatePaused      DomainState = "paused"
	StateShutdown    DomainState = "in shutdown"
	StateShutoff     DomainState = "shut off"
	StateCrashed     DomainState = "crashed"
	StatePMSuspended DomainState = "pmsuspended"
)

// Active says whether the domain has a running emulator, which is when libvirt
// migrates it live.
func (s DomainState) Active() bool {
	switch s {
	case StateRunning, StateBlocked, StatePaused, StateShutdown, StatePMSuspended:
		return true
	}
	return false
}

// Guest is one domain in the views that a migration uses. Each view is nil if
// it does not exist or could not be read; Gaps says which.
type Guest struct {
	Name  string      `json:"name"`
	UUID  string      `json:"uuid"`
	ID    int         `json:"id,omitempty"` // libvirt's id while it is active; 0 otherwise
	State DomainState `json:"state,omitempty"`
	// Persistent says whether the domain has a definition that outlives it.
	Persistent Tri `json:"persistent,omitzero"`
	// Job is what libvirt is doing with the guest already ("migration out",
	// "save", ...; virDomainGetJobStats); empty if nothing or unknown.
	Job string `json:"job,omitempty"`
	// Live is what runs (dumpxml). Its network-backed NICs print as
	// type='direct' with source network=.
	Live *Definition `json:"live,omitempty"`
	// Migratable is what libvirt sends (dumpxml --migratable), which read-only
	// connections are refused.
	Migratable *Definition `json:"migratable,omitempty"`
	// Inactive is the persistent definition (dumpxml --inactive).
	Inactive *Definition `json:"inactive,omitempty"`
	// Gaps are what could not be read: Fact is one of FactLive, FactMigratable,
	// FactInactive, FactState, FactPersistent and FactJob.
	Gaps []Gap `json:"gaps,omitempty"`
}

// The facts of a guest that a Gap of it names.
const (
	FactLive       Fact = "live"       // Guest.Live
	FactMigratable Fact = "migratable" // Guest.Migratable
	FactInactive   Fact = "inactive"   // Guest.Inactive
	FactState      Fact = "state"      // Guest.State
	FactPersistent Fact = "persistent" // Guest.Persistent
	FactJob        Fact = "job"        // Guest.Job
)

// Sent is the definition that a migration would send, as nearly as it was
// read: the migratable view, else the live one, else for a stopped guest its
// persistent one. Nil if none was read.
func (g *Guest) Sent() *Definition {
	switch {
	case g.Migratable != nil:
		return g.Migratable
	case g.Live != nil:
		return g.Live
	case !g.State.Active():
		return g.Inactive
	}
	return nil
}

// Definition is the part of a domain's XML that migcheck judges.
type Definition struct {
	Type    string `json:"type"`              // domain/@type: "kvm", "qemu", "test"
	Arch    string `json:"arch,omitempty"`    // os/type/@arch
	Machine string `json:"machine,omitempty"` // os/type/@machine
	// LaunchSecurity is launchSecurity/@type ("s390-pv", "sev", "sev-snp", ...);
	// empty if the element is not there.
	LaunchSecurity string `json:"launch_security,omitempty"`
	// Memory is nil if the document says nothing of it.
	Memory *GuestMemory `json:"memory,omitempty"`
	// NICs are devices/interface in document order, which is how libvirt
	// compares them.
	NICs []NIC `json:"nics,omitempty"`
	// PCIDevices are the devices/hostdev elements that hand a PCI device of the
	// host through to the guest, in document order. NICs of type hostdev are not
	// among them.
	PCIDevices []PCIDevice `json:"pci_devices,omitempty"`
}

// PCIDevice is one hostdev element of mode subsystem and type pci. What kind of
// device it is does not stand there.
type PCIDevice struct {
	Address        string `json:"address,omitempty"`         // source/address ("0000:3b:02.0")
	TeamingType    string `json:"teaming_type,omitempty"`    // teaming/@type (libvirt 7.1)
	TeamingPartner string `json:"teaming_partner,omitempty"` // teaming/@persistent
}

// NIC is one devices/interface element. Empty strings are absent attributes
// unless a field says otherwise.
type NIC struct {
	// Type is interface/@type as printed. Live XML says "direct" for a NIC that
	// a network resolved to a device: ask NetworkBacked first.
	Type      string `json:"type"`
	Alias     string `json:"alias,omitempty"`     // alias/@name ("net0"), only while running
	Dev       string `json:"dev,omitempty"`       // source/@dev
	Mode      string `json:"mode,omitempty"`      // source/@mode of a direct NIC; absent means "vepa"
	Network   string `json:"network,omitempty"`   // source/@network
	Portgroup string `json:"portgroup,omitempty"` // source/@portgroup
	Bridge    string `json:"bridge,omitempty"`    // source/@bridge
	PCI       string `json:"pci,omitempty"`       // source/address of type hostdev ("0000:3b:02.0")
	Backend   string `json:"backend,omitempty"`   // backend/@type: "passt"; absent means QEMU's own
	MAC       string `json:"mac,omitempty"`       // mac/@address, lower case
	// CurrentMAC is mac/@currentAddress (libvirt 11.2): what the guest changed
	// its address to while it is trusted.
	CurrentMAC string `json:"current_mac,omitempty"`
	Model      string `json:"model,omitempty"`  // model/@type; absent means libvirt chooses (rtl8139 on x86)
	Target     string `json:"target,omitempty"` // target/@dev
	// TargetManaged is target/@managed of type ethernet: "no" where somebody else
	// makes the tap (libvirt 5.7).
	TargetManaged string `json:"target_managed,omitempty"`
	// TrustGuestRxFilters is interface/@trustGuestRxFilters: "yes", "no" or "".
	TrustGuestRxFilters string `json:"trust_guest_rx_filters,omitempty"`
	MTU                 int    `json:"mtu,omitempty"`             // mtu/@size in bytes; 0 absent
	DriverName          string `json:"driver_name,omitempty"`     // driver/@name: "vhost", "qemu"
	Queues              int    `json:"queues,omitempty"`          // driver/@queues; 0 absent
	IOMMU               string `json:"iommu,omitempty"`           // driver/@iommu: "on", "off"
	VirtualPort         string `json:"virtual_port,omitempty"`    // virtualport/@type
	VLANTags            []int  `json:"vlan_tags,omitempty"`       // vlan/tag/@id
	VLANTrunk           bool   `json:"vlan_trunk,omitempty"`      // vlan/@trunk='yes'
	Filter              string `json:"filter,omitempty"`          // filterref/@filter
	LinkState           string `json:"link_state,omitempty"`      // link/@state: "up", "down"
	TeamingType         string `json:"teaming_type,omitempty"`    // teaming/@type
	TeamingPartner      string `json:"teaming_partner,omitempty"` // teaming/@persistent
	Bandwidth           bool   `json:"bandwidth,omitempty"`       // a bandwidth element is there
	Inbound             bool   `json:"inbound,omitempty"`         // bandwidth/inbound: what the guest receives is limited
	Outbound            bool   `json:"outbound,omitempty"`        // bandwidth/outbound: what it sends is
}

// NetworkBacked says whether a libvirt network decides the NIC's device, so
// that the destination resolves it anew. The type attribute lies in live XML.
func (n *NIC) NetworkBacked() bool { return n.Network != "" }

// Direct says whether the NIC names a host device itself (MacVTap).
func (n *NIC) Direct() bool { return n.Type == "direct" && n.Network == "" }

// OnBridge says whether the NIC names a bridge itself, by which its tap becomes
// a port of it.
func (n *NIC) OnBridge() bool { return n.Type == "bridge" && n.Network == "" }

// EffectiveMAC is the address that the guest uses on the wire: CurrentMAC if
// it changed it, else MAC.
func (n *NIC) EffectiveMAC() string {
	if n.CurrentMAC != "" {
		return n.CurrentMAC
	}
	return n.MAC
}
