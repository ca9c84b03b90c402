package probe

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"migcheck/hostinfo"
)

// End is one of the two devices, with a program beside it that does as it is
// told. Its errors say what is wrong on which host.
type End interface {
	// Host is the host's name, for the results.
	Host() string
	// MTU is the device's, in bytes.
	MTU() int
	// Send sends n frames of size bytes, and returns how many the kernel took.
	Send(ctx context.Context, size, n int) (int, error)
	// Await returns what was heard so far once it is what is wanted, and else after
	// the given time.
	Await(ctx context.Context, w Wanted, patience time.Duration) (Heard, error)
}

// Wanted is what an end waits for: everything that is not zero.
type Wanted struct {
	Size   int  // a frame of that size
	Frames int  // as many frames
	Echo   bool // its own nonce
}

// Met says whether it has come.
func (w Wanted) Met(h *Heard) bool {
	return (w.Size == 0 || h.Has(w.Size)) && h.Frames >= w.Frames && (!w.Echo || h.Echoed)
}

// Small is the size of the first frames: nothing is too narrow for it.
const Small = 128

// within is how near the largest size that passes is looked for, in bytes.
const within = 4

// bursts are the frames that are sent for one question before it is answered
// with no. All of them: of frames of which 40 in 100 are lost, no more than one
// question in a million is answered wrongly.
var bursts = []int{2, 2, 4, 8}

// first is the first burst of a run, large enough to meet what comes twice.
const first = 4

// How long to wait for a burst to arrive, from the first to the last.
var patience = []time.Duration{100 * time.Millisecond, 200 * time.Millisecond, 300 * time.Millisecond, 500 * time.Millisecond}

// course is one run under way: ends[0] is the source's.
type course struct {
	ends  [2]End
	heard [2]Heard // by that end
	sent  [2]int   // by that end
}

// Run lets frames go both ways between two ends, small ones first, then of mtu
// bytes or of what both devices take, and looks for the largest size that
// passes. It fills in what came of it; names are the caller's.
func Run(ctx context.Context, source, destination End, mtu int) hostinfo.Probe {
	c := &course{ends: [2]End{source, destination}}
	p := hostinfo.Probe{}
	if err := c.run(ctx, mtu, &p); err != nil {
		p.Undecided = err.Error()
		if e, ok := err.(*endError); ok {
			p.Host = e.host
		}
	}
	p.There.Sent, p.Back.Sent = c.sent[0], c.sent[1]
	for i, w := range []*hostinfo.Way{&p.There, &p.Back} {
		h := &c.heard[1-i]
		w.Heard, w.Duplicates, w.Forged = h.Frames, h.Duplicates, h.Forged
		w.Returned = c.heard[i].Returned
	}
	return p
}

// endError is what is wrong at one end.
type endError struct {
	host string
	err  error
}

func (e *endError) Error() string { return e.err.Error() }

func (c *course) run(ctx context.Context, mtu int, p *hostinfo.Probe) error {
	passed, err := c.ask(ctx, [2]Wanted{{Size: Small, Frames: first}, {Size: Small, Frames: first}}, [2]int{Small, Small})
	if err != nil {
		return err
	}
	for i := range passed {
		passed[i] = c.heard[1-i].Frames > 0
	}
	for i, ok := range passed {
		switch h := &c.heard[1-i]; {
		case ok:
		case c.sent[i] == 0:
			return &endError{c.ends[i].Host(), errUnsent}
		case h.Disturbed():
			return &endError{c.ends[1-i].Host(), errDisturbed}
		}
	}
	if !passed[0] || !passed[1] {
		return nil
	}
	echoed, err := c.ask(ctx, [2]Wanted{{Echo: true}, {Echo: true}}, [2]int{Small, Small})
	if err != nil {
		return err
	}
	for i, ok := range echoed {
		if !ok {
			return &endError{c.ends[1-i].Host(), errUnechoed}
		}
	}
	return c.sizes(ctx, mtu, p)
}

// sizes finds the largest size that passes each way, both at once.
func (c *course) sizes(ctx context.Context, mtu int, p *hostinfo.Probe) error {
	p.Size = min(mtu, c.ends[0].MTU(), c.ends[1].MTU(), MaxSize)
	if p.Size <= Small {
		p.There.Largest, p.Back.Largest = p.Size, p.Size
		return nil
	}
	low, high := [2]int{Small, Small}, [2]int{p.Size + 1, p.Size + 1}
	try := [2]int{p.Size, p.Size}
	for try != [2]int{} {
		passed, err := c.ask(ctx, [2]Wanted{{Size: try[0]}, {Size: try[1]}}, try)
		if err != nil {
			return err
		}
		for i := range try {
			switch {
			case try[i] == 0:
			case passed[i]:
				low[i] = try[i]
			default:
				high[i] = try[i]
			}
			if try[i] = 0; high[i]-low[i] > within {
				try[i] = (low[i] + high[i]) / 2
			}
		}
		p.There.Largest, p.Back.Largest = low[0], low[1]
	}
	for i := range low {
		if low[i] < p.Size && c.heard[1-i].Disturbed() {
			return &endError{c.ends[1-i].Host(), errDisturbed}
		}
	}
	return nil
}

// ask sends frames each way until the other end has what is wanted, or all
// bursts are spent. A size of 0 asks nothing.
func (c *course) ask(ctx context.Context, wanted [2]Wanted, size [2]int) (met [2]bool, err error) {
	for round, n := range bursts {
		if c.sent == [2]int{} {
			n = first
		}
		var sending, waiting errgroup.Group
		for i := range c.ends {
			if size[i] != 0 && !met[i] {
				sending.Go(func() error { return c.send(ctx, i, size[i], n) })
			}
		}
		if err := sending.Wait(); err != nil {
			return met, err
		}
		for i := range c.ends {
			if size[i] != 0 && !met[i] {
				waiting.Go(func() (err error) {
					met[i], err = c.await(ctx, 1-i, wanted[i], patience[round])
					return err
				})
			}
		}
		if err := waiting.Wait(); err != nil {
			return met, err
		}
		if (met[0] || size[0] == 0) && (met[1] || size[1] == 0) {
			break
		}
	}
	return met, nil
}

func (c *course) send(ctx context.Context, end, size, n int) error {
	sent, err := c.ends[end].Send(ctx, size, n)
	c.sent[end] += sent
	return c.at(end, err)
}

func (c *course) await(ctx context.Context, end int, w Wanted, patience time.Duration) (bool, error) {
	h, err := c.ends[end].Await(ctx, w, patience)
	if err != nil {
		return false, c.at(end, err)
	}
	c.heard[end] = h
	return w.Met(&h), nil
}

func (c *course) at(end int, err error) error {
	if err == nil {
		return nil
	}
	return &endError{c.ends[end].Host(), err}
}
