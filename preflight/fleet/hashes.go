package fleet

import "math/bits"

// hashes is a small set of hashes other than 0, to be filled again and again.
type hashes struct {
	slots []uint64 // as many as a power of two; 0 is an empty one
	n     int
}

// add puts a hash in, and says whether it was not there before.
func (s *hashes) add(h uint64) bool {
	if 2*s.n >= len(s.slots) {
		s.grow()
	}
	at := s.slot(h)
	if *at == h {
		return false
	}
	*at = h
	s.n++
	return true
}

func (s *hashes) has(h uint64) bool { return s.n > 0 && *s.slot(h) == h }

// slot is where a hash is, or would be.
func (s *hashes) slot(h uint64) *uint64 {
	mask := uint64(len(s.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		if at := &s.slots[i]; *at == h || *at == 0 {
			return at
		}
	}
}

func (s *hashes) grow() {
	old := s.slots
	s.slots = make([]uint64, max(1024, 2*len(old)))
	for _, h := range old {
		if h != 0 {
			*s.slot(h) = h
		}
	}
}

func (s *hashes) clear() {
	clear(s.slots)
	s.n = 0
}

// sieve holds back what was not put in, and lets a few in a hundred of the rest
// pass.
type sieve []uint64

// newSieve is one for n hashes.
func newSieve(n int) sieve { return make(sieve, 1<<bits.Len(uint(n)/2)) }

// add puts a hash in, and says whether it would have been held back before.
func (s sieve) add(h uint64) bool {
	was := s.has(h)
	s[h>>6&uint64(len(s)-1)] |= 1 << (h & 63)
	return !was
}

func (s sieve) has(h uint64) bool { return s[h>>6&uint64(len(s)-1)]&(1<<(h&63)) != 0 }
