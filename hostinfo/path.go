package hostinfo

// Path is the way from one host to the ports to which another lets guests
// migrate, as it was tried from the first.
type Path struct {
	// To is the other host as the user named it.
	To string
	// Name is what the emulator will connect to: the other host's own name, or
	// the one that was asked for.
	Name string
	// Address is what Name resolves to on this host (getent ahosts, the first);
	// empty if it does not.
	Address string
	// Device and MTU are those of the route to Address (ip route get,
	// /sys/class/net/D/mtu); empty and 0 if unknown.
	Device string
	MTU    int
	// Ports are what the migration ports that were tried answered.
	Ports []Port
	// Daemon is the port of libvirt's daemon that this host reaches there (16514
	// or 16509), so that it could migrate by itself; 0 if none.
	Daemon int
}

// Port is one TCP port and its answer.
type Port struct {
	Number int
	Answer Answer
	Words  string // what the connecting program said; empty if nothing
}

// Answer is what became of a connection to a port.
type Answer string

// The answers. Refused means that the host is reached and nothing listens: the
// usual answer of a migration port before a migration.
const (
	AnswerUnknown     Answer = ""
	AnswerOpen        Answer = "open"
	AnswerRefused     Answer = "refused"
	AnswerNone        Answer = "none"        // nothing came back: a firewall drops it
	AnswerUnreachable Answer = "unreachable" // no route, or a firewall that says so
)

// Path returns the way to the host of that name, or nil if it was not tried.
func (h *Host) Path(to string) *Path {
	for i := range h.Paths {
		if h.Paths[i].To == to {
			return &h.Paths[i]
		}
	}
	return nil
}
