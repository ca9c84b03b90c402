//go:build system

package report_test

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// TestPageInBrowser opens pages in a real browser and uses them.
func TestPageInBrowser(t *testing.T) {
	browser := chromium(t)
	d := demo()
	html := page(t, d)

	t.Run("complaints are heard", func(t *testing.T) {
		bad := strings.Replace(html, "<h1>", `<h1 onclick="1"><script>alert(1)</script>`, 1)
		b := open(t, browser, bad, look{})
		if list := b.heard(); len(list) < 1 {
			t.Errorf("a page with a script that the policy forbids leads to %q", list)
		}
	})
	t.Run("search and filters", func(t *testing.T) { filters(t, open(t, browser, html, look{}), d) })
	t.Run("matrix", func(t *testing.T) { cells(t, open(t, browser, html, look{}), d) })
	t.Run("keyboard", func(t *testing.T) { keyboard(t, open(t, browser, html, look{})) })
	t.Run("verdicts", func(t *testing.T) { verdicts(t, open(t, browser, html, look{}), d) })
	t.Run("without script", func(t *testing.T) { withoutScript(t, open(t, browser, html, look{still: true}), d) })
	t.Run("hostile names", func(t *testing.T) { hostileNames(t, open(t, browser, page(t, evilFleet()), look{})) })
	t.Run("themes", func(t *testing.T) {
		themes(t, open(t, browser, html, look{}), open(t, browser, html, look{dark: true}))
	})
	t.Run("narrow", func(t *testing.T) {
		b := open(t, browser, html, look{width: 400, height: 800})
		b.shot("narrow")
		if w := ask[int](b, "document.documentElement.scrollWidth"); w > 400 {
			t.Errorf("the page is %d wide on a screen of 400", w)
		}
		b.quiet()
	})
	t.Run("print", func(t *testing.T) { printed(t, open(t, browser, html, look{dark: true})) })
	t.Run("accessible", func(t *testing.T) { accessible(t, open(t, browser, html, look{})) })
	t.Run("picture", func(t *testing.T) { picture(t, open(t, browser, html, look{width: 1280, height: 1160})) })
}

func cells(t *testing.T, b *tab, d *fleet.Document) {
	b.shot("overview")
	b.do(chromedp.Click(chromedp.CSS(".matrix td.c.blocked")))
	b.until(`location.hash.startsWith("#cell/")`)
	title := b.texts("#detail h2")[0]
	if !strings.Contains(title, " for ") || ask[string](b, "document.activeElement.tagName") != "H2" {
		t.Errorf("a cell leads to %q, and the focus is not there", title)
	}
	if list := b.texts("#detail article h3"); len(list) == 0 || !strings.Contains(list[0], "blocked") {
		t.Errorf("a blocked cell has the findings %q", list)
	}
	b.shot("cell")
	b.do(chromedp.Click(chromedp.CSS("#detail .back a")))
	b.until(`!document.getElementById("overview").hidden && document.getElementById("detail").hidden`)
	host := b.texts(".matrix thead .to a")[2]
	b.do(chromedp.Evaluate[chromedp.Void](`void document.querySelectorAll(".matrix thead .to a")[2].click()`))
	b.until(`document.querySelector("#detail h2").innerText === ` + quoted(host))
	found := b.texts("#detail article")
	for i := range d.Findings {
		if f := &d.Findings[i]; d.Hosts[f.Host].Name == host && !slices.ContainsFunc(found, func(s string) bool { return strings.Contains(s, f.Rule) }) {
			t.Errorf("the part for %s does not show %s", host, f.Rule)
		}
	}
	f := d.Findings[slices.IndexFunc(d.Findings, func(f fleet.FindingLine) bool { return len(f.Finding.Fix) > 0 })]
	b.do(chromedp.Navigate(ask[string](b, "location.href.split('#')[0]") + fragment("host", d.Hosts[f.Host].Name)))
	b.until(`document.querySelector("#detail h2").innerText === ` + quoted(d.Hosts[f.Host].Name))
	if text := strings.Join(b.texts("#detail article pre"), "\n"); !strings.Contains(text, f.Finding.Fix[0]) {
		t.Errorf("the part for %s does not show %q:\n%s", d.Hosts[f.Host].Name, f.Finding.Fix[0], text)
	}
	b.shot("host")
	b.quiet()
}

