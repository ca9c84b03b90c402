package main

import (
	"testing"
	"time"

	"migcheck/cmd/internal/act"
)

func TestProgressLine(t *testing.T) {
	for want, p := range map[string]act.Progress{
		"ending  2 s":    {Begun: true, Elapsed: 2 * time.Second},
		"preparing  2 s": {Elapsed: 2 * time.Second},
		"42%  36.5 MiB left  1.0 MiB/s  12 s": {
			Total: 64 << 20, Remaining: 73 << 19, Rate: 1 << 20, Elapsed: 12 * time.Second,
		},
		"75%  16.0 MiB left  1.0 MiB/s  dirty 0.5 MiB/s  pass 2  downtime ~300 ms  61 s  post-copy began": {
			Total: 64 << 20, Remaining: 16 << 20, Rate: 1 << 20, DirtyRate: 1 << 19, Iteration: 2,
			Downtime: 300 * time.Millisecond, Elapsed: 61 * time.Second, Words: "post-copy began",
		},
	} {
		if got := progressLine(&p); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
