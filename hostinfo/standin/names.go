package standin

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"migcheck/hostinfo/libvirt"
)

// Names maps every value that is hidden to what is shown instead. Whatever is
// equal stays equal, and whatever differs differs. Without a key stand-ins are
// counted, so that nothing of a value can be worked out from its own; with one
// they are the same in every run that has the key, and only who has it can try
// whether a value fits. The empty string stands for itself everywhere.
type Names struct {
	key     []byte
	shown   map[string]string   // by kind and value
	used    map[string]bool     // stand-ins, by kind
	count   map[string]int      // by kind
	known   map[string]string   // stand-ins of the names that are looked for in texts, by the name in lower case
	inside  []string            // those that are looked for in devices' names, too
	begin   map[string][]string // by the word that they begin with, those of them that are more than a token
	taken   map[string]bool     // devices' names that may stay as they are
	plain   map[string]bool     // words that no name is looked for in
	telling map[string]bool     // whether a hidden name is in a word
}

// New has no stand-ins yet. A nil key counts them.
func New(key []byte) *Names {
	return &Names{
		key: key, shown: map[string]string{}, used: map[string]bool{}, count: map[string]int{}, known: map[string]string{},
		begin: map[string][]string{}, taken: map[string]bool{}, plain: map[string]bool{}, telling: map[string]bool{},
	}
}

// numbers are how many stand-ins of a kind a key chooses among.
const numbers = 1_000_000

// of returns a value's stand-in, making one of the next number of its kind that
// is not another's.
func (s *Names) of(kind, value string, make func(n int) string) string {
	if value == "" {
		return ""
	}
	key := kind + "\x00" + value
	if shown, ok := s.shown[key]; ok {
		return shown
	}
	n := s.count[kind] + 1
	if s.key != nil {
		m := hmac.New(sha256.New, s.key)
		m.Write([]byte(key))
		n = int(binary.BigEndian.Uint64(m.Sum(nil)) % numbers)
	}
	shown := make(n)
	for try := 0; s.used[kind+"\x00"+shown] && try < numbers; try++ {
		n++
		shown = make(n)
	}
	s.count[kind] = n
	s.shown[key], s.used[kind+"\x00"+shown] = shown, true
	return shown
}

// name is of for names that may turn up in texts.
func (s *Names) name(kind, value string) string {
	before, ok := s.shown[kind+"\x00"+value]
	if ok || value == "" {
		return before
	}
	shown := s.of(kind, value, func(n int) string { return kind + strconv.Itoa(n) })
	s.know(value, shown)
	return shown
}

// Guest is the stand-in for a guest's name.
func (s *Names) Guest(name string) string { return s.name("guest", name) }

// GuestOrUUID is the stand-in for what somebody called a guest by.
func (s *Names) GuestOrUUID(ref string) string {
	if _, err := libvirt.ParseUUID(ref); err == nil {
		return s.UUID(ref)
	}
	return s.Guest(ref)
}

// Network is the stand-in for a libvirt network's name.
func (s *Names) Network(name string) string { return s.name("network", name) }

func (s *Names) portgroup(name string) string { return s.name("portgroup", name) }
func (s *Names) filter(name string) string    { return s.name("filter", name) }

// namespace is a name of its own even where a container's process gave it.
func (s *Names) namespace(name string) string { return s.name("namespace", name) }

// Switch is the stand-in for what a neighbour on the wire calls itself or one of
// its ports.
func (s *Names) Switch(name string) string { return s.name("switch", name) }

// Remark is the stand-in for what somebody wrote for others in the house.
func (s *Names) Remark(text string) string {
	return s.of("remark", text, func(n int) string { return "remark" + strconv.Itoa(n) })
}

// Other is the stand-in for any other name.
func (s *Names) Other(name string) string { return s.name("name", name) }

// Called is the stand-in for the name of a thing of a kind: "guest", "network",
// "portgroup", "filter" or "namespace"; else that of any other name.
func (s *Names) Called(kind, name string) string {
	switch kind {
	case "guest", "network", "portgroup", "filter", "namespace":
		return s.name(kind, name)
	}
	return s.Other(name)
}

// User keeps root, because what root may read is part of the facts.
func (s *Names) User(name string) string {
	if name == "root" {
		return name
	}
	return s.name("user", name)
}

// Host keeps local, which is no name, and the relation of kvm1 to
// kvm1.example.com: a first label and a domain have stand-ins of their own.
func (s *Names) Host(name string) string {
	if name == "local" || name == "localhost" {
		return name
	}
	if user, after, ok := strings.Cut(name, "@"); ok && user != "" && after != "" {
		s.User(user)
		s.Host(after)
		return s.name("host", name)
	}
	if _, err := netip.ParseAddr(name); err == nil || strings.ContainsAny(name, "@:[]/") {
		if bare, _, ok := strings.Cut(name, ":"); ok && bare != "" && !strings.ContainsAny(bare, "[]/@") {
			s.Host(bare)
		}
		return s.name("host", name)
	}
	label, domain, dotted := strings.Cut(name, ".")
	if !dotted || label == "" || domain == "" {
		return s.name("host", name)
	}
	return s.name("host", label) + "." + s.name("domain", domain)
}

// Alias keeps the names that libvirt makes (net0) and hides users' (ua-...).
func (s *Names) Alias(name string) string {
	if !strings.HasPrefix(name, "ua-") {
		return name
	}
	return "ua-" + s.of("alias", name, func(n int) string { return fmt.Sprintf("device%d", n) })
}

// Device keeps a device's name unless a hidden name is in it. Of such a name
// the VLAN's ".623" stays, and with it the relation to the device below.
func (s *Names) Device(name string) string {
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
	before, ok := s.shown["device\x00"+base+long]
	if ok {
		return before + vlan
	}
	shown := s.of("device", base+long, func(n int) string {
		for ; s.taken[fmt.Sprintf("hidden%d%s", n, long)]; n++ {
		}
		return fmt.Sprintf("hidden%d%s", n, long)
	})
	s.lookFor(base, shown)
	return shown + vlan
}

// tells says whether a hidden name is in a device's. What libvirt itself names
// so stays, since it drops such names from what it sends.
func (s *Names) tells(device string) bool {
	device = strings.ToLower(device)
	for _, own := range []string{"macvtap", "macvlan", "vnet"} {
		if rest, ok := strings.CutPrefix(device, own); ok && strings.Trim(rest, "0123456789") == "" {
			return false
		}
	}
	tells, asked := s.telling[device]
	if asked {
		return tells
	}
	for _, known := range s.inside {
		if known == device || len(known) > 2 && strings.Contains(device, known) {
			tells = true
			break
		}
	}
	s.telling[device] = tells
	return tells
}

// UUID is the stand-in for a UUID, however it is written.
func (s *Names) UUID(uuid string) string {
	if norm, err := libvirt.ParseUUID(uuid); err == nil {
		uuid = norm
	}
	return s.of("uuid", uuid, func(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012x", n) })
}

// MAC keeps what an address says without its owner: all zeros, broadcast, group
// or not, its length, and that libvirt gives the host's end of a guest's cable the
// guest's address with fe: in front.
func (s *Names) MAC(mac string) string {
	mac = strings.ToLower(mac)
	if strings.Trim(mac, "0:") == "" || mac == "ff:ff:ff:ff:ff:ff" {
		return mac
	}
	if addr, err := netip.ParseAddr(mac); err == nil {
		return s.ip(addr) // a tunnel's address
	}
	first, rest, _ := strings.Cut(mac, ":")
	behind := s.of("mac", rest, func(n int) string {
		var out []string
		for i := strings.Count(rest, ":"); i >= 0; i-- {
			b := 0
			if i < 4 {
				b = n >> (8 * i) & 0xff
			}
			out = append(out, fmt.Sprintf("%02x", b))
		}
		return strings.Join(out, ":")
	})
	if first == "fe" {
		return first + ":" + behind
	}
	group := 0
	if len(first) == 2 && strings.ContainsRune("13579bdf", rune(first[1])) {
		group = 1
	}
	return s.of("mac before "+rest, first, func(n int) string {
		const administered, choices = 2, 62 // of those that are nobody's and not fe
		return fmt.Sprintf("%02x", administered|(n-1)%choices<<2|group)
	}) + ":" + behind
}

// ip uses the blocks for documentation (RFC 5737, RFC 3849, RFC 2544's for
// room).
func (s *Names) ip(addr netip.Addr) string {
	if addr.IsLoopback() || addr.IsUnspecified() {
		return addr.String()
	}
	return s.of("ip", addr.String(), func(n int) string {
		if addr.Is4() {
			return fmt.Sprintf("198.%d.%d.%d", 18+n>>16&1, n>>8&0xff, n&0xff)
		}
		return netip.MustParseAddr(fmt.Sprintf("2001:db8::%x:%x", n>>16&0xffff, n&0xffff)).String()
	})
}

// Address hides an IP address, or whatever else has a prefix length behind it.
// Addresses of one IP network stay in one, of 24 or 64 bits whatever it had.
func (s *Names) Address(value string) string {
	if addr, err := netip.ParseAddr(value); err == nil {
		return s.ip(addr)
	}
	p, err := netip.ParsePrefix(value)
	if err != nil {
		return s.of("address", value, func(n int) string { return fmt.Sprintf("address%d", n) })
	}
	network := s.of("subnet", p.Masked().String(), strconv.Itoa)
	n, _ := strconv.Atoi(network)
	shown := s.of("in "+network, value, func(host int) string {
		if p.Addr().Is4() {
			return fmt.Sprintf("10.%d.%d.%d/24", n>>8&0xff, n&0xff, host&0xff)
		}
		return fmt.Sprintf("2001:db8:0:%x::%x/64", n&0xffff, host&0xffff)
	})
	if key := "ip\x00" + p.Addr().String(); s.shown[key] == "" { // the same where it stands without its length
		s.shown[key], _, _ = strings.Cut(shown, "/")
	}
	return shown
}
