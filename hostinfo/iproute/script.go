package iproute

import (
	"crypto/rand"
	_ "embed"
	"regexp"
	"strings"

	"migcheck/hostinfo/iproute/files"
)

// MaxOutput is how many bytes of output to read at most: 40,000 devices in the
// words of ip -details -json. Whoever runs the script stops there; the script
// does not count, since nothing makes a host run what it was sent, and a head
// in the pipe would cost every host as much as ip does. [Decode] takes what was
// cut for what it is.
const MaxOutput = 32 << 20

//go:embed script.sh
var source string

// NewMarker returns a random word that no host can have printed before.
func NewMarker() string { return rand.Text() }

// Script is the program for a POSIX shell whose output [Decode] reads. Letters
// and digits of marker frame its sections; other bytes of it are dropped. It
// writes nothing to the host, and asks for no privilege.
//
// It is one line without single quotes, exclamation marks or double
// backslashes, so that 'Script' in single quotes is the same word to every
// login shell, csh and fish included.
func Script(marker string) string {
	return strings.Replace(program, "MARKER", clean(marker), 1)
}

// Command is the one command to run on the host: Script wrapped for whatever
// the login shell is.
func Command(marker string) string {
	return "exec /bin/sh -c '" + Script(marker) + "'"
}

// SudoCommand is Command run as root, for users who may do so without a
// password. Libvirt's sockets are looked at as the user who logged in, before
// sudo: it is that user whom sshd connects to them.
func SudoCommand(marker string) string {
	return "exec /bin/sh -c '" + ownSockets + "' sh '" + Script(marker) + "'"
}

// ownSockets passes the sockets that the user may use on to the script.
const ownSockets = `own=" "; for d in /run /var/run; do ` +
	`for s in $d/libvirt/virtqemud-sock $d/libvirt/libvirt-sock $d/libvirt/virtqemud-sock-ro $d/libvirt/libvirt-sock-ro; do ` +
	`if [ -r $s ] && [ -w $s ]; then own="$own$s "; fi; done; done; ` +
	`LC_ALL=C; export LC_ALL; exec sudo -n -- /bin/sh -c "$1" sh "$own"`

// program is the source without comments, on one line, with the lists that the
// other reading of the same files shares. csh refuses words of 8 KiB: what is no
// use to a shell goes, and some of what is for people.
var program = func() string {
	var b strings.Builder
	for line := range strings.Lines(source) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		b.WriteString(line)
		if !strings.HasSuffix(line, ";") {
			b.WriteByte(' ')
		}
	}
	return strings.NewReplacer(
		"; ", ";", " ;;", ";;", " || ", "||", " && ", "&&", "() {", "(){",
		"SHAPING_MODULES", strings.Join(files.ShapingModules, " "),
		"AGENT_SOCKET", files.AgentSocket,
		"LLDPAD_PIDS", strings.Join(files.LLDPADPid, " "),
		"DAEMON_PIDS", strings.Join(files.DaemonPid, " "),
		"QETH_FILES", strings.Join(files.QETHFiles, " "),
		"CONFIG_FILES", strings.Join(files.ConfigFiles(), " "),
		"CONFIG_LINES", strings.ReplaceAll(files.ConfigLines, "[[:space:]]", "$w"),
		"NETPLAN_FILES", strings.Join(files.Netplan(), " "),
		"NETPLAN_LINES", files.NetplanLines,
		"SYSTEM_FILES", strings.Join(files.SystemFiles, " "),
		"SYSTEM_LINES", files.SystemLines,
	).Replace(shortened.ReplaceAllStringFunc(b.String(), func(name string) string { return name[:1] + "_" }))
}()

// shortened are the functions that the script calls often.
var shortened = regexp.MustCompile(`\b(read_line|section|fact|living)\b`)

func clean(marker string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, marker)
}
