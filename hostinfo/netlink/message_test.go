//go:build linux

package netlink

import (
	"slices"

	"golang.org/x/sys/unix"
)

// message is an RTM_NEWLINK message in this machine's byte order, as its
// kernel would send it.
func message(arphrd uint16, index int32, flags uint32, attrs ...[]byte) []byte {
	b := make([]byte, unix.SizeofIfInfomsg)
	native.PutUint16(b[2:], arphrd)
	native.PutUint32(b[4:], uint32(index))
	native.PutUint32(b[8:], flags)
	return append(b, slices.Concat(attrs...)...)
}

// attr is one attribute, padded; its length does not count the padding.
func attr(typ int, value []byte) []byte {
	b := make([]byte, 4, 4+len(value)+3)
	native.PutUint16(b, uint16(4+len(value)))
	native.PutUint16(b[2:], uint16(typ))
	b = append(b, value...)
	return append(b, make([]byte, -len(b)&3)...)
}

func nest(typ int, attrs ...[]byte) []byte {
	return attr(typ|unix.NLA_F_NESTED, slices.Concat(attrs...))
}

func str(typ int, s string) []byte { return attr(typ, append([]byte(s), 0)) }
func u8(typ int, n uint8) []byte   { return attr(typ, []byte{n}) }
func u16(typ int, n uint16) []byte { return attr(typ, native.AppendUint16(nil, n)) }
func u32(typ int, n uint32) []byte { return attr(typ, native.AppendUint32(nil, n)) }

// info is IFLA_LINKINFO of a kind with its data.
func info(kind string, data ...[]byte) []byte {
	return nest(unix.IFLA_LINKINFO, str(unix.IFLA_INFO_KIND, kind), nest(unix.IFLA_INFO_DATA, data...))
}

// port is IFLA_LINKINFO of a bond's port.
func port(data ...[]byte) []byte {
	return nest(unix.IFLA_LINKINFO, str(unix.IFLA_INFO_SLAVE_KIND, "bond"), nest(unix.IFLA_INFO_SLAVE_DATA, data...))
}

// neighbour is an RTM_NEWNEIGH message of the AF_BRIDGE family.
func neighbour(index int32, state uint16, flags uint8, attrs ...[]byte) []byte {
	b := make([]byte, unix.SizeofNdMsg)
	b[0] = unix.AF_BRIDGE
	native.PutUint32(b[4:], uint32(index))
	native.PutUint16(b[8:], state)
	b[10] = flags
	return append(b, slices.Concat(attrs...)...)
}
