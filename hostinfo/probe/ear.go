package probe

import "slices"

// MaxFrames is how many frames an end sends at most in one run.
const MaxFrames = 2048

// maxSizes bounds the sizes that an ear keeps apart; a run tries some dozen.
const maxSizes = 64

// Heard is what one end has heard of the other.
type Heard struct {
	// Frames are those of the other end, each counted once.
	Frames int `json:"frames"`
	// Sizes are the sizes that were heard, in order.
	Sizes []int `json:"sizes,omitempty"`
	// Echoed is set once a frame has brought this end's own nonce back: what it
	// sent has arrived.
	Echoed bool `json:"echoed,omitempty"`
	// Duplicates are frames that came once more.
	Duplicates int `json:"duplicates,omitempty"`
	// Returned are this end's own frames that came back to it.
	Returned int `json:"returned,omitempty"`
	// Forged are frames of this run whose digest is wrong, or that this run can't
	// have sent.
	Forged int `json:"forged,omitempty"`
	// Lost are frames that the kernel had no room for.
	Lost int `json:"lost,omitempty"`
}

// Has says whether a frame of that size was heard.
func (h *Heard) Has(size int) bool { return slices.Contains(h.Sizes, size) }

// Disturbed says whether so much else came that frames may have been lost for it.
func (h *Heard) Disturbed() bool { return h.Lost > 0 || h.Forged >= 100 }

// Ear listens to the other end. Whatever comes, it needs no more memory than it
// has at first. It is not safe for concurrent use.
type Ear struct {
	direction Direction // of this end's own frames
	run       RunID
	key       Key
	own       Nonce
	other     Nonce // zero until it was heard
	seen      [MaxFrames / 64]uint64
	heard     Heard
}

// NewEar is the ear of the end that sends in a direction and has a nonce.
func NewEar(d Direction, run RunID, key Key, own Nonce) *Ear {
	return &Ear{direction: d, run: run, key: key, own: own}
}

// Hear takes in what came from the network, and says whether it was news.
func (e *Ear) Hear(content []byte) bool {
	f, err := Decode(content, e.run, e.key)
	switch {
	case err == errForeign:
		return false
	case err != nil, f.Sequence >= MaxFrames:
		e.heard.Forged++
		return false
	case f.Direction == e.direction:
		e.heard.Returned++
		return false
	}
	return e.take(f)
}

// take counts a frame of the other end. A second nonce in one run is nobody's.
func (e *Ear) take(f *Frame) bool {
	if e.other != (Nonce{}) && e.other != f.Own || f.Own == (Nonce{}) {
		e.heard.Forged++
		return false
	}
	e.other = f.Own
	word, bit := f.Sequence/64, uint64(1)<<(f.Sequence%64)
	if e.seen[word]&bit != 0 {
		e.heard.Duplicates++
		return false
	}
	e.seen[word] |= bit
	e.heard.Frames++
	if f.Echo == e.own {
		e.heard.Echoed = true
	}
	if i, found := slices.BinarySearch(e.heard.Sizes, f.Size); !found && len(e.heard.Sizes) < maxSizes {
		e.heard.Sizes = slices.Insert(e.heard.Sizes, i, f.Size)
	}
	return true
}

// Other is the other end's nonce, to be sent back; zero before it was heard.
func (e *Ear) Other() Nonce { return e.other }

// Heard is what was heard so far.
func (e *Ear) Heard() Heard {
	h := e.heard
	h.Sizes = slices.Clone(h.Sizes)
	return h
}
