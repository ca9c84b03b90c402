package rtnl

// MAC spells a link-layer address in lower case with colons. It is empty for
// lengths that are no hardware address (tunnels have IP addresses in their
// place) and for an address of zeros, which stands for none.
func MAC(b []byte) string {
	zero := true
	for _, x := range b {
		zero = zero && x == 0
	}
	if zero {
		return ""
	}
	return Spell(b)
}

// Spell is MAC for addresses whose being zero is a fact of its own.
func Spell(b []byte) string {
	switch len(b) {
	case 6, 8, 20: // Ethernet; FireWire, 802.15.4; InfiniBand
	default:
		return ""
	}
	const hex = "0123456789abcdef"
	var buf [20 * 3]byte
	out := buf[:0]
	for i, x := range b {
		if i > 0 {
			out = append(out, ':')
		}
		out = append(out, hex[x>>4], hex[x&15])
	}
	return string(out)
}

// ParseMAC reads what MAC and Spell write, in either case. n is the address's
// length, 6, 8 or 20; 0 if s is anything else.
func ParseMAC(s []byte) (mac [20]byte, n int) {
	n = (len(s) + 1) / 3
	if len(s) != n*3-1 || n != 6 && n != 8 && n != 20 {
		return mac, 0
	}
	for i := range n {
		hi, lo := digit(s[i*3]), digit(s[i*3+1])
		if hi|lo > 15 || i < n-1 && s[i*3+2] != ':' {
			return mac, 0
		}
		mac[i] = hi<<4 | lo
	}
	return mac, n
}

// MACOf is MAC for an address in words; empty if it is none.
func MACOf(s []byte) string {
	mac, n := ParseMAC(s)
	return MAC(mac[:n])
}

// SpellOf is Spell for an address in words; empty if it is none.
func SpellOf(s []byte) string {
	mac, n := ParseMAC(s)
	return Spell(mac[:n])
}

func digit(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}
