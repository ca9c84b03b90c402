package fleet

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/bits"
)

// Set is a set of hosts: host i is bit i%64, from the lowest, of word i/64. As
// text it is the base64 (RFC 4648, padded) of bytes in which host i is bit i%8,
// from the lowest, of byte i/8; bytes of no hosts at the end are left out.
type Set []uint64

// maxSet is the most hosts that a set is read with: no fleet is larger.
const maxSet = 1 << 20

// MarshalText writes the set's bytes in base64.
func (s Set) MarshalText() ([]byte, error) {
	raw := make([]byte, 0, 8*len(s))
	for _, w := range s {
		raw = binary.LittleEndian.AppendUint64(raw, w)
	}
	return base64.StdEncoding.AppendEncode(nil, bytes.TrimRight(raw, "\x00")), nil
}

// UnmarshalText reads what MarshalText writes.
func (s *Set) UnmarshalText(text []byte) error {
	if len(text) > maxSet/6 {
		return fmt.Errorf("a set of %d bytes is too large for a fleet", len(text))
	}
	raw, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil {
		return fmt.Errorf("a set of hosts is no base64: %w", err)
	}
	*s = newSet(8 * len(raw))
	for i, b := range raw {
		(*s)[i/8] |= uint64(b) << (8 * (i % 8))
	}
	return nil
}

func newSet(n int) Set { return make(Set, (n+63)/64) }

// Has says whether a host is in the set.
func (s Set) Has(i int) bool { return i>>6 < len(s) && s[i>>6]&(1<<(i&63)) != 0 }

func (s Set) add(i int) { s[i>>6] |= 1 << (i & 63) }

// Count is how many hosts are in the set.
func (s Set) Count() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

func (s Set) or(o Set) {
	for i, w := range o {
		s[i] |= w
	}
}

func (s Set) minus(o Set) {
	for i, w := range o {
		s[i] &^= w
	}
}

// All calls do for every host of the set, lowest first, until it says no: for
// range.
func (s Set) All(do func(i int) bool) {
	for w, word := range s {
		for ; word != 0; word &= word - 1 {
			if !do(w<<6 + bits.TrailingZeros64(word)) {
				return
			}
		}
	}
}
