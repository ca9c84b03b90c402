package shell

import (
	"slices"
	"strings"
	"testing"
)

func TestQuote(t *testing.T) {
	for word, want := range map[string]string{
		"":              "''",
		"bond0.623":     "bond0.623",
		"x; reboot":     "'x; reboot'",
		"it's":          `'it'\''s'`,
		"'":             `\'`,
		`a\b`:           `'a'\\'b'`,
		"wow!":          `'wow'\!`,
		"$(reboot)":     "'$(reboot)'",
		"~root":         "'~root'",
		"a=b":           "'a=b'",
		"{a,b}":         "'{a,b}'",
		"^a":            "'^a'",
		"two\nlines":    "'two\nlines'",
		"Grüße":         "'Grüße'",
		"bad\xffutf8":   "'bad\xffutf8'",
		"-rf":           "-rf",
		"user@host:/p%": "user@host:/p%",
	} {
		if got := Quote(word); got != want {
			t.Errorf("Quote(%q) = %s, want %s", word, got, want)
		}
	}
}

func TestJoin(t *testing.T) {
	if got, want := Join("virsh", "domxml", "--", "x; reboot", ""), "virsh domxml -- 'x; reboot' ''"; got != want {
		t.Errorf("Join = %s, want %s", got, want)
	}
	if got := Join(); got != "" {
		t.Errorf("Join of nothing = %q", got)
	}
}

func TestQuotable(t *testing.T) {
	for name, want := range map[string]bool{
		"eth0":             true,
		"a;reboot":         true,
		"with space":       true,
		"Grüße":            true,
		"":                 false,
		"a\nb":             false,
		"a\tb":             false,
		"a\x1b[31m":        false,
		"a\u202eb":         false,
		"a\u00a0b":         false,
		"\xff":             false,
		"a\x7f":            false,
		"replaced \ufffd!": false,
	} {
		if got := Quotable(name); got != want {
			t.Errorf("Quotable(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestSplit(t *testing.T) {
	for line, want := range map[string][]string{
		"":                                 {},
		"  ssh  ":                          {"ssh"},
		"ssh -o 'ProxyCommand=nc %h %p'":   {"ssh", "-o", "ProxyCommand=nc %h %p"},
		`ssh -i "/home/a b/key" ''`:        {"ssh", "-i", "/home/a b/key", ""},
		`a\ b "c\"d" "e\f"`:                {"a b", `c"d`, `e\f`},
		"one\\\n two":                      {"one", "two"},
		`$HOME *.go a;b`:                   {"$HOME", "*.go", "a;b"},
		`pre'fix 'and" suffix"`:            {"prefix and suffix"},
		"tab\tand\nnewline are separators": {"tab", "and", "newline", "are", "separators"},
	} {
		got, err := Split(line)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("Split(%q) = %q, %v, want %q", line, got, err, want)
		}
	}
	for line, want := range map[string]string{
		"ssh 'a":  "single quote",
		`ssh "a`:  "double quote",
		`ssh \`:   "backslash",
		`ssh "a\`: "double quote",
	} {
		if got, err := Split(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Split(%q) = %q, %v, want an error about a %s", line, got, err, want)
		}
	}
}

func FuzzSplitUndoesJoin(f *testing.F) {
	for _, s := range []string{"x; reboot", "it's", "", "a\nb", `\`, `'"'`, "!!", "\xff\x00"} {
		f.Add(s, "second word")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		got, err := Split(Join(a, b))
		if err != nil || !slices.Equal(got, []string{a, b}) {
			t.Fatalf("Split(Join(%q, %q)) = %q, %v", a, b, got, err)
		}
	})
}

func FuzzSplit(f *testing.F) {
	f.Add(`ssh -o "a b" 'c' \d`)
	f.Fuzz(func(t *testing.T, line string) {
		words, err := Split(line)
		if err != nil {
			return
		}
		again, err := Split(Join(words...))
		if err != nil || !slices.Equal(words, again) {
			t.Fatalf("%q: %q became %q, %v", line, words, again, err)
		}
	})
}
