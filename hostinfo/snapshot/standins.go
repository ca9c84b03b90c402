package snapshot

import (
	"fmt"
	"net/netip"
	"strings"

	"migcheck/hostinfo/libvirt"
)

// standIns maps every value that is hidden to what is shown instead, by
// counting, so that nothing of a value can be worked out from its stand-in.
// The empty string stands for itself everywhere.
type standIns struct {
	shown  map[string]string // by kind and value
	count  map[string]int    // by kind
	known  []string          // names that are looked for in prose and in devices' names
	taken  map[string]bool   // devices' names that may stay as they are
	hidden int               // devices' names that did not
}

func newStandIns() *standIns {
	return &standIns{shown: map[string]string{}, count: map[string]int{}, taken: map[string]bool{}}
}

// of returns a value's stand-in, making one with the next number of its kind.
func (s *standIns) of(kind, value string, make func(n int) string) string {
	if value == "" {
		return ""
	}
	key := kind + "\x00" + value
	if shown, ok := s.shown[key]; ok {
		return shown
	}
	s.count[kind]++
	s.shown[key] = make(s.count[kind])
	return s.shown[key]
}

// name is of for names that may turn up in prose.
func (s *standIns) name(kind, value string) string {
	before := s.count[kind]
	shown := s.of(kind, value, func(n int) string { return fmt.Sprintf("%s%d", kind, n) })
	if s.count[kind] > before {
		s.known = append(s.known, value)
		s.shown["known\x00"+value] = shown
	}
	return shown
}

func (s *standIns) guest(name string) string     { return s.name("guest", name) }
func (s *standIns) network(name string) string   { return s.name("network", name) }
func (s *standIns) portgroup(name string) string { return s.name("portgroup", name) }
func (s *standIns) filter(name string) string    { return s.name("filter", name) }

// namespace hides what ip netns or a container engine called it, and the
// program in it.
func (s *standIns) namespace(name string) string { return s.name("namespace", name) }

// user keeps root, because what root may read is part of the facts.
func (s *standIns) user(name string) string {
	if name == "root" {
		return name
	}
	return s.name("user", name)
}

// host keeps local, which is no name, and the relation of kvm1 to
// kvm1.example.com: a first label and a domain have stand-ins of their own.
func (s *standIns) host(name string) string {
	if name == "local" || name == "localhost" {
		return name
	}
	if _, err := netip.ParseAddr(name); err == nil || strings.ContainsAny(name, "@:[]") {
		if _, after, ok := strings.Cut(name, "@"); ok {
			s.host(after)
		}
		return s.name("host", name)
	}
	label, domain, dotted := strings.Cut(name, ".")
	if !dotted || label == "" || domain == "" {
		return s.name("host", name)
	}
	return s.name("host", label) + "." + s.name("domain", domain)
}

// alias keeps the names that libvirt makes (net0) and hides users' (ua-...).
func (s *standIns) alias(name string) string {
	if !strings.HasPrefix(name, "ua-") {
		return name
	}
	return "ua-" + s.of("alias", name, func(n int) string { return fmt.Sprintf("device%d", n) })
}

// device keeps a device's name unless a hidden name is in it. Of such a name
// the VLAN's ".623" stays, and with it the relation to the device below.
func (s *standIns) device(name string) string {
	base, vlan := name, ""
	if i := strings.LastIndexByte(name, '.'); i > 0 && strings.Trim(name[i+1:], "0123456789") == "" {
		base, vlan = name[:i], name[i:]
	}
	if !s.tells(base) {
		return name
	}
	long := ""
	if len(name) > 15 {
		long = "-of-a-long-name" // too long for an interface, and to stay so
	}
	shown := s.of("device", base+long, func(int) string {
		for {
			s.hidden++
			if d := fmt.Sprintf("hidden%d%s", s.hidden, long); !s.taken[d] {
				return d
			}
		}
	})
	return shown + vlan
}

// tells says whether a hidden name is in a device's. What libvirt itself names
// so stays, since it drops such names from what it sends.
func (s *standIns) tells(device string) bool {
	device = strings.ToLower(device)
	for _, own := range []string{"macvtap", "macvlan", "vnet"} {
		if rest, ok := strings.CutPrefix(device, own); ok && strings.Trim(rest, "0123456789") == "" {
			return false
		}
	}
	for _, known := range s.known {
		if len(known) > 2 && strings.Contains(device, strings.ToLower(known)) {
			return true
		}
	}
	return false
}

func (s *standIns) uuid(uuid string) string {
	if norm, err := libvirt.ParseUUID(uuid); err == nil {
		uuid = norm
	}
	return s.of("uuid", uuid, func(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012x", n) })
}

// mac keeps what an address says without its owner: all zeros, broadcast,
// group or not, libvirt's fe: for host sides, and its length.
func (s *standIns) mac(mac string) string {
	mac = strings.ToLower(mac)
	if strings.Trim(mac, "0:") == "" || mac == "ff:ff:ff:ff:ff:ff" {
		return mac
	}
	if addr, err := netip.ParseAddr(mac); err == nil {
		return s.ip(addr) // a tunnel's address
	}
	parts := strings.Split(mac, ":")
	return s.of("mac", mac, func(n int) string {
		first := "02"
		switch {
		case strings.HasPrefix(mac, "fe:"):
			first = "fe"
		case len(parts[0]) == 2 && strings.ContainsRune("13579bdf", rune(parts[0][1])):
			first = "03"
		}
		out := []string{first}
		for i := len(parts) - 2; i >= 0; i-- {
			b := 0
			if i < 4 {
				b = n >> (8 * i) & 0xff
			}
			out = append(out, fmt.Sprintf("%02x", b))
		}
		return strings.Join(out, ":")
	})
}

// prefix hides an address and keeps how long its prefix is.
func (s *standIns) prefix(prefix string) string {
	p, err := netip.ParsePrefix(prefix)
	if err != nil {
		return s.of("address", prefix, func(n int) string { return fmt.Sprintf("address%d", n) })
	}
	return fmt.Sprintf("%s/%d", s.ip(p.Addr()), p.Bits())
}

// ip uses the blocks for documentation (RFC 5737, RFC 3849, RFC 2544's for
// room).
func (s *standIns) ip(addr netip.Addr) string {
	if addr.IsLoopback() || addr.IsUnspecified() {
		return addr.String()
	}
	return s.of("ip", addr.String(), func(n int) string {
		if addr.Is4() {
			return fmt.Sprintf("198.18.%d.%d", n>>8&0xff, n&0xff)
		}
		return fmt.Sprintf("2001:db8::%x", n)
	})
}
