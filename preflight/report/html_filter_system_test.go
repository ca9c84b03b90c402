//go:build system

package report_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

const countShown = `document.getElementById("count").textContent`

func filters(t *testing.T, b *tab, d *fleet.Document) {
	guests := func(keep func(*fleet.GuestLine) bool) (names []string) {
		for i := range d.Guests {
			if keep(&d.Guests[i]) {
				names = append(names, d.Guests[i].Name)
			}
		}
		slices.Sort(names)
		b.until(countShown + fmt.Sprintf(`.includes(" %d of 480 guests")`, len(names))) // keys come one by one
		return names
	}
	shown := func(selector string) []string {
		list := b.texts(selector)
		slices.Sort(list)
		return list
	}
	clearIt := func() {
		b.do(chromedp.Click(chromedp.CSS("#f-clear")))
		b.until(countShown + `.startsWith("All:")`)
	}
	b.until(countShown + ` === "All: 40 hosts, 480 guests, ` + plainCount(b) + `"`)

	b.do(chromedp.SendKeys(chromedp.CSS("#f-text"), "shop-web"))
	if diff := cmp.Diff(guests(func(g *fleet.GuestLine) bool { return strings.Contains(g.Name, "shop-web") }), shown("#guests-view tbody th")); diff != "" {
		t.Errorf("guests found (-want +shown):\n%s", diff)
	}
	clearIt()
	b.do(chromedp.SetValue(chromedp.CSS("#f-verdict"), "3"), event("#f-verdict"))
	if diff := cmp.Diff(guests(func(g *fleet.GuestLine) bool { return g.Ways.Best() == preflight.Undecided }), shown("#guests-view tbody th")); diff != "" {
		t.Errorf("guests that are undecided (-want +shown):\n%s", diff)
	}
	for _, level := range b.texts("#findings-view article h3 .v") {
		if !strings.HasSuffix(level, "undecided") {
			t.Errorf("a finding is %q among the undecided", level)
		}
	}
	clearIt()
	rule := d.Findings[0].Rule
	b.do(chromedp.SetValue(chromedp.CSS("#f-rule"), rule), event("#f-rule"))
	b.until(countShown + `.startsWith("Left:")`)
	var hosts []string
	for i := range d.Findings {
		if f := &d.Findings[i]; f.Rule == rule {
			hosts = append(hosts, d.Hosts[f.Host].Name)
		}
	}
	slices.Sort(hosts)
	if diff := cmp.Diff(slices.Compact(hosts), shown("#hosts-view tbody th")); diff != "" {
		t.Errorf("hosts with %s (-want +shown):\n%s", rule, diff)
	}
	if list := shown("#findings-view article h3 .rule"); len(list) == 0 || slices.Max(list) != rule || slices.Min(list) != rule {
		t.Errorf("findings of %s: %q", rule, list)
	}
	clearIt()
	b.do(chromedp.SendKeys(chromedp.CSS("#f-host"), "ams1-kvm03"))
	b.until(countShown + `.startsWith("Left: 1 of 40 hosts")`)
	if diff := cmp.Diff(guests(func(g *fleet.GuestLine) bool { return d.Hosts[g.Host].Name == "ams1-kvm03" }), shown("#guests-view tbody th")); diff != "" {
		t.Errorf("guests on a host (-want +shown):\n%s", diff)
	}
	clearIt()
	b.do(chromedp.SendKeys(chromedp.CSS("#f-guest"), d.Guests[7].Name))
	b.until(countShown + `.includes(" 1 of 480 guests")`)
	if list := b.texts(".matrix tbody th"); len(list) == 0 || len(list) > 4 {
		t.Errorf("needs of one guest: %q", list)
	}
	b.do(chromedp.SendKeys(chromedp.CSS("#f-text"), "nothing is called so"))
	b.until(countShown + `.includes(" 0 of 480 guests")`)
	b.quiet()
}

// plainCount is the end of the count of an unfiltered page: how much is folded is
// not this test's to say.
func plainCount(b *tab) string {
	_, rest, _ := strings.Cut(ask[string](b, countShown), "480 guests, ")
	return rest
}

// event tells a field that it has changed, as choosing an option does.
func event(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void]("void document.querySelector(" + quoted(selector) + `).dispatchEvent(new Event("input", {bubbles: true}))`)
}
