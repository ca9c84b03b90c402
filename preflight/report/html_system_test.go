//go:build system

package report_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"migcheck/preflight"
)

var shots = flag.String("shots", "", "`directory` for pictures of the page, to look at")

// chromium starts the browser that .ci/install installs.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("these tests need a browser: apt-get install chromium, or .ci/install (%v)", err)
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path), chromedp.NoSandbox)
	alloc, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	browser, closeIt := chromedp.NewContext(alloc)
	t.Cleanup(closeIt)
	if err := chromedp.Do(browser); err != nil {
		t.Fatalf("start chromium: %v", err)
	}
	return browser
}

// tab is a page in the browser, and what the browser complained of.
type tab struct {
	*testing.T
	ctx context.Context
	mu  sync.Mutex
	// complaints are console messages, exceptions, violations of the policy and
	// dialogs. A page of ours makes none.
	complaints []string
}

type look struct {
	width, height int64
	dark, still   bool // still: no script runs
	hash          string
}

// open shows a page from a file, as a reader would.
func open(t *testing.T, browser context.Context, html string, l look) *tab {
	t.Helper()
	file := filepath.Join(t.TempDir(), "fleet.html")
	if err := os.WriteFile(file, []byte(html), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, closeIt := chromedp.NewContext(browser)
	t.Cleanup(closeIt)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	limited, stop := context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(stop)
	b := &tab{T: t, ctx: limited}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	if l.width == 0 {
		l.width, l.height = 1280, 900
	}
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	b.do(chromedp.EmulateViewport(l.width, l.height), command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	}), command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: l.still}),
		chromedp.Navigate("file://"+file+l.hash))
	return b
}

func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, c, params)
		return chromedp.Void{}, err
	}
}

func (b *tab) hear(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		b.complaints = append(b.complaints, fmt.Sprintf("console: %s", e.Type))
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, "exception: "+e.ExceptionDetails.Text)
	case *cdplog.EventEntryAdded:
		b.complaints = append(b.complaints, "log: "+e.Entry.Text)
	case *cdppage.EventJavascriptDialogOpening:
		b.complaints = append(b.complaints, "dialog: "+e.Message)
	}
}

// heard is what the browser complained of so far.
func (b *tab) heard() []string {
	ask[int](b, "1") // what happened before has been told before its answer
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.complaints)
}

func (b *tab) quiet() {
	b.Helper()
	if list := b.heard(); len(list) > 0 {
		b.Errorf("the browser complains: %q", list)
	}
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.Fatal(err)
	}
}

// ask is the value of an expression in the page.
func ask[T any](b *tab, expression string) T {
	b.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits for an expression to hold.
func (b *tab) until(expression string) {
	b.Helper()
	ctx, stop := context.WithTimeout(b.ctx, 30*time.Second)
	defer stop()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](expression, chromedp.WithPollingInterval(20*time.Millisecond))); err != nil {
		b.Fatalf("%s never holds: %v; the page has\n%s", expression, err, ask[string](b, "document.body.innerText.slice(0, 2000)"))
	}
}

// texts are what the elements show that a selector finds.
func (b *tab) texts(selector string) []string {
	b.Helper()
	return ask[[]string](b, "[...document.querySelectorAll("+quoted(selector)+")].map(e => e.innerText.trim())")
}

func quoted(s string) string {
	raw, _ := json.Marshal(s)
	return string(raw)
}

// shot keeps a picture if somebody wants to look at it.
func (b *tab) shot(name string) []byte {
	b.Helper()
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.Fatal(err)
	}
	if *shots != "" {
		if err := os.WriteFile(filepath.Join(*shots, name+".png"), png, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	return png
}

// fragment is the part of an address that shows a host, a guest or a cell.
func fragment(kind string, names ...string) string {
	out := "#" + kind
	for _, n := range names {
		out += "/" + strings.ReplaceAll(url.QueryEscape(n), "+", "%20")
	}
	return out
}

// word is a verdict as the page says it; notes are left out there.
func word(l preflight.Level) string {
	if l == preflight.Note {
		l = preflight.Ready
	}
	return l.String()
}
