package agent

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"sync"
	"time"

	"migcheck/hostinfo"
	"migcheck/hostinfo/snapshot"
)

// known are the facts that an agent reads or has a gap for.
var known = func() []hostinfo.Fact {
	var out []hostinfo.Fact
	for _, f := range hostinfo.EveryFact() {
		if !foreign(f) {
			out = append(out, f)
		}
	}
	return out
}()

// foreign says whether a fact is not an agent's to know.
func foreign(f hostinfo.Fact) bool {
	switch f {
	case hostinfo.FactLibvirt, hostinfo.FactDomains, hostinfo.FactNetworks, hostinfo.FactNWFilters, hostinfo.FactPath:
		return true
	}
	return false
}

// state is the host as one reading showed it, ready to be sent.
type state struct {
	host   *hostinfo.Host
	body   []byte
	etag   string
	memory string // beside the body; see memoryHeader

	began   time.Time     // of the reading
	number  int           // of the reading, from 1
	told    uint64        // what the kernel had told before
	differs chan struct{} // closed when another reading shows other facts
}

// reading is one that is under way; state and err are set when done is closed.
type reading struct {
	done  chan struct{}
	state *state
	err   error
}

// memory keeps the last state, and reads anew when that is too old.
type memory struct {
	read func(context.Context) (*hostinfo.Host, error)
	ctx  context.Context // of the readings, which outlive who asked first

	mu    sync.Mutex
	told  uint64        // how often the kernel told of a change
	heard chan struct{} // closed when it does; nil: nobody wants to know
	last  *state        // nil before the first reading
	now   *reading      // nil: none is under way
	reads int           // readings that have begun
}

// tell notes that what was read may be wrong now.
func (m *memory) tell() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.told++
	if m.heard != nil {
		close(m.heard)
		m.heard = nil
	}
}

// hears is closed when the kernel tells of a change after this call.
func (m *memory) hears() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.heard == nil {
		m.heard = make(chan struct{})
	}
	return m.heard
}

// fresh returns a state that is at most that old when it is asked for. The
// error is ctx's, or that of a reading.
func (m *memory) fresh(ctx context.Context, maxAge time.Duration) (*state, error) {
	asked := time.Now()
	m.mu.Lock()
	before := m.reads
	m.mu.Unlock()
	for {
		s, r := m.have(asked, before, maxAge)
		if s != nil {
			return s, nil
		}
		select {
		case <-r.done:
			if r.err != nil {
				return nil, r.err
			}
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// have returns the last state if it will do for who asked when so many readings
// had begun, else the reading to wait for.
func (m *memory) have(asked time.Time, before int, maxAge time.Duration) (*state, *reading) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := m.last; s != nil {
		recent := s.told == m.told && maxAge > 0 && asked.Sub(s.began) <= maxAge
		if s.number > before || recent {
			return s, nil
		}
	}
	if m.now == nil {
		m.now = &reading{done: make(chan struct{})}
		var wait time.Duration
		if m.last != nil {
			wait = Pause - time.Since(m.last.began)
		}
		go m.renew(m.now, wait)
	}
	return nil, m.now
}

// renew reads the host after a while and keeps what it showed.
func (m *memory) renew(r *reading, wait time.Duration) {
	if wait > 0 {
		select {
		case <-time.After(wait):
		case <-m.ctx.Done():
		}
	}
	m.mu.Lock()
	told := m.told
	m.reads++
	number := m.reads
	m.mu.Unlock()
	began := time.Now()
	h, err := m.read(m.ctx)
	var body []byte
	if err == nil {
		body, err = encode(h)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	defer close(r.done)
	m.now = nil
	if r.err = err; err != nil {
		return
	}
	next := &state{host: h, body: body, etag: tag(body), memory: memoryOf(h), began: began, number: number, told: told, differs: make(chan struct{})}
	if old := m.last; old != nil && old.etag == next.etag {
		next.host, next.body, next.differs = old.host, old.body, old.differs
	} else if old != nil {
		close(old.differs)
	}
	m.last, r.state = next, next
}

// encode is a host as it is sent: without the time, which is told by its age, and
// without the memory that it has.
func encode(h *hostinfo.Host) ([]byte, error) {
	c := *h
	c.Name, c.Gathered = "agent", time.Time{} // the name is the asker's to give
	facts := known
	if c.Memory != nil {
		c.Memory, facts = nil, besides
	}
	body, err := snapshot.EncodeHost(&c, facts)
	if err != nil {
		return nil, fmt.Errorf("write down this host: %w", err)
	}
	return body, nil
}

// tag is the ETag of a body: equal for equal bytes.
func tag(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:18]) + `"`
}
