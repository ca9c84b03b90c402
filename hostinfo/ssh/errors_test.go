package ssh

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestError(t *testing.T) {
	inner := &Error{Kind: Refused, Host: "gate", Op: "connect to gate:22", Err: io.EOF, Hint: "look"}
	outer := &Error{Kind: inner.Kind, Host: "hv", Op: "reach its jump host", Err: inner}
	if got := outer.Error(); got != "hv: reach its jump host: gate: connect to gate:22: EOF" {
		t.Error(got)
	}
	if !errors.Is(outer, Refused) || !errors.Is(outer, io.EOF) || errors.Is(outer, Timeout) || Hint(outer) != "look" || kindOf(outer) != Refused {
		t.Errorf("%v, hint %q", outer, Hint(outer))
	}
	bare := &Error{Kind: NoSocket, Host: "hv", Op: "connect"}
	if bare.Error() != "hv: connect: no such socket" || !errors.Is(bare, NoSocket) || Hint(bare) != "" || Hint(nil) != "" {
		t.Error(bare)
	}
}

func FuzzWords(f *testing.F) {
	f.Add([]byte("bash: line 1: x\x1b[2J\r\n\n second\u202eline\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got := words(b)
		if len(got) > 5*maxWords || strings.ContainsAny(got, "\n\r\t\x1b\u202e\x00") {
			t.Fatalf("%q", got)
		}
	})
}

func TestWords(t *testing.T) {
	for in, want := range map[string]string{
		"":                         "",
		"one\r\n\n  two\t2 \n":     "one; two 2",
		"\x1b[31mred\u202e\x00":    "?[31mred??",
		strings.Repeat("x", 10000): strings.Repeat("x", maxWords) + "...",
	} {
		if got := words([]byte(in)); got != want {
			t.Errorf("%.30q = %.80q, want %.80q", in, got, want)
		}
	}
}

func TestBounded(t *testing.T) {
	full := make(chan struct{}, 1)
	b := &bounded{limit: 5, full: full}
	for i, w := range []string{"abc", "de", "", "f", "g"} {
		n, err := b.Write([]byte(w))
		if wantErr := i > 2; (err != nil) != wantErr || wantErr && n != 0 {
			t.Errorf("write %q: %d, %v", w, n, err)
		}
	}
	if got := b.Bytes(); !slices.Equal(got, []byte("abcde")) || !b.over() || len(full) != 1 {
		t.Errorf("%q, over %v, told %d", got, b.over(), len(full))
	}
	none := &bounded{}
	if n, err := none.Write([]byte("x")); n != 0 || err == nil {
		t.Errorf("limit 0: %d, %v", n, err)
	}
}
