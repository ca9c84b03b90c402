package ssh

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// destination is what the user wrote: an ssh_config alias or a host, perhaps
// with a user and a port.
type destination struct {
	user string // empty: not given
	host string // without brackets
	port int    // 0: not given
}

// maxDestination is more than the longest DNS name with a user and a port.
const maxDestination = 512

// parseDestination reads [user@]host[:port], where an IPv6 literal stands in
// brackets. What OpenSSH would refuse on its command line is refused here:
// neither name may begin with a dash or hold characters that a shell reads.
func parseDestination(s string) (destination, error) {
	var d destination
	switch {
	case s == "":
		return d, errors.New("the name is empty")
	case len(s) > maxDestination:
		return d, fmt.Errorf("the name is longer than %d bytes", maxDestination)
	case !utf8.ValidString(s):
		return d, errors.New("the name is not valid UTF-8")
	case s == "local" || s == "all":
		return d, fmt.Errorf("%q is a reserved name", s)
	case strings.Contains(s, "://"):
		return d, errors.New("a URL is not understood here; write user@host:port")
	}
	rest := s
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		d.user, rest = s[:i], s[i+1:]
		if err := plainName("user name", d.user); err != nil {
			return destination{}, err
		}
	}
	host, port, err := splitPort(rest)
	if err != nil {
		return destination{}, err
	}
	if d.host = host; strings.HasPrefix(rest, "[") {
		if a, err := netip.ParseAddr(host); err != nil || !a.Is6() {
			return destination{}, fmt.Errorf("%q in brackets is not an IPv6 address", host)
		}
		if _, zone, _ := strings.Cut(host, "%"); zone == "" {
			host = strings.ReplaceAll(host, ":", "") // an address has colons and nothing else to refuse
		}
	}
	if err := plainName("host name", strings.ReplaceAll(host, ":", "")); err != nil {
		return destination{}, err
	}
	if port == "" {
		return d, nil
	}
	if d.port, err = parsePort(port); err != nil {
		return destination{}, err
	}
	return d, nil
}

// splitPort cuts the port off a host; it is empty if none was given.
func splitPort(s string) (host, port string, err error) {
	if inner, ok := strings.CutPrefix(s, "["); ok {
		host, rest, ok := strings.Cut(inner, "]")
		if !ok {
			return "", "", errors.New("the bracket is not closed")
		}
		if rest == "" {
			return host, "", nil
		}
		port, ok := strings.CutPrefix(rest, ":")
		if !ok || port == "" {
			return "", "", fmt.Errorf("%q after the bracket is not a port", rest)
		}
		return host, port, nil
	}
	switch strings.Count(s, ":") {
	case 0:
		return s, "", nil
	case 1:
		host, port, _ := strings.Cut(s, ":")
		if port == "" {
			return "", "", errors.New("a port is missing after the colon")
		}
		return host, port, nil
	}
	return "", "", errors.New("it has several colons; an IPv6 address stands in brackets, as in [2001:db8::1]:22")
}

// parsePort reads a TCP port, digits only.
func parsePort(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%q is not a port (1 to 65535)", s)
	}
	return int(n), nil
}

// plainName refuses what could be read as an option, by a shell or as two words.
func plainName(what, s string) error {
	switch {
	case s == "":
		return fmt.Errorf("the %s is empty", what)
	case s[0] == '-':
		return fmt.Errorf("the %s %q begins with a dash", what, s)
	}
	for _, r := range s {
		if !unicode.IsGraphic(r) || unicode.IsSpace(r) || strings.ContainsRune("'`\"$\\;&<>|(){},/:@[]*?!#", r) {
			return fmt.Errorf("the %s %q holds the character %q", what, s, r)
		}
	}
	return nil
}
