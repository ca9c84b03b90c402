package iproute

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"maps"
	"slices"
	"strings"
	"sync"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/files"
)

// Decoder reads one host's answers, one after the other, and does not take apart
// again what is the same: a host that is asked every minute rarely says anything
// new. Nil is one that has no memory. It is safe for concurrent use.
type Decoder struct {
	mu   sync.Mutex
	sum  [sha256.Size]byte // of the answer that gave last
	last *Result           // nil: none that can be given again
}

// Decode is the function of that name. Devices are shared with later results and
// must not be changed.
func (d *Decoder) Decode(output []byte, marker string) (*Result, error) {
	if d == nil {
		return Decode(output, marker)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	a := split(output, marker)
	sum := a.sum()
	if d.last != nil && a.done && sum == d.sum {
		if r := a.repeat(d.last); r != nil {
			return r, nil
		}
	}
	r, err := a.decode(output)
	if d.last = nil; err == nil && a.done && !slices.ContainsFunc(r.Host.Gaps, namesByte) {
		kept := *r
		kept.Host = copyOf(r.Host)
		d.sum, d.last = sum, &kept
	}
	return r, err
}

// repeat is a result that was found before with the memory that the host has now.
// It is nil if that was not read, then or now: a gap has its place among others.
func (a *answer) repeat(last *Result) *Result {
	now := &hostinfo.Host{}
	a.proc(now)
	if now.Memory == nil || last.Host.Memory == nil {
		return nil
	}
	r := *last
	r.Host = copyOf(last.Host)
	r.Host.Memory = now.Memory
	return &r
}

// atByte is in a gap's words where they say at which byte something is amiss.
const atByte = " at byte "

func namesByte(g hostinfo.Gap) bool { return strings.Contains(g.Reason, atByte) }

// copyOf is a host whose lists may be added to.
func copyOf(h *hostinfo.Host) *hostinfo.Host {
	c := *h
	c.Gaps = slices.Clone(h.Gaps)
	return &c
}

// sum is equal for answers in which everything is the same that Decode reads but the
// memory, how long a cut answer is, and at which byte something is amiss.
func (a *answer) sum() (sum [sha256.Size]byte) {
	h := sha256.New()
	word := func(text []byte) { // so that no two words can be taken for others
		_, _ = h.Write(text)
		_, _ = h.Write([]byte{0xff, 0})
	}
	for _, name := range slices.Sorted(maps.Keys(a.sections)) {
		s := a.sections[name]
		word([]byte(name))
		switch name {
		case "link", "netns":
			withoutClocks(h, s.body)
		case "proc":
			withoutMemory(h, s.body)
		default:
			_, _ = h.Write(s.body)
		}
		word(nil)
		word([]byte(s.status))
		word(s.stderr)
	}
	h.Sum(sum[:0])
	return sum
}

// clock is in the names of members that hold a time which runs: how long an address
// is valid (valid_life_time), and the timers of bridges (gc_timer).
var clock = []byte("_time")

// withoutClocks writes what ip printed, a line of JSON for each time that it ran.
func withoutClocks(h hash.Hash, b []byte) {
	for line := range bytes.Lines(b) {
		if line[0] == '[' {
			withoutTimes(h, line)
		} else {
			_, _ = h.Write(line)
		}
	}
}

// withoutTimes writes JSON of ip without the numbers of members whose names end in
// _time or _timer: Decode reads none of them. The quote behind ends a name, since
// JSON escapes those within.
func withoutTimes(h hash.Hash, b []byte) {
	for {
		i := bytes.Index(b, clock)
		if i < 0 {
			_, _ = h.Write(b)
			return
		}
		end := i + len(clock)
		after := bytes.TrimPrefix(b[end:], []byte("r"))
		number, ends := bytes.CutPrefix(after, []byte(`":`))
		if ends {
			end = len(b) - len(number)
		}
		_, _ = h.Write(b[:end])
		b = b[end:]
		if rest := bytes.TrimLeft(b, "0123456789."); ends && len(rest) < len(b) {
			_, _ = h.Write([]byte("#"))
			b = rest
		}
	}
}

// withoutMemory writes the lines of the section "proc" that are not about memory.
func withoutMemory(h hash.Hash, b []byte) {
	for line := range bytes.Lines(b) {
		file, _, _ := bytes.Cut(line, []byte(":"))
		if string(file) != files.MemInfo && !bytes.HasPrefix(file, []byte("/sys/kernel/mm/hugepages/")) {
			_, _ = h.Write(line)
		}
	}
}
