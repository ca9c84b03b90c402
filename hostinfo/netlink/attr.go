//go:build linux

package netlink

import (
	"bytes"
	"encoding/binary"
	"errors"

	"golang.org/x/sys/unix"
)

// native is the byte order of rtnetlink's integers, which is the machine's.
// Addresses are bytes, and IFLA_VLAN_PROTOCOL is in network order.
var native = binary.NativeEndian

var errCut = errors.New("an attribute ends beyond its message")

// each calls f for every attribute in b, without the flag bits of its type. It
// stops at the first error. Fewer than four bytes at the end are padding.
func each(b []byte, f func(typ int, v []byte)) error {
	for len(b) >= unix.SizeofRtAttr {
		n := int(native.Uint16(b))
		typ := int(native.Uint16(b[2:])) &^ (unix.NLA_F_NESTED | unix.NLA_F_NET_BYTEORDER)
		if n < unix.SizeofRtAttr || n > len(b) {
			return errCut
		}
		f(typ, b[unix.SizeofRtAttr:n])
		b = b[min((n+3)&^3, len(b)):]
	}
	return nil
}

// number is an unsigned integer of one, two or four bytes; -1 if v is neither,
// or too large to be meant (indexes, states and lengths fit 31 bits).
func number(v []byte) int {
	switch len(v) {
	case 1:
		return int(v[0])
	case 2:
		return int(native.Uint16(v))
	case 4:
		if n := native.Uint32(v); n <= 1<<31-1 {
			return int(n)
		}
	}
	return -1
}

// natural is number with 0 for what could not be read.
func natural(v []byte) int { return max(number(v), 0) }

// text is a string up to its NUL.
func text(v []byte) string {
	if i := bytes.IndexByte(v, 0); i >= 0 {
		v = v[:i]
	}
	return string(v)
}
