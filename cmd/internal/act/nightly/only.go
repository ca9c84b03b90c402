package nightly

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"migcheck/hostinfo/iproute"
	"migcheck/hostinfo/iproute/files"
)

// OnlyPath is where the script belongs on a host.
const OnlyPath = "/usr/local/sbin/migcheck-only"

// Only is the forced command of the run's key: a script that lets it run
// migcheck's one command, by its digest, and nothing else. The random word in
// the command is left out of the digest. It belongs to a version: another one
// sends another command.
func Only(version string) []byte {
	const word = "WORD"
	digest := func(command string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(command))) }
	return []byte(strings.NewReplacer(
		"VERSION", strings.Join(strings.Fields(version), " "),
		"DIGESTS", digest(iproute.Command(word))+" | "+digest(iproute.SudoCommand(word)),
		"LENGTH", fmt.Sprint(len(iproute.NewMarker())),
		"OPTIONS", keyOptions(),
	).Replace(`#!/bin/sh
# The forced command of migcheck's key on this host. It runs the one command by
# which migcheck VERSION reads a host, and nothing else. In authorized_keys:
#   OPTIONS ssh-ed25519 ...
# port-forwarding is for the Unix sockets that permitopen names; it leaves no TCP port.
c=$SSH_ORIGINAL_COMMAND
d=$(printf %s "$c" | sed 's/;m=[A-Z2-7]\{LENGTH\};/;m=WORD;/' | sha256sum)
case ${d%% *} in
DIGESTS) exec /bin/sh -c "$c" ;;
esac
echo "migcheck-only: this key may run the one command of migcheck VERSION, and nothing else" >&2
exit 126
`))
}

// sockets are where a check goes on a host beside its one command: libvirt's
// daemons, and migcheck's own agent.
var sockets = []string{
	"/run/libvirt/virtqemud-sock", "/run/libvirt/libvirt-sock",
	"/run/libvirt/virtqemud-sock-ro", "/run/libvirt/libvirt-sock-ro", files.AgentSocket,
}

// keyOptions are what authorized_keys says before the key. sshd holds Unix sockets
// against permitopen as well as TCP ports: their path is the host, in brackets for
// its slashes (seen on OpenSSH 9.2, "but the request was denied").
func keyOptions() string {
	b := strings.Builder{}
	b.WriteString("restrict,port-forwarding,")
	for _, s := range sockets {
		fmt.Fprintf(&b, "permitopen=\"[%s]:*\",", s)
	}
	return b.String() + `command="` + OnlyPath + `"`
}

// AuthorizedKey is the line for authorized_keys on the hosts, given the public
// key's own line.
func AuthorizedKey(public string) string { return keyOptions() + " " + strings.TrimSpace(public) }
