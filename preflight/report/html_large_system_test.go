//go:build system

package report_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"migcheck/fixtures/demofleet"
	"migcheck/preflight"
	"migcheck/preflight/fleet"
	"migcheck/preflight/fleet/synth"
)

// TestLargePage: 1,000 hosts and 20,000 guests are one file below 10 MB, which
// opens. How long that takes is said, and not tested: machines differ.
func TestLargePage(t *testing.T) {
	d := demofleet.Document(synth.Size{Hosts: 1000, Guests: 20000, NICs: 2}, 1, preflight.Tool{Name: "migcheck", Version: "test"})
	html := page(t, d)
	static := strings.Index(html, `<script type="application/json"`)
	if len(html) > 10_000_000 || static > 1_000_000 {
		t.Errorf("the page has %d bytes, of which %d without data and script", len(html), static)
	}
	b := open(t, chromium(t), html, look{})
	b.until(`document.documentElement.dataset.ready !== undefined`)
	b.until(`performance.getEntriesByName("first-contentful-paint").length === 1`)
	t.Logf("%d hosts, %d guests, %d needs, %d findings: %.1f MB (%.0f KB without data and script); first paint after %.0f ms, all ready after %s ms",
		len(d.Hosts), len(d.Guests), len(d.Needs), len(d.Findings), float64(len(html))/1e6, float64(static)/1e3,
		ask[float64](b, `performance.getEntriesByName("first-contentful-paint")[0].startTime`), ask[string](b, "document.documentElement.dataset.ready"))
	if n := len(b.texts(".matrix thead .to")); n < 5 || n > 60 {
		t.Errorf("1,000 hosts are %d columns", n)
	}
	b.shot("large")
	b.do(chromedp.SendKeys(chromedp.CSS("#f-text"), "crm-mail07"))
	b.until(countShown + `.includes(" 1 of 20,000 guests")`)
	verdicts(t, b, freeGuests(d, 30))
	b.quiet()
}

// freeGuests is the document with no more than n guests, such as have few hosts
// that are not ready and no pair that is judged by itself.
func freeGuests(d *fleet.Document, n int) *fleet.Document {
	c := *d
	c.Guests, c.Exceptions = nil, nil
	for i := range d.Guests {
		own := slices.ContainsFunc(d.Exceptions, func(e fleet.Exception) bool { return e.Guest == i })
		if w := d.Guests[i].Ways; !own && w.Warned+w.Undecided+w.Blocked < 50 && len(c.Guests) < n {
			c.Guests = append(c.Guests, d.Guests[i])
		}
	}
	return &c
}
