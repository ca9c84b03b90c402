package report

import (
	"strings"
	"time"

	"migcheck/preflight"
)

// grid writes rows whose columns stand below each other; the first is the head.
func (p *printer) grid(rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for c, cell := range row {
			widths[c] = max(widths[c], columns(Safe(cell)))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for c, cell := range row {
			line.WriteString(pad(Safe(cell), widths[c]+2))
		}
		p.line(0, line.String())
	}
}

// preamble is what heads a document: what somebody decided to live with.
func (p *printer) preamble(waivers []preflight.Waiver, created time.Time) {
	any := false
	for i := range waivers {
		if w := &waivers[i]; !w.Expired(created) {
			p.waiver(w)
			any = true
		}
	}
	if any {
		p.line(0, "")
	}
}
