package ssh

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// TestBoundedReadsItself: what is read is what would have been written, up to the
// limit and to one byte beyond it, and what was taken out stays as it was.
func TestBoundedReadsItself(t *testing.T) {
	text := strings.Repeat("0123456789abcdef", 1000)
	for _, limit := range []int{0, 1, 511, 512, 513, len(text) - 1, len(text), len(text) + 1} {
		full := make(chan struct{}, 1)
		b := &bounded{limit: int64(limit), full: full}
		_, err := io.Copy(b, iotest.HalfReader(strings.NewReader(text)))
		cut := limit < len(text)
		if errors.Is(err, errTooLong) != cut || b.over() != cut || len(full) == 1 != cut {
			t.Errorf("limit %d: %v, over %v, told %d", limit, err, b.over(), len(full))
		}
		if want := text[:min(limit, len(text))]; string(b.Bytes()) != want {
			t.Errorf("limit %d: %d bytes, %.20q", limit, len(b.Bytes()), b.Bytes())
		}
	}
	b := &bounded{limit: 1 << 20}
	_, _ = b.ReadFrom(strings.NewReader("before"))
	before := b.Bytes()
	_ = append(before, "mine"...)
	if _, err := b.ReadFrom(io.MultiReader(strings.NewReader(" after"), iotest.ErrReader(io.ErrClosedPipe))); !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
	if !bytes.Equal(before, []byte("before")) || string(b.Bytes()) != "before after" {
		t.Errorf("%q, %q", before, b.Bytes())
	}
}

// TestRoom: what is as long as was expected is not copied while it is read.
func TestRoom(t *testing.T) {
	for _, n := range []int{1, 511, 512, 100_000} {
		b := &bounded{limit: 1 << 20, b: room(int64(n))}
		first := &b.b[:1][0]
		_, err := io.Copy(b, iotest.HalfReader(strings.NewReader(strings.Repeat("x", n))))
		if got := b.Bytes(); err != nil || len(got) != n || &got[0] != first {
			t.Errorf("%d bytes: %v, %d were read, copied: %v", n, err, len(got), &got[0] != first)
		}
	}
	if room(0) != nil {
		t.Error("there is room for nothing")
	}
}
