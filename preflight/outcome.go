package preflight

// Moved is what became of a guest that was to be migrated.
type Moved struct {
	// Outcome is "refused" (nothing was changed), "withdrawn" (it was cleared, and
	// what was read right before did not bear it out), "planned" (a dry run),
	// "declined", "arrived", "stayed", "halted", "unclear", "twice" or "lost".
	Outcome string `json:"outcome"`
	// Error is what libvirt, or migcheck before it, said; empty if nothing.
	Error string `json:"error,omitempty"`
	// Cause is who refused what Error says, as far as its words and what guards the
	// hosts tell; empty if they don't.
	Cause string `json:"cause,omitempty"`
	// Where says where the guest is now, and how that is known.
	Where string `json:"where,omitempty"`
	// Commands are what to do where somebody must, each with its host.
	Commands []string `json:"commands,omitempty"`
	// Order is what libvirt was, or would be, told.
	Order []string `json:"order,omitempty"`
	// Changes are facts that changed between the check and the trigger.
	Changes []string `json:"changes,omitempty"`
	// Seconds is how long the migration took; DowntimeMS how long the guest stood
	// still, and Bytes what was sent: 0 if libvirt did not say.
	Seconds    float64 `json:"seconds,omitempty"`
	DowntimeMS int64   `json:"downtime_ms,omitempty"`
	Bytes      uint64  `json:"bytes,omitempty"`
	// Frames are what the guest was seen to send after its arrival, by macvtap;
	// -1 if it could not be counted.
	Frames map[string]int `json:"frames,omitempty"`
	// Verdict, Findings and NotChecked are the look afterwards; nil findings if
	// there was none.
	Verdict    Level        `json:"verdict,omitempty"`
	Findings   []Finding    `json:"findings,omitempty"`
	NotChecked []NotChecked `json:"not_checked,omitempty"`
}
