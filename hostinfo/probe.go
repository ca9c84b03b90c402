package hostinfo

// Probe is what came of sending frames between two devices of two hosts. It is
// taken only when asked for, and never recorded.
type Probe struct {
	From       string `json:"from"`        // the source host
	FromDevice string `json:"from_device"` // the device there, by its own name
	To         string `json:"to"`          // the destination host
	ToDevice   string `json:"to_device"`
	// Undecided is why nothing can be concluded, and Host the host that it is
	// about; empty if the frames decide.
	Undecided string `json:"undecided,omitempty"`
	Host      string `json:"host,omitempty"`
	// Size is the largest size that was tried, in bytes of content, as an MTU
	// counts: the guest's, or less where a device takes less; 0 if it came to none.
	Size int `json:"size,omitempty"`
	// There and Back are the way to the destination's device and the way back.
	There Way `json:"there"`
	Back  Way `json:"back"`
}

// Way is what came of one direction.
type Way struct {
	Sent  int `json:"sent"`  // frames that the sender's kernel took
	Heard int `json:"heard"` // frames that the other device heard, each once
	// Largest is the largest size that passed, found to within 4 bytes; 0 if none
	// was tried beside the small ones.
	Largest int `json:"largest,omitempty"`
	// Duplicates are frames that the other device heard once more, and Returned
	// those that came back to their sender.
	Duplicates int `json:"duplicates,omitempty"`
	Returned   int `json:"returned,omitempty"`
	// Forged are frames that claimed to be of this run at the other device, and
	// were not.
	Forged int `json:"forged,omitempty"`
}

// BothWays says whether frames passed in both directions.
func (p *Probe) BothWays() bool {
	return p.Undecided == "" && p.There.Heard > 0 && p.Back.Heard > 0
}
