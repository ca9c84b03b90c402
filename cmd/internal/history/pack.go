package history

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"migcheck/hostinfo"
	"migcheck/hostinfo/snapshot"
)

// The most that a stored thing may unpack to, in bytes.
const (
	maxFacts    = 64 << 20 // of one host or of its guests
	maxDocument = 1 << 30
)

// packers are kept: one of them is larger than most of what it packs.
var packers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is a valid one
	return w
}}

func pack(data []byte) []byte {
	w := packers.Get().(*gzip.Writer)
	defer packers.Put(w)
	var b bytes.Buffer
	w.Reset(&b)
	_, _ = w.Write(data) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

func unpack(data []byte, limit int64) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(out)) > limit {
		return nil, fmt.Errorf("it unpacks to more than %d bytes", limit)
	}
	return out, nil
}

// unpackBody unpacks facts and holds them to the hash that they are known by.
func unpackBody(hash, data []byte) ([]byte, error) {
	out, err := unpack(data, maxFacts)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(out); !bytes.Equal(sum[:], hash) {
		return nil, errors.New("it is not what was stored")
	}
	return out, nil
}

// guestsOf are a host's guests as they are stored: their definitions as they
// were read from XML, and no XML. An id counts a guest's starts.
func guestsOf(guests []*hostinfo.Guest) ([]byte, error) {
	out := make([]hostinfo.Guest, 0, len(guests))
	for _, g := range guests {
		one := *g
		one.ID = 0
		out = append(out, one)
	}
	return json.Marshal(out)
}

func decodeGuests(data []byte) ([]*hostinfo.Guest, error) {
	var out []*hostinfo.Guest
	if err := json.Unmarshal(data, &out); err != nil {
		return nil, err
	}
	for _, g := range out {
		if g == nil {
			return nil, errors.New("it holds a guest that is null")
		}
	}
	return out, nil
}

// decodeHost puts a host together again from what was stored of it.
func decodeHost(facts, at []byte) (*hostinfo.Host, error) {
	h, err := snapshot.DecodeHost(facts)
	if err != nil {
		return nil, err
	}
	var m moment
	if err := json.Unmarshal(at, &m); err != nil {
		return nil, err
	}
	return h, m.join(h)
}
