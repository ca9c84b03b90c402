package probe

import (
	"crypto/rand"
	"strconv"
	"strings"
)

// Verb is the hidden command that the program on a host is started with.
const Verb = "probe-frames"

// installed is where the hook and the agent put the program.
const installed = "/usr/libexec/migcheck/migcheck"

// asRoot runs a script as root, who alone may open packet sockets: at once, or
// through sudo where that asks for no password. Words: the script and its words.
// A user who may connect to the second socket needs not become root for frames.
var asRoot = oneLine(`
s=$1; shift;
if [ "$(id -u)" = 0 ]; then exec /bin/sh -c "$s" sh "$@"; fi;
if [ -n "$6" ] && [ -w "$6" ]; then printf "%s socket\n" "$1"; exit 0; fi;
LC_ALL=C; export LC_ALL;
exec sudo -n -- /bin/sh -c "$s" sh "$@"`)

// startScript starts the program: the one that is installed, or the one that
// comes on stdin. That one is written into a file that has lost its name before
// the first byte of it is there, so that nothing is left whatever ends it, and
// that is executed by its descriptor. Each line for us begins with the marker,
// since login shells may print what they like. Words: the marker, and the
// program's size (0: none comes), digest and a random name, and where one may be
// that needs not be brought.
var startScript = oneLine(`
set -f; LC_ALL=C; PATH=${PATH:-/usr/bin:/bin}:/usr/sbin:/sbin; export LC_ALL PATH; umask 077;
say() { printf "%s %s\n" "$m" "$*"; };
m=$1 n=$2 d=$3 f=;
for b in "$5" ` + installed + `; do
  if [ -x "$b" ] && "$b" ` + Verb + ` </dev/null >/dev/null 2>&1; then say go; exec "$b" ` + Verb + `; fi;
done;
if [ "$n" = 0 ]; then say none; exit 0; fi;
x=;
for t in /run /dev/shm /var/tmp; do
  l=0 o=;
  while read -r i1 i2 i3 i4 p q i5; do
    case "$t/" in "${p%/}"/*) if [ ${#p} -ge $l ]; then l=${#p} o=$q; fi ;; esac;
  done </proc/self/mountinfo;
  case ",$o," in *,noexec,*) x="$x $t is mounted noexec;"; continue ;; esac;
  f=$t/migcheck-$4;
  if (set -C; : >"$f") 2>/dev/null && chmod 700 "$f"; then break; fi;
  x="$x $t can not be written;" f=;
done;
if [ -z "$f" ]; then say cannot "$x"; exit 0; fi;
exec 3>"$f" 4<"$f"; rm -f "$f";
say send;
head -c "$n" >&3; exec 3>&-;
s=$(sha256sum <&4);
if [ "${s%% *}" = "$d" ]; then :; else say cannot "what arrived is not what was sent"; exit 0; fi;
if e=$(/proc/self/fd/4 ` + Verb + ` </dev/null 2>&1); then :; else
  say cannot "it may not be run from $t (noexec, fapolicyd or SELinux): $(printf "%.200s " $e)"; exit 0;
fi;
say go; exec /proc/self/fd/4 ` + Verb)

// Ways are the ways to the program that are open on a host.
type Ways struct {
	// There is the path of one that is there; empty: none is known.
	There string
	// Build is brought if there is none; nil: nothing is brought.
	Build *Build
	// Socket says that the second socket will do.
	Socket bool
}

// StartScript is the script for a POSIX shell, and its words, that starts the
// program on a host: the one at a path there, the one that is installed, or the
// build, which it then takes on stdin.
func (w Ways) StartScript(marker string) (script string, words []string) {
	size, digest, socket := "0", "-", ""
	if w.Build != nil {
		size, digest = strconv.Itoa(len(w.Build.Content)), w.Build.Digest
	}
	if w.Socket {
		socket = Socket
	}
	return asRoot, []string{startScript, marker, size, digest, rand.Text(), w.There, socket}
}

func oneLine(script string) string { return strings.Join(strings.Fields(script), " ") }
