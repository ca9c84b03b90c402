package hostinfo

// Trial is what came of making a macvtap on a device and taking it away at once.
// It is made only when asked for, and never recorded.
type Trial struct {
	Host   string `json:"host"`
	Device string `json:"device"` // by its own name
	Mode   string `json:"mode"`   // the macvtap mode, in libvirt's words
	// Refused is what the kernel answered; empty if it made the macvtap.
	Refused string `json:"refused,omitempty"`
	// Undecided is why it was not tried; empty if it was.
	Undecided string `json:"undecided,omitempty"`
}