func keyboard(t *testing.T, b *tab) {
	focus := func() string {
		return ask[string](b, `(e => e.id || e.className || e.tagName)(document.activeElement)`)
	}
	b.do(chromedp.KeyEvent(kb.Tab))
	if got := focus(); got != "skip" {
		t.Errorf("the first tab stop is %q", got)
	}
	if ask[bool](b, `document.activeElement.getBoundingClientRect().left < 0`) {
		t.Error("the link that skips to the report is not seen when it has the focus")
	}
	// As a keyboard does it: what the key would write comes with its event.
	b.do(command(input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "/", Code: "Slash", Text: "/"}),
		command(input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: "/", Code: "Slash"}))
	if text := ask[string](b, `document.getElementById("f-text").value`); text != "" {
		t.Errorf("the key that leads to the search writes %q into it", text)
	}
	if got := focus(); got != "f-text" {
		t.Errorf("/ leads to %q", got)
	}
	b.do(chromedp.Evaluate[chromedp.Void](`void document.querySelector('.matrix td[tabindex="0"]').focus()`))
	if n := ask[int](b, `document.querySelectorAll('.matrix td[tabindex="0"]').length`); n != 1 {
		t.Errorf("the matrix has %d tab stops", n)
	}
	at := func() string {
		return ask[string](b, `document.activeElement.dataset.r + " " + document.activeElement.dataset.c`)
	}
	for _, step := range [][2]string{{kb.ArrowDown, "1 0"}, {kb.ArrowRight, "1 1"}, {kb.ArrowRight, "1 2"}, {kb.ArrowUp, "0 2"}, {kb.ArrowUp, "0 2"}, {kb.End, "0 39"}, {kb.ArrowRight, "0 39"}, {kb.Home, "0 0"}} {
		b.do(chromedp.KeyEvent(step[0]))
		if got := at(); got != step[1] {
			t.Errorf("after a key the focus is on cell %s, not %s", got, step[1])
		}
	}
	if ask[string](b, `getComputedStyle(document.activeElement).outlineStyle`) == "none" {
		t.Error("the focus can't be seen")
	}
	b.do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter))
	b.until(`location.hash.startsWith("#cell/") && document.activeElement.tagName === "H2"`)
	b.do(chromedp.KeyEvent(kb.Escape))
	b.until(`document.getElementById("detail").hidden`)
	if got := at(); got != "1 0" {
		t.Errorf("back from a cell the focus is on %s", got)
	}
	b.quiet()
}

// verdicts: the page says of a guest and each host what the document says.
func verdicts(t *testing.T, b *tab, d *fleet.Document) {
	some := []int{0, 9, len(d.Guests) - 1}
	for i := range d.Guests {
		if d.Guests[i].Ways.Stuck() || len(some) < 12 && i%31 == 0 {
			some = append(some, i)
		}
	}
	for _, e := range d.Exceptions {
		some = append(some, e.Guest)
	}
	for _, g := range some {
		b.do(chromedp.Evaluate[chromedp.Void]("void (location.hash = " + quoted(fragment("guest", d.Guests[g].Name)) + ")"))
		b.until(`document.querySelector("#detail h2")?.innerText === ` + quoted(d.Guests[g].Name))
		got := map[string]string{}
		for _, row := range ask[[][]string](b, `[...document.querySelectorAll("#detail section table tbody tr")].filter(r => r.cells.length === 3).map(r => [...r.cells].map(c => c.innerText.trim()))`) {
			got[row[1]] = row[0][strings.LastIndex(row[0], " ")+1:]
			if row[2] == "" {
				t.Errorf("%s on %s: %s, and not why", d.Guests[g].Name, row[1], row[0])
			}
		}
		want := map[string]string{}
		for h := range d.Hosts {
			if l := d.Verdict(g, h); l > preflight.Note && h != d.Guests[g].Host {
				want[d.Hosts[h].Name] = word(l)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-document +page):\n%s", d.Guests[g].Name, diff)
		}
	}
	b.shot("guest")
	b.quiet()
}

func withoutScript(t *testing.T, b *tab, d *fleet.Document) {
	b.shot("still")
	text, err := chromedp.Run(b.ctx, chromedp.Text(chromedp.CSS("body")))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Where can every guest go?", "free to move", "Waivers in force", d.Findings[0].Rule, "fix, as root on", "Scripts are off"} {
		if !strings.Contains(text, want) {
			t.Errorf("without a script the page does not show %q", want)
		}
	}
	for _, needsScript := range []string{"Theme: system", "Search"} {
		if strings.Contains(text, needsScript) {
			t.Errorf("without a script the page still offers %q", needsScript)
		}
	}
}

