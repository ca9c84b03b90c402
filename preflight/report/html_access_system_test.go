//go:build system

package report_test

import (
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
)

// accessible: a screen reader finds the landmarks, and a name for everything
// that can be used.
func accessible(t *testing.T, b *tab) {
	t.Helper()
	tree, err := chromedp.Call(b.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		t.Fatal(err)
	}
	met := map[string]int{}
	for _, n := range tree.Nodes {
		if n.Ignored || n.Role == nil {
			continue
		}
		role, name := axText(n.Role), axText(n.Name)
		met[role]++
		switch role {
		case "button", "link", "searchbox", "textbox", "combobox", "checkbox", "grid", "navigation", "search", "table":
			if name == "" {
				t.Errorf("a %s has no name", role)
			}
		}
	}
	for _, role := range []string{"banner", "navigation", "main", "contentinfo", "search", "status", "grid", "columnheader", "rowheader", "gridcell", "searchbox", "combobox", "heading"} {
		if met[role] == 0 {
			t.Errorf("there is no %s among %v", role, met)
		}
	}
	b.quiet()
}

func axText(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	s := string(v.Value)
	if len(s) >= 2 && s[0] == '"' {
		s = s[1 : len(s)-1]
	}
	return s
}
