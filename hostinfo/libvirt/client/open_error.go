package client

import (
	"fmt"
	"strings"
)

// OpenError is a connection that was not made.
type OpenError struct {
	URI  string
	Host string // as Options named it; may be empty
	Err  error  // the daemon's or the library's own words
}

func (e *OpenError) Error() string {
	on := ""
	if e.Host != "" {
		on = " on " + e.Host
	}
	return fmt.Sprintf("open libvirt %s%s: %v", e.URI, on, e.Err)
}

func (e *OpenError) Unwrap() error { return e.Err }

// Hint says what to do about it, in one line; empty if that is not known.
func (e *OpenError) Hint() string { return hint(e.Err.Error()) }

// hint goes by the words, because libvirt gives one code (VIR_ERR_SYSTEM_ERROR
// or VIR_ERR_INTERNAL_ERROR) to most of these.
func hint(words string) string {
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(words, p) {
				return true
			}
		}
		return false
	}
	switch {
	case has(noClientWords):
		return "use a migcheck that was built with cgo and -tags libvirt_dlopen, or judge from a snapshot (--snapshot DIR)"
	case has("Failed to open libvirt"):
		return "install libvirt's client library on this machine (Debian: libvirt0 or libvirt-clients; Fedora: libvirt-libs or libvirt-client)"
	case refused(words):
		return "ask as root, or as a member of the group libvirt on that host (sudo usermod -aG libvirt USER, then log in anew)"
	case has("Connection refused", "No such file or directory"):
		return "start the daemon on that host: systemctl start virtqemud.socket, or libvirtd.socket where libvirt is one daemon"
	case has("no connection driver available"):
		return "check the URI, and that the daemon has that driver (Debian: libvirt-daemon-driver-qemu)"
	}
	return ""
}

// Refused says whether the daemon or its socket did not let the user in.
func (e *OpenError) Refused() bool { return refused(e.Err.Error()) }

func refused(words string) bool {
	for _, p := range []string{"polkit", "authentication unavailable", "authentication failed", "access denied", "Permission denied"} {
		if strings.Contains(words, p) {
			return true
		}
	}
	return false
}

// noClientWords are the stub's.
const noClientWords = "built without a libvirt client"
