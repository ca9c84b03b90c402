// Package denial says what kept someone from something on a host, as far as the
// words of the tool that failed and what guards the host tell. What they do not
// tell it does not guess: it says then where that is written down. It reads
// nothing, and knows neither groups nor packages.
package denial

import (
	"regexp"
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
	// Fix is what helps once that is seen, in words.
	Fix string
}

// Who was refused.
type Who uint8

const (
	// User is anybody: a file's mode alone may keep him out.
	User Who = iota
	// Root is kept out by no file's mode.
	Root
	// Emulator is a guest's, which libvirt starts as a user of its own.
	Emulator
)

const (
	lookSELinux   = "ausearch -m avc -ts recent"
	lookAppArmor  = `journalctl -k -g 'apparmor="DENIED"'`
	lookPolkit    = "journalctl -u polkit -n 20"
	lookSudo      = "journalctl -t sudo -n 20"
	lookNoexec    = "findmnt -O noexec"
	lookFapolicyd = "ausearch -m fanotify -ts recent"

	fixSELinux  = "give a file that its log names its label back (restorecon -v FILE), or have audit2why name the boolean that allows it"
	fixAppArmor = "allow what its log names in a file of /etc/apparmor.d/local, for emulators in its abstractions/libvirt-qemu"
	fixRights   = "migcheck doctor prints the lines that let the user"
	fixProgram  = "mount that file system without noexec, or have fapolicyd trust the program (fapolicyd-cli --file add), or install migcheck's package there"
)

// named are the words that say who refused. They are libvirt's (virpolkit.c,
// security_selinux.c, security_apparmor.c, vircommand.c), sudo's, D-Bus's and the
// kernel's; the sentences and not the names of the mechanisms, which a path, a
// guest or a setting may have too.
var named = []struct {
	words *regexp.Regexp
	as    Denial
	on    func(hostinfo.System) bool // whether it may be there; nil: anywhere
}{
	// virPolkitCheckAuth, by what polkit answers: a challenge, or no.
	{
		regexp.MustCompile(`no polkit agent available`),
		Denial{true, "polkit asks for a password there, and nobody can be asked for one in such a session", []string{lookPolkit}, fixRights},
		nil,
	},
	{regexp.MustCompile(`access denied by policy`), Denial{true, "a rule of polkit there says no", []string{lookPolkit}, fixRights}, nil},
	{
		regexp.MustCompile(`user cancelled authentication process|[Pp]olkit[^/']*(denied|not authori[sz]ed)`),
		Denial{true, "polkit refused it", []string{lookPolkit}, fixRights},
		nil,
	},
	{
		regexp.MustCompile(`(set|clear|get|allocate) (socket )?security context .*: (Operation not permitted|Permission denied)|[Aa]n SELinux policy prevents|avc: +denied`),
		Denial{true, "SELinux refused it", []string{lookSELinux}, fixSELinux},
		mayEnforce,
	},
	{
		regexp.MustCompile(`(load|update|set) AppArmor profile|error calling aa_change_profile|[Aa]n AppArmor policy prevents|apparmor="DENIED"`),
		Denial{true, "AppArmor refused it", []string{lookAppArmor}, fixAppArmor},
		mayConfine,
	},
	{
		regexp.MustCompile(`sudo: .*(password is required|must have a tty)|not in the sudoers file|is not allowed to (execute|run)|may not run sudo`),
		Denial{true, "sudo there does not make the user root without a password", []string{lookSudo}, fixRights},
		nil,
	},
	{
		regexp.MustCompile(`is mounted noexec`),
		Denial{true, "nothing may be run from file systems that are mounted noexec", []string{lookNoexec}, fixProgram},
		nil,
	},
}

var (
	// program is a program that was brought to a host and not let run: the probe's,
	// by its script's words, or the agent's, by the shell's about its path.
	program = regexp.MustCompile(`(it may not be run from |/\.push\.).*(Permission denied|Operation not permitted)`)
	// file is one that an emulator, or libvirt for it, could not open.
	file   = regexp.MustCompile(`([Cc]ould not open|[Uu]nable to open|[Cc]annot (open|access)) .*: (Permission denied|Operation not permitted)`)
	denied = regexp.MustCompile(`[Pp]ermission denied|[Oo]peration not permitted|not even root may`)
	// password is sshd's, who has not let anybody in whom a guard could watch.
	password = regexp.MustCompile(`Permission denied( \(|, please try again)`)
)

// Of is who refused something with these words on a host of that system. It is
// false where nothing points to more than a file's mode.
func Of(words string, s hostinfo.System, who Who) (Denial, bool) {
	words = strings.Join(strings.Fields(words), " ")
	for i := range named {
		if n := &named[i]; n.words.MatchString(words) {
			if n.on != nil && !n.on(s) {
				return Denial{}, false
			}
			return n.as, true
		}
	}
	g := guardOf(s)
	switch {
	case password.MatchString(words):
	case program.MatchString(words):
		return programKept(g), true
	case g == nil:
	case who == Root && denied.MatchString(words):
		return Denial{false, "root is kept out by no file's mode; " + g.asked(), g.look, g.fix}, true
	case who == Emulator && file.MatchString(words):
		return Denial{false, "the mode or owner of that file may keep the emulator out; so may what guards the host: " + g.asked(), g.look, g.fix}, true
	}
	return Denial{}, false
}

// mayEnforce says whether SELinux may refuse something there, as far as is known.
func mayEnforce(s hostinfo.System) bool {
	return s.SELinux == "enforcing" || s.SELinux == "" && s.AppArmor != hostinfo.Yes
}

// mayConfine says the same of AppArmor.
func mayConfine(s hostinfo.System) bool { return s.AppArmor != hostinfo.No && s.SELinux == "" }

// guard is what guards a host beyond the modes of files.
type guard struct {
	state, log, fix string
	look            []string
}

// asked says who would know.
func (g *guard) asked() string {
	return g.state + " there, and " + g.log + " says whether it was that"
}

// guardOf is nil if nothing is known to guard the host.
func guardOf(s hostinfo.System) *guard {
	switch {
	case s.SELinux == "enforcing":
		return &guard{"SELinux is enforcing", "its log", fixSELinux, []string{lookSELinux}}
	case s.AppArmor == hostinfo.Yes:
		return &guard{"AppArmor is on", "the kernel's log", fixAppArmor, []string{lookAppArmor}}
	}
	return nil
}

// programKept is for a program of root's that was not let run; g may be nil.
func programKept(g *guard) Denial {
	d := Denial{false, "root may run what is mounted without noexec, unless a guard of programs (fapolicyd) says no", []string{lookNoexec, lookFapolicyd}, fixProgram}
	if g != nil {
		d.Text += "; " + g.state + " there, too"
		d.Look = append(d.Look, g.look...)
	}
	return d
}

// On is the denial in one line, where it was on that host: who, where that is
// written down, and what helps.
func (d *Denial) On(host string) string {
	return d.Text + "; as root on " + host + ": " + strings.Join(d.Look, ", ") + "; then " + d.Fix
}
