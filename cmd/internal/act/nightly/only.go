package nightly

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"migcheck/hostinfo/iproute"
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
	).Replace(`#!/bin/sh
# The forced command of migcheck's key on this host. It runs the one command by
# which migcheck VERSION reads a host, and nothing else. In authorized_keys:
#   restrict,port-forwarding,permitopen="127.0.0.1:1",command="/usr/local/sbin/migcheck-only" ssh-ed25519 ...
# port-forwarding is for libvirt's Unix socket; permitopen leaves no TCP port.
c=$SSH_ORIGINAL_COMMAND
d=$(printf %s "$c" | sed 's/;m=[A-Z2-7]\{LENGTH\};/;m=WORD;/' | sha256sum)
case ${d%% *} in
DIGESTS) exec /bin/sh -c "$c" ;;
esac
echo "migcheck-only: this key may run the one command of migcheck VERSION, and nothing else" >&2
exit 126
`))
}

// AuthorizedKey is the line for authorized_keys on the hosts, given the public
// key's own line.
func AuthorizedKey(public string) string {
	return `restrict,port-forwarding,permitopen="127.0.0.1:1",command="` + OnlyPath + `" ` + strings.TrimSpace(public)
}
