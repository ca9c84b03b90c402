package probe_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo/probe"
)

var (
	run   = probe.RunID{1, 2, 3, 4, 5, 6, 7, 8}
	key   = probe.Key{9, 9, 9}
	mine  = probe.Nonce{1}
	yours = probe.Nonce{2}
)

func encode(t testing.TB, f probe.Frame) []byte {
	t.Helper()
	b, err := f.Encode(run, key)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What is written is read back, with or without what a driver adds behind it.
func TestFrame(t *testing.T) {
	for _, size := range []int{probe.MinSize, probe.Small, 1500, probe.MaxSize} {
		want := probe.Frame{Direction: probe.Back, Size: size, Sequence: 7, Own: mine, Echo: yours}
		b := encode(t, want)
		if len(b) != size {
			t.Errorf("a frame of %d bytes has %d", size, len(b))
		}
		for _, behind := range []int{0, 4, 60} {
			got, err := probe.Decode(append(bytes.Clone(b), make([]byte, behind)...), run, key)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, *got); diff != "" {
				t.Error(diff)
			}
		}
		if _, err := probe.Decode(b[:size-1], run, key); err == nil {
			t.Errorf("a frame of %d bytes was read from one less", size)
		}
	}
	for _, size := range []int{-1, 0, probe.MinSize - 1, probe.MaxSize + 1} {
		if b, err := (&probe.Frame{Size: size}).Encode(run, key); err == nil {
			t.Errorf("a frame of %d bytes was written as %d", size, len(b))
		}
	}
}

// No bit of a frame can be changed, and no other run or key reads it.
func TestForged(t *testing.T) {
	b := encode(t, probe.Frame{Direction: probe.There, Size: 200, Sequence: 3, Own: mine})
	for i := range b {
		for bit := range 8 {
			forged := bytes.Clone(b)
			forged[i] ^= 1 << bit
			if f, err := probe.Decode(forged, run, key); err == nil {
				t.Fatalf("bit %d of byte %d was changed, and it was read as %+v", bit, i, f)
			}
		}
	}
	if _, err := probe.Decode(b, probe.RunID{}, key); err == nil {
		t.Error("another run's frame was taken")
	}
	if _, err := probe.Decode(b, run, probe.Key{}); err == nil {
		t.Error("another key's frame was taken")
	}
}

// What an ear makes of what others send: nothing of it counts as heard.
func TestEar(t *testing.T) {
	e := probe.NewEar(probe.There, run, key, mine)
	from := func(d probe.Direction, n uint32, own, echo probe.Nonce) []byte {
		return encode(t, probe.Frame{Direction: d, Size: probe.Small, Sequence: n, Own: own, Echo: echo})
	}
	for _, c := range []struct {
		what    string
		content []byte
		news    bool
		want    probe.Heard
	}{
		{"nothing", nil, false, probe.Heard{}},
		{"another protocol", bytes.Repeat([]byte("x"), 300), false, probe.Heard{}},
		{"its own frame", from(probe.There, 0, mine, probe.Nonce{}), false, probe.Heard{Returned: 1}},
		{"a frame beyond what a run has", from(probe.Back, probe.MaxFrames, yours, probe.Nonce{}), false, probe.Heard{Returned: 1, Forged: 1}},
		{"a frame without a nonce", from(probe.Back, 0, probe.Nonce{}, mine), false, probe.Heard{Returned: 1, Forged: 2}},
		{"the other end", from(probe.Back, 0, yours, probe.Nonce{}), true, probe.Heard{Frames: 1, Sizes: []int{probe.Small}, Returned: 1, Forged: 2}},
		{"the same once more", from(probe.Back, 0, yours, probe.Nonce{}), false, probe.Heard{Frames: 1, Sizes: []int{probe.Small}, Duplicates: 1, Returned: 1, Forged: 2}},
		{"a third end", from(probe.Back, 1, probe.Nonce{3}, mine), false, probe.Heard{Frames: 1, Sizes: []int{probe.Small}, Duplicates: 1, Returned: 1, Forged: 3}},
		{"an echo of another's", from(probe.Back, 1, yours, probe.Nonce{3}), true, probe.Heard{Frames: 2, Sizes: []int{probe.Small}, Duplicates: 1, Returned: 1, Forged: 3}},
		{"an echo", from(probe.Back, 2, yours, mine), true, probe.Heard{Frames: 3, Sizes: []int{probe.Small}, Echoed: true, Duplicates: 1, Returned: 1, Forged: 3}},
	} {
		if news := e.Hear(c.content); news != c.news {
			t.Errorf("%s: news %v", c.what, news)
		}
		if diff := cmp.Diff(c.want, e.Heard()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, diff)
		}
	}
	if e.Other() != yours {
		t.Errorf("the other's nonce is %x", e.Other())
	}
}

// An ear keeps a bounded number of sizes, whatever is sent.
func TestEarBounded(t *testing.T) {
	e := probe.NewEar(probe.There, run, key, mine)
	for n := range uint32(200) {
		e.Hear(encode(t, probe.Frame{Direction: probe.Back, Size: 100 + int(n), Sequence: n, Own: yours}))
	}
	if h := e.Heard(); h.Frames != 200 || len(h.Sizes) != 64 {
		t.Errorf("%d frames, %d sizes", h.Frames, len(h.Sizes))
	}
}

// FuzzEar: no content makes an ear panic, and none that lacks the key counts.
func FuzzEar(f *testing.F) {
	good := encode(f, probe.Frame{Direction: probe.Back, Size: probe.MinSize, Own: yours, Echo: mine})
	f.Add(good)
	f.Add(good[:20])
	f.Add(encode(f, probe.Frame{Direction: probe.There, Size: 300, Own: yours}))
	f.Fuzz(func(t *testing.T, content []byte) {
		known := len(content) >= len(good) && bytes.Equal(content[:len(good)], good)
		e := probe.NewEar(probe.There, run, probe.Key{1}, mine) // a key that no seed has
		if e.Hear(content) || e.Heard().Frames != 0 || e.Heard().Returned != 0 {
			t.Fatalf("%x was taken without the key", content)
		}
		e = probe.NewEar(probe.There, run, key, mine)
		if e.Hear(content) && !known {
			t.Fatalf("%x was heard, and nobody sent it", content)
		}
	})
}

// FuzzReadAnswer: a host's answer is read or refused.
func FuzzReadAnswer(f *testing.F) {
	f.Add([]byte(`{"heard":{"frames":3,"sizes":[128]}}`))
	f.Add([]byte(`{"sent":-1}`))
	f.Add([]byte(`{"error":{"kind":"down","text":"x"}}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		a, err := probe.ReadAnswer(line)
		if (a == nil) == (err == nil) {
			t.Fatalf("an answer %+v and an error %v", a, err)
		}
		if a != nil && a.Heard != nil {
			a.Heard.Has(1)
		}
	})
}