func hostileNames(t *testing.T, b *tab) {
	title := ask[string](b, "document.title")
	for _, name := range evilNames {
		name = plain(name)
		for _, kind := range []string{"host", "guest"} {
			b.do(chromedp.Evaluate[chromedp.Void]("void (location.hash = " + quoted(fragment(kind, name)) + ")"))
			b.until(`document.querySelector("#detail h2")?.textContent === ` + quoted(name) + ` && document.querySelectorAll("#detail section").length > 1`)
		}
	}
	b.do(chromedp.Evaluate[chromedp.Void](`void (location.hash = "host/%")`))
	b.until(`document.querySelector("#detail h2").textContent === "Not in this report"`)
	b.do(chromedp.Evaluate[chromedp.Void](`void (location.hash = "overview")`))
	b.until(`!document.getElementById("overview").hidden`)
	if got := ask[string](b, "document.title"); got != title || !strings.HasPrefix(got, "migcheck") {
		t.Errorf("the page's title is %q now", got)
	}
	if n := ask[int](b, `document.querySelectorAll("img, iframe, b, object, link").length + document.scripts.length`); n != 2 {
		t.Errorf("names have made %d elements", n-2)
	}
	if n := ask[int](b, `[...document.querySelectorAll("a")].filter(a => !a.getAttribute("href").startsWith("#")).length`); n != 0 {
		t.Errorf("%d links lead out of the page", n)
	}
	b.shot("hostile")
	b.quiet()
}

func themes(t *testing.T, light, dark *tab) {
	back := func(b *tab) string { return ask[string](b, "getComputedStyle(document.body).backgroundColor") }
	bright, dim := back(light), back(dark)
	if bright == dim {
		t.Fatalf("light and dark are both %s", bright)
	}
	light.shot("light")
	dark.shot("dark")
	for _, b := range []*tab{light, dark} {
		contrast(t, b)
		b.do(chromedp.Click(chromedp.CSS("#theme")))
		if got := back(b); got != bright {
			t.Errorf("%s makes it %s", ask[string](b, `document.getElementById("theme").textContent`), got)
		}
		b.do(chromedp.Click(chromedp.CSS("#theme")))
		if got := back(b); got != dim {
			t.Errorf("%s makes it %s", ask[string](b, `document.getElementById("theme").textContent`), got)
		}
		b.do(chromedp.Click(chromedp.CSS("#theme"))) // as it was, for whoever comes next
		b.quiet()
	}
}

// contrast: text can be told from what is behind it, 4.5 to 1 as WCAG AA asks.
func contrast(t *testing.T, b *tab) {
	t.Helper()
	weak := ask[[]string](b, `(() => {
  const ctx = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgb = c => { ctx.clearRect(0, 0, 1, 1); ctx.fillStyle = c; ctx.fillRect(0, 0, 1, 1); return [...ctx.getImageData(0, 0, 1, 1).data]; };
  const light = c => { const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] === 255) return c; } return [255, 255, 255, 255]; };
  const out = new Set();
  for (const e of document.querySelectorAll("body *")) {
    if (e.closest("svg, .vh, script, style, option") || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !e.offsetParent) continue;
    const a = light(rgb(getComputedStyle(e).color)), z = light(behind(e));
    const ratio = (Math.max(a, z) + 0.05) / (Math.min(a, z) + 0.05);
    if (ratio < 4.5) out.add(e.tagName + "." + e.className + " " + ratio.toFixed(2));
  }
  return [...out];
})()`)
	if len(weak) > 0 {
		t.Errorf("too little contrast: %q", weak)
	}
}

func printed(t *testing.T, b *tab) {
	pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4)))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || len(pdf) < 20_000 {
		t.Errorf("printing gives %d bytes that begin with %.8q", len(pdf), pdf)
	}
	if *shots != "" {
		if err := os.WriteFile(*shots+"/print.pdf", pdf, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b.quiet()
}

// picture is the one in the README.
func picture(t *testing.T, b *tab) {
	png := b.shot("picture")
	if len(png) > 200_000 {
		t.Errorf("the picture has %d bytes", len(png))
	}
	const file = "../../fixtures/report/fleet.png"
	if *update {
		if err := os.WriteFile(file, png, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if kept, err := os.ReadFile(file); err != nil || !bytes.HasPrefix(kept, []byte("\x89PNG")) {
		t.Errorf("%s is no picture (go test -tags system ./preflight/report -update makes it): %v", file, err)
	}
}
