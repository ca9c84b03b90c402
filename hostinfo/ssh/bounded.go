package ssh

import (
	"errors"
	"io"
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

// room is for so many bytes and for the end behind them; none for none.
func room(bytes int64) []byte {
	if bytes == 0 {
		return nil
	}
	return make([]byte, 0, bytes+bytes/8+2*least)
}

// least is how much room there is at least for the next bytes.
const least = 512

func (b *bounded) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := int(min(int64(len(p)), b.limit-int64(len(b.b))))
	b.b = append(b.b, p[:n]...)
	return n, b.only(n, len(p))
}

// ReadFrom keeps what it reads where it reads it. Nobody else may write meanwhile.
func (b *bounded) ReadFrom(r io.Reader) (read int64, err error) {
	for err == nil {
		var n int
		n, err = r.Read(b.spare())
		read += int64(n)
		if more := b.extend(n); more != nil {
			return read, more
		}
	}
	if err == io.EOF {
		err = nil
	}
	return read, err
}

// spare is room behind what was kept, half of all at least once it is grown.
func (b *bounded) spare() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	if cap(b.b)-len(b.b) < least {
		b.b = slices.Grow(b.b, max(least, len(b.b)))
	}
	return b.b[len(b.b):cap(b.b)]
}

// extend keeps the first bytes of the room that spare gave.
func (b *bounded) extend(by int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := int(min(int64(by), b.limit-int64(len(b.b))))
	b.b = b.b[:len(b.b)+n]
	return b.only(n, by)
}

// only is the error where fewer bytes were kept than came. The lock is held.
func (b *bounded) only(kept, of int) error {
	if kept == of {
		return nil
	}
	if !b.passed {
		b.passed = true
		if b.full != nil {
			b.full <- struct{}{}
		}
	}
	return errTooLong
}

// Bytes is what was kept so far. It stays as it is: more is written behind it.
func (b *bounded) Bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clip(b.b)
}

func (b *bounded) over() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.passed
}
