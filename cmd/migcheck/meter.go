package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"migcheck/cmd/internal/act"
	"migcheck/preflight/report"
)

// plainEvery is how often progress is told where no terminal can show it live.
const plainEvery = 10 * time.Second

// meter tells on stderr where a migration stands: one line that changes on a
// terminal, and one plain line every ten seconds on a pipe or where several
// guests move at once.
type meter struct {
	guest       string
	live, quiet bool
	width       int
	told        time.Time
	words       string
}

func (m *mover) meter(t *turn) *meter {
	flags := m.check.flags
	fd := int(os.Stderr.Fd())
	out := &meter{guest: t.plan.Guest.Name, quiet: flags.quiet, width: 80}
	out.live = term.IsTerminal(fd) && flags.guestsAtOnce == 1
	if w, _, err := term.GetSize(fd); err == nil && w > 20 {
		out.width = w
	}
	return out
}

// waiting tells what takes long, where one guest moves at a time.
func (m *mover) waiting(what string) func() {
	if m.check.flags.guestsAtOnce > 1 {
		return func() {}
	}
	return m.check.progress(what)
}

func (m *meter) show(p act.Progress) {
	news := p.Words != "" && p.Words != m.words
	if p.Words != "" {
		m.words = p.Words
	}
	switch line := report.Safe(m.guest + "  " + progressLine(&p)); {
	case news: // what was done is told even to those who want no progress
		m.wipe()
		fmt.Fprintln(os.Stderr, line)
	case m.quiet:
	case m.live:
		if cells := []rune(line); len(cells) >= m.width {
			line = string(cells[:m.width-1])
		}
		fmt.Fprintf(os.Stderr, "\r%s\x1b[K", line)
	case time.Since(m.told) >= plainEvery:
		m.told = time.Now()
		fmt.Fprintln(os.Stderr, line)
	}
}

func (m *meter) wipe() {
	if m.live && !m.quiet {
		fmt.Fprint(os.Stderr, "\r\x1b[K")
	}
}

func (m *meter) end() { m.wipe() }

// progressLine is "43%  36.2 MiB left  1.0 MiB/s  dirty 0.2 MiB/s  pass 2
// downtime ~300 ms  12 s".
func progressLine(p *act.Progress) string {
	var parts []string
	if n := p.Percent(); n >= 0 {
		parts = append(parts, fmt.Sprintf("%d%%", n), mib(p.Remaining)+" left", mib(p.Rate)+"/s")
		if p.DirtyRate > 0 {
			parts = append(parts, "dirty "+mib(p.DirtyRate)+"/s")
		}
		if p.Iteration > 0 {
			parts = append(parts, fmt.Sprintf("pass %d", p.Iteration))
		}
		if p.Downtime > 0 {
			parts = append(parts, fmt.Sprintf("downtime ~%d ms", p.Downtime.Milliseconds()))
		}
	} else if p.Begun {
		parts = append(parts, "ending")
	} else {
		parts = append(parts, "preparing")
	}
	parts = append(parts, fmt.Sprintf("%.0f s", p.Elapsed.Seconds()))
	if p.Words != "" {
		parts = append(parts, p.Words)
	}
	return strings.Join(parts, "  ")
}

func mib(n uint64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }
