package probe

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// EtherType is that of IEEE 802's first local experimental type.
const EtherType = 0x88B5

// Direction says which way a frame goes, so that one that comes back to its
// sender is told from the other end's.
type Direction uint8

// The two directions.
const (
	There Direction = 1 // from the source's device to the destination's
	Back  Direction = 2
)

// Other is the opposite direction.
func (d Direction) Other() Direction { return There + Back - d }

// Nonce is a random number that one end makes for one run.
type Nonce [16]byte

// RunID tells the frames of one run from those of another, before any digest is
// looked at.
type RunID [8]byte

// Key is what the digests of a run are made with.
type Key [32]byte

// Frame is one frame's content, without the Ethernet header.
type Frame struct {
	Direction Direction
	// Size is the whole content in bytes: what an MTU limits.
	Size int
	// Sequence counts an end's frames from 0.
	Sequence uint32
	// Own is the sender's nonce.
	Own Nonce
	// Echo is the other end's nonce as the sender has heard it; zero before.
	Echo Nonce
}

// Version is that of frames. Who sends another one is not heard.
const Version = 1

// Where the parts of a frame are. What follows the digest is padding.
const (
	atVersion   = 4
	atDirection = 5
	atSize      = 6
	atRun       = 8
	atSequence  = 16
	atOwn       = 20
	atEcho      = 36
	atDigest    = 52

	// MinSize and MaxSize are the smallest and the largest content of a frame.
	MinSize = atDigest + sha256.Size
	MaxSize = 9216
)

// magic begins each frame, since the EtherType is anybody's for experiments.
var magic = [4]byte{'m', 'g', 'c', 'k'}

// Mark is what each frame of a run begins with, for a filter in the kernel: one
// word of magic, and at RunAt the run's id.
func Mark(run RunID) (magicWord uint32, runHigh, runLow uint32) {
	return binary.BigEndian.Uint32(magic[:]), binary.BigEndian.Uint32(run[:4]), binary.BigEndian.Uint32(run[4:])
}

// RunAt is where in a frame's content the run's id is.
const RunAt = atRun

// Why a frame is not taken.
var (
	errForeign = errors.New("not a frame of this run")
	errForged  = errors.New("the digest is wrong")
)

// Encode writes a frame's content.
func (f *Frame) Encode(run RunID, key Key) ([]byte, error) {
	if f.Size < MinSize || f.Size > MaxSize {
		return nil, fmt.Errorf("a frame of %d bytes; it can have %d to %d", f.Size, MinSize, MaxSize)
	}
	b := make([]byte, f.Size)
	copy(b, magic[:])
	b[atVersion], b[atDirection] = Version, byte(f.Direction)
	binary.BigEndian.PutUint16(b[atSize:], uint16(f.Size))
	copy(b[atRun:], run[:])
	binary.BigEndian.PutUint32(b[atSequence:], f.Sequence)
	copy(b[atOwn:], f.Own[:])
	copy(b[atEcho:], f.Echo[:])
	copy(b[atDigest:], digest(b, key))
	return b, nil
}

// Decode reads a frame's content. What a driver has added behind it is passed
// over.
func Decode(b []byte, run RunID, key Key) (*Frame, error) {
	if len(b) < MinSize || [4]byte(b[:4]) != magic || b[atVersion] != Version || RunID(b[atRun:atSequence]) != run {
		return nil, errForeign
	}
	f := &Frame{
		Direction: Direction(b[atDirection]),
		Size:      int(binary.BigEndian.Uint16(b[atSize:])),
		Sequence:  binary.BigEndian.Uint32(b[atSequence:]),
		Own:       Nonce(b[atOwn:atEcho]),
		Echo:      Nonce(b[atEcho:atDigest]),
	}
	if f.Size < MinSize || f.Size > min(len(b), MaxSize) || f.Direction != There && f.Direction != Back {
		return nil, errForged
	}
	if b = b[:f.Size]; !hmac.Equal(b[atDigest:MinSize], digest(b, key)) {
		return nil, errForged
	}
	return f, nil
}

// digest covers everything but its own place.
func digest(b []byte, key Key) []byte {
	h := hmac.New(sha256.New, key[:])
	h.Write(b[:atDigest])
	h.Write(b[MinSize:])
	return h.Sum(nil)
}
