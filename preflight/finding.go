package preflight

import (
	"strconv"
	"strings"
)

// Finding is one thing that a rule has to say, complete enough to be pasted
// into a ticket by itself.
type Finding struct {
	// ID is stable as long as rule and subject are: RULE/GUEST/NIC/HOST/DEVICE.
	ID      string  `json:"id"`
	Rule    string  `json:"rule"`
	Level   Level   `json:"level"`
	Phase   Phase   `json:"phase"`
	Subject Subject `json:"subject"`
	// SourceValue and DestinationValue are what was compared; empty if there is
	// no such value or it is unknown.
	SourceValue      string `json:"source_value,omitempty"`
	DestinationValue string `json:"destination_value,omitempty"`
	// Reason says what is wrong and what comes of it.
	Reason string `json:"reason"`
	// CausedBy is the ID of the finding that this one is a consequence of.
	CausedBy string `json:"caused_by,omitempty"`
	// Fix are commands for a root shell on the subject's host, in their order.
	Fix []string `json:"fix,omitempty"`
	// Suggest are devices of the subject's host that the NIC could be mapped to
	// instead. Where there are several, nothing that was seen chooses among them.
	Suggest []Suggestion `json:"suggestions,omitempty"`
	// Permanent are commands and file contents that make what Fix does last over
	// a reboot, in the words of the host's network configuration; lines that begin
	// with # say where the ones below belong. Nil where there is none or where it
	// is not known which decides. PermanentFor names it.
	Permanent    []string `json:"permanent_fix,omitempty"`
	PermanentFor string   `json:"permanent_fix_for,omitempty"`
	// Hint is what to do where no command does it.
	Hint string `json:"hint,omitempty"`
	// Explain and Allow are the command lines that say more and that waive it.
	Explain string `json:"explain,omitempty"`
	Allow   string `json:"allow,omitempty"`
	// Waived says who decided to live with it; nil if it counts.
	Waived *Waived `json:"waived,omitempty"`
	// Unwaivable says why no waiver is accepted for it.
	Unwaivable string `json:"unwaivable,omitempty"`
	// Mentions are names in its texts that stand in no other field.
	Mentions []Mention `json:"mentions,omitempty"`
}

// Subject is what a finding is about.
type Subject struct {
	Guest  string `json:"guest"`
	NIC    *int   `json:"nic,omitempty"` // position among the guest's interfaces, from 0
	MAC    string `json:"mac,omitempty"`
	Host   string `json:"host,omitempty"`
	Device string `json:"device,omitempty"`
}

// Suggestion is another device for a NIC.
type Suggestion struct {
	// Map is what to hand to --map: HOST:DEVICE=DEVICE, not quoted.
	Map string `json:"map"`
	// Evidence is what was seen that speaks for the device, and no more.
	Evidence string `json:"evidence"`
}

// Waived is the waiver that is about a finding.
type Waived struct {
	Reason string `json:"reason"`
	// Expired is set where the waiver has ended: the finding counts again.
	Expired bool `json:"expired,omitempty"`
	// Refused is set where no waiver is accepted, for what Unwaivable says: the
	// finding counts.
	Refused bool `json:"refused,omitempty"`
}

// Counts says whether the finding bears on the verdict.
func (f *Finding) Counts() bool { return f.Waived == nil || f.Waived.Expired || f.Waived.Refused }

var idEscapes = strings.NewReplacer("%", "%25", "/", "%2F", " ", "%20")

// identify makes the finding's ID from rule and subject.
func (f *Finding) identify() {
	nic := "-"
	if f.Subject.NIC != nil {
		nic = strconv.Itoa(*f.Subject.NIC)
	}
	part := func(s string) string {
		if s == "" {
			return "-"
		}
		return idEscapes.Replace(s)
	}
	f.ID = f.Rule + "/" + part(f.Subject.Guest) + "/" + nic + "/" + part(f.Subject.Host) + "/" + part(f.Subject.Device)
}
