package client

import (
	"crypto/sha256"
	"sync"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
)

// Seen is what a census read, for the next one of the same host: XML that has not
// changed is not parsed again. libvirt does not tell what has changed, so that the
// text is asked for; of it a hash is kept. The zero value is of a host that was not
// read yet. It serves one census at a time.
type Seen struct {
	mu        sync.Mutex
	last, now map[seenKey]*libvirt.Domain
	parsed    int
}

// seenKey is a view's text. Two views of one text are two definitions.
type seenKey struct {
	view hostinfo.Fact
	sum  [sha256.Size]byte
}

// Parsed is how many texts have been parsed so far.
func (s *Seen) Parsed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.parsed
}

func (s *Seen) begin() {
	if s != nil {
		s.now = map[seenKey]*libvirt.Domain{}
	}
}

// end forgets what was not seen this time. Without it everything is kept.
func (s *Seen) end() {
	if s != nil {
		s.last, s.now = s.now, nil
	}
}

// parse reads a view's XML, unless it was seen the last time.
func (s *Seen) parse(view hostinfo.Fact, xml []byte) (*libvirt.Domain, error) {
	if s == nil {
		return libvirt.ParseDomain(xml)
	}
	key := seenKey{view, sha256.Sum256(xml)}
	s.mu.Lock()
	d := s.last[key]
	s.mu.Unlock()
	var err error
	if d == nil {
		d, err = libvirt.ParseDomain(xml)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last[key] == nil {
		s.parsed++
	}
	if err == nil {
		s.now[key] = d
	}
	return d, err
}
