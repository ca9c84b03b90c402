// Package denial says what kept someone from something on a host, as far as the
// words of the tool that failed and what guards the host tell. What they do not
// tell it does not guess: it says then where that is written down. It reads
// nothing, and knows neither groups nor packages.
package denial

import (
	"strings"

	"migcheck/hostinfo"
)

// Denial is a refusal that is somebody's work.
type Denial struct {
	// Known is set if the words name who it was. Otherwise it may have been.
	Known bool
	// Text is a sentence without a full stop.
	Text string
	// Look are commands for root on the host that show who refused, and what.
	Look []string
}

const (
	lookSELinux  = "ausearch -m avc -ts recent"
	lookAppArmor = `journalctl -k -g 'apparmor="DENIED"'`
	lookPolkit   = "journalctl -u polkit -n 20"
)

// Of is who refused something with these words; root says that root was
// refused, whom no file's mode keeps out. It is false where nothing points to
// more than a file's mode.
func Of(words string, s hostinfo.System, root bool) (Denial, bool) {
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(words, p) {
				return true
			}
		}
		return false
	}
	switch {
	// virPolkitCheckAuth, by what polkit answers: a challenge, or no.
	case has("no polkit agent available"):
		return Denial{true, "polkit asks for a password there, and nobody can be asked for one in such a session", []string{lookPolkit}}, true
	case has("access denied by policy"):
		return Denial{true, "a rule of polkit there says no", []string{lookPolkit}}, true
	case has("user cancelled authentication process", "polkit"):
		return Denial{true, "polkit refused it", []string{lookPolkit}}, true
	// virSecuritySELinuxSetFilecon and its like; D-Bus says SELinux.
	case has("SELinux", "security context", "avc:"):
		return Denial{true, "SELinux refused it", []string{lookSELinux}}, true
	case has("AppArmor", "apparmor"):
		return Denial{true, "AppArmor refused it", []string{lookAppArmor}}, true
	case root && has("Permission denied", "Operation not permitted", "permission denied", "operation not permitted", "not even root may"):
		return guarded(s)
	}
	return Denial{}, false
}

// guarded is for root, who was refused without a word of who it was.
func guarded(s hostinfo.System) (Denial, bool) {
	const who = "root is kept out by no file's mode; "
	switch {
	case s.SELinux == "enforcing":
		return Denial{false, who + "SELinux is enforcing there, and its log says whether it was that", []string{lookSELinux}}, true
	case s.AppArmor == hostinfo.Yes:
		return Denial{false, who + "AppArmor is on there, and the kernel's log says whether it was that", []string{lookAppArmor}}, true
	}
	return Denial{}, false
}
