package preflight

import (
	"time"

	"migcheck/hostinfo"
)

// Schema is the name and version of the report document. Within /1 fields are
// only added.
const Schema = "migcheck.report/1"

// Document is everything that one run has to say; every other format is made
// from its JSON.
type Document struct {
	Schema string `json:"schema"`
	Tool   Tool   `json:"tool"`
	// Created is when the judging was done, UTC.
	Created time.Time `json:"created"`
	// Example is set where the facts are the recorded example's, not a host's.
	Example bool     `json:"example,omitempty"`
	Options Options  `json:"options"`
	Waivers []Waiver `json:"waivers,omitempty"`
	// Hosts are all hosts that the reports speak about, once each.
	Hosts   []HostIdentity `json:"hosts"`
	Reports []Report       `json:"reports"`
	// Verdict is the worst of the reports'.
	Verdict Level `json:"verdict"`
}

// Tool names the program that judged.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Options are what was asked for, as far as it bears on the verdicts.
type Options struct {
	Strict   bool              `json:"strict,omitempty"`
	Scope    string            `json:"scope,omitempty"`    // "all" where more than the network was judged
	Snapshot string            `json:"snapshot,omitempty"` // the directory that the facts come from; empty: live
	Map      map[string]string `json:"map,omitempty"`      // [HOST:]DEVICE to DEVICE
	// ToAll is set where one guest was judged on the way to every other host: it
	// needs one of the ways, and not all of them.
	ToAll bool `json:"to_all,omitempty"`
	// Probe is set where frames were sent between the NICs' devices.
	Probe bool `json:"probe,omitempty"`
	// Assumed are the commands that the hosts were judged after, though nobody
	// has run them.
	Assumed []Assumption `json:"assumed,omitempty"`
}

// Assumption is a command that a host was judged after, as if it had been run.
type Assumption struct {
	Host    string `json:"host"`
	Command string `json:"command"`
	// NotApplied is why it was left out after all; empty if it was assumed.
	NotApplied string `json:"not_applied,omitempty"`
}

// HostIdentity says which host was meant, and how much of it was seen.
type HostIdentity struct {
	Name     string         `json:"name"`
	Hostname string         `json:"hostname,omitempty"`
	UUID     string         `json:"uuid,omitempty"`
	BootID   string         `json:"boot_id,omitempty"`
	Arch     string         `json:"arch,omitempty"`
	Kernel   string         `json:"kernel,omitempty"`
	Libvirt  string         `json:"libvirt,omitempty"` // the daemon's version
	User     string         `json:"user,omitempty"`
	Via      string         `json:"via,omitempty"`
	Gathered time.Time      `json:"gathered,omitzero"`
	Gaps     []hostinfo.Gap `json:"gaps,omitempty"`
}

// Identify is a host's line in a report.
func Identify(h *hostinfo.Host) HostIdentity {
	id := HostIdentity{
		Name: h.Name, Hostname: h.Hostname, UUID: h.UUID, BootID: h.BootID, Arch: h.Arch,
		Kernel: h.Kernel, User: h.User, Via: h.Via, Gathered: h.Gathered, Gaps: h.Gaps,
	}
	if h.Libvirt != nil {
		id.Libvirt = h.Libvirt.Version
	}
	return id
}

// Report is what one guest's migration from one host to another comes to.
type Report struct {
	Guest GuestIdentity `json:"guest"`
	From  string        `json:"from"`
	To    string        `json:"to"`
	// Verdict is the worst level that counts: of findings that are neither
	// waived nor mere consequences.
	Verdict Level `json:"verdict"`
	// MappedXML is set where the verdict holds for the guest with its devices
	// mapped: a migration without the mapped XML would look for the old names.
	MappedXML bool        `json:"mapped_xml,omitempty"`
	NICs      []NICReport `json:"nics"`
	Findings  []Finding   `json:"findings"`
	// NotChecked are rules that were left out because of a fact that is not
	// essential for them.
	NotChecked []NotChecked `json:"not_checked,omitempty"`
	// Beyond is what was found beyond the guest's network; nil where nobody asked.
	// The verdict above does not depend on it.
	Beyond *BeyondReport `json:"beyond,omitempty"`
	// Moved is what became of the migration; nil if none was asked for.
	Moved *Moved `json:"moved,omitempty"`
}

// GuestIdentity says which guest was meant and in which view it was judged.
type GuestIdentity struct {
	Name  string               `json:"name"`
	UUID  string               `json:"uuid,omitempty"`
	State hostinfo.DomainState `json:"state,omitempty"`
	// View is the definition that was judged: "migratable", "live" or
	// "inactive"; empty if none could be read.
	View string `json:"view,omitempty"`
}

// NICReport is one of the guest's interfaces on both hosts.
type NICReport struct {
	Index   int    `json:"index"`
	Type    string `json:"type"`
	MAC     string `json:"mac,omitempty"`
	Model   string `json:"model,omitempty"`
	Network string `json:"network,omitempty"` // the libvirt network that decides its device
	// Judged is false for kinds of NIC that migcheck does not judge.
	Judged      bool       `json:"judged"`
	Source      SideReport `json:"source,omitzero"`
	Destination SideReport `json:"destination,omitzero"`
	// SameNetwork is what speaks for both devices leading to one network; nil
	// where one of them is not there.
	SameNetwork *SameNetwork `json:"same_network,omitempty"`
	// Trial is what came of making a macvtap on the destination's device; nil where
	// nobody asked for it.
	Trial *hostinfo.Trial `json:"trial,omitempty"`
}

// SideReport is a NIC's place on one host.
type SideReport struct {
	Host   string `json:"host,omitempty"`
	Device string `json:"device,omitempty"` // the name that libvirt looks for
	Mapped bool   `json:"mapped,omitempty"` // it comes from the map
	Mode   string `json:"mode,omitempty"`   // macvtap mode
	Found  bool   `json:"found"`
	// Bridge is "linux" or "openvswitch" where the NIC's tap is a port of a bridge,
	// which Device names, "libvirt" where it is one of a network that libvirt makes
	// by itself; empty for a macvtap, and where that is not known.
	Bridge string `json:"bridge,omitempty"`
	// Summary is the stack in one line, for people.
	Summary string `json:"summary"`
	// Layers are the device and everything below it, top first.
	Layers []hostinfo.Device `json:"layers,omitempty"`
}

// NotChecked is a rule that was left out, and why.
type NotChecked struct {
	Rule   string `json:"rule"`
	NIC    *int   `json:"nic,omitempty"`
	Host   string `json:"host"`
	User   string `json:"user,omitempty"`
	Reason string `json:"reason"`
}
