package world

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"migcheck/hostinfo"
)

// migrationPorts are tried, and then the daemon's own: the first ones that QEMU
// is given, and those of libvirt's TLS and TCP.
var migrationPorts, daemonPorts = []int{49152, 49153}, []int{16514, 16509}

// pathScript prints what a name resolves to, the route there, and what each port
// answers. One that does not answer in five seconds is given twenty more, since
// the host may be slow to start a program; after that no other port is tried.
// Words: the name, and the ports.
var pathScript = oneLine(`
set -f; LC_ALL=C; PATH=${PATH:-/usr/bin:/bin}:/usr/sbin:/sbin; export LC_ALL PATH;
n=$1; shift; p="$*";
set -- $(getent ahosts "$n"); a=$1;
[ -n "$a" ] || exit 0;
printf "address %s\n" "$a";
d=; m=; set -- $(ip route get "$a" 2>/dev/null);
while [ $# -gt 1 ]; do case $1 in dev) d=$2 ;; mtu) m=$2 ;; esac; shift; done;
[ -n "$m" ] || read -r m <"/sys/class/net/$d/mtu";
printf "route %s %s\n" "$d" "$m";
for q in $p; do
  for w in 5 20; do
    if command -v bash >/dev/null && command -v timeout >/dev/null; then
      e=$(timeout $w bash -c "printf \"began \"; : <>\"/dev/tcp/\$0/\$1\"" "$a" "$q" 2>&1); c=$?;
    else
      e="began $(nc -v -z -w $w "$a" "$q" 2>&1)"; c=$?;
    fi;
    case "$c $e" in 124*|*"timed out"*|*TIMEOUT*) ;; *) break ;; esac;
  done;
  printf "port %s %s %.200s\n" "$q" $c "$(printf "%s " $e)";
  case "$c $e" in 124*|*"timed out"*|*TIMEOUT*) break ;; esac;
done`)

func oneLine(script string) string { return strings.Join(strings.Fields(script), " ") }

// TryPath tries the way from one host to the migration ports of another, which
// calls itself name, and puts it, or a gap, into the first one's facts. A port
// of 0 stands for those that libvirt would choose from.
func (h *Hold) TryPath(ctx context.Context, from *hostinfo.Host, to, name string, port int) {
	ports := migrationPorts
	if port != 0 {
		ports = []int{port}
	}
	words := []string{name}
	for _, n := range append(append([]int{}, ports...), daemonPorts...) {
		words = append(words, strconv.Itoa(n))
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	out, err := h.Run(ctx, from.Name, pathScript, words...)
	if err != nil {
		from.AddGap(hostinfo.FactPath, "", reason(err))
		return
	}
	from.Paths = append(from.Paths, parsePath(to, name, out, len(ports)))
}

// parsePath reads what the script printed; the first ports are QEMU's, the rest
// the daemon's.
func parsePath(to, name, out string, migration int) hostinfo.Path {
	p := hostinfo.Path{To: to, Name: name}
	for line := range strings.Lines(out) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		fields := strings.Fields(rest)
		switch {
		case word == "address" && len(fields) == 1:
			p.Address = fields[0]
		case word == "route" && len(fields) == 2:
			p.Device = fields[0]
			p.MTU, _ = strconv.Atoi(fields[1])
		case word == "port" && len(fields) >= 2:
			number, err := strconv.Atoi(fields[0])
			if err != nil {
				continue
			}
			port := hostinfo.Port{Number: number, Words: strings.Join(fields[2:], " ")}
			port.Answer = answer(fields[1], port.Words)
			port.Words = strings.TrimSpace(strings.TrimPrefix(port.Words, "began"))
			if port.Answer == hostinfo.AnswerUnknown && port.Words == "" {
				port.Words = "the host was too slow to try"
			}
			if len(p.Ports) < migration {
				p.Ports = append(p.Ports, port)
			} else if port.Answer == hostinfo.AnswerOpen && p.Daemon == 0 {
				p.Daemon = number
			}
		}
	}
	return p
}

// answer is what bash or nc said, and its exit status. Without the word began
// the host did not even come to try.
func answer(status, words string) hostinfo.Answer {
	has := func(any ...string) bool {
		for _, w := range any {
			if strings.Contains(words, w) {
				return true
			}
		}
		return false
	}
	switch {
	case status == "0":
		return hostinfo.AnswerOpen
	case has("refused"):
		return hostinfo.AnswerRefused
	case has("No route to host", "unreachable", "prohibited"):
		return hostinfo.AnswerUnreachable
	case has("began") && (status == "124" || has("timed out", "TIMEOUT")):
		return hostinfo.AnswerNone
	}
	return hostinfo.AnswerUnknown
}

// MigrationTarget takes a migration URI (tcp://HOST:PORT, tcp:HOST) apart; port
// is 0 if it names none. Other kinds than tcp have nothing to try.
func MigrationTarget(uri string) (host string, port int, err error) {
	kind, rest, ok := strings.Cut(uri, ":")
	if !ok || kind != "tcp" && kind != "rdma" && kind != "unix" {
		return "", 0, fmt.Errorf("%q is not of the form tcp://HOST[:PORT]", uri)
	}
	if kind != "tcp" {
		return "", 0, nil
	}
	host = strings.TrimSuffix(strings.TrimPrefix(rest, "//"), "/")
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		if port, err = strconv.Atoi(host[i+1:]); err != nil || port < 1 || port > 65535 {
			return "", 0, fmt.Errorf("%q is not a port", host[i+1:])
		}
		host = host[:i]
	}
	if host = strings.Trim(host, "[]"); host == "" {
		return "", 0, fmt.Errorf("%q names no host", uri)
	}
	return host, port, nil
}
