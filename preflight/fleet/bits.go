package fleet

import "math/bits"

// Set is a set of hosts: host i is bit i%64, from the lowest, of word i/64.
type Set []uint64

func newSet(n int) Set { return make(Set, (n+63)/64) }

// Has says whether a host is in the set.
func (s Set) Has(i int) bool { return s[i>>6]&(1<<(i&63)) != 0 }

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

// each calls do for every host of the set, lowest first, until it says no.
func (s Set) each(do func(i int) bool) {
	for w, word := range s {
		for ; word != 0; word &= word - 1 {
			if !do(w<<6 + bits.TrailingZeros64(word)) {
				return
			}
		}
	}
}
