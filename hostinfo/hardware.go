package hostinfo

// VF says that a device is an SR-IOV virtual function.
type VF struct {
	// Parent is the physical function's device (/sys/class/net/D/device/physfn/net);
	// empty if it has none here.
	Parent string `json:"parent,omitempty"`
	// Number is the VF's, from 0 (the physfn's virtfnN that leads back to it);
	// -1 if unknown.
	Number int `json:"number"`
}

// Function is one virtual function as its physical function shows it
// (IFLA_VFINFO_LIST, which must be asked for with RTEXT_FILTER_VF).
type Function struct {
	Number     int    `json:"number"`               // IFLA_VF_MAC's vf, from 0
	MAC        string `json:"mac,omitempty"`        // the administrator's address; empty if none was set
	VLAN       int    `json:"vlan,omitempty"`       // IFLA_VF_VLAN; 0 none
	Trust      Tri    `json:"trust,omitzero"`       // IFLA_VF_TRUST: it may take other addresses
	SpoofCheck Tri    `json:"spoof_check,omitzero"` // IFLA_VF_SPOOFCHK: frames from other addresses are dropped
}

// QETH is what the qeth driver of IBM Z says of an OSA or HiperSockets device
// (files below /sys/class/net/D/device). Empty strings and Unknown are what
// could not be read.
type QETH struct {
	Layer2     Tri    `json:"layer2,omitzero"`       // layer2
	CardType   string `json:"card_type,omitempty"`   // card_type: "OSD_10GIG", "HiperSockets", ...
	CHPID      string `json:"chpid,omitempty"`       // chpid: the channel path, in hexadecimal
	State      string `json:"state,omitempty"`       // state: "UP (LAN ONLINE)", "SOFTSETUP", "DOWN", ...
	Isolation  string `json:"isolation,omitempty"`   // isolation: "none", "drop", "forward"
	BridgeRole string `json:"bridge_role,omitempty"` // bridge_role: "none", "primary", "secondary"
	// Takeover is vnicc/takeover_setvmac: another device of the channel may take
	// an address over.
	Takeover Tri `json:"takeover,omitzero"`
}

// Function returns what the physical function shows of its VF of that number,
// or nil.
func (d *Device) Function(number int) *Function {
	for i := range d.Functions {
		if d.Functions[i].Number == number {
			return &d.Functions[i]
		}
	}
	return nil
}
