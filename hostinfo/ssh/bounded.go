package ssh

import (
	"errors"
	"slices"
	"sync"
)

var errTooLong = errors.New("more output than allowed")

// bounded keeps what is written up to a limit and refuses the rest. It may be
// read while it is written.
type bounded struct {
	limit int64
	full  chan<- struct{} // told once when the limit is passed; may be nil

	mu     sync.Mutex
	b      []byte
	passed bool
}

func (b *bounded) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := int(min(int64(len(p)), b.limit-int64(len(b.b))))
	b.b = append(b.b, p[:n]...)
	if n == len(p) {
		return n, nil
	}
	if !b.passed {
		b.passed = true
		if b.full != nil {
			b.full <- struct{}{}
		}
	}
	return n, errTooLong
}

// Bytes is a copy of what was kept.
func (b *bounded) Bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.b)
}

func (b *bounded) over() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.passed
}
