package pattern

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

var hosts = []string{"hostA", "hostB", "kvm1.example.net", "kvm2.example.net", "a/b", "lab[1]"}

func TestChoose(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "hostA hostB kvm1.example.net kvm2.example.net a/b lab[1]",
		"hostA":                 "hostA",
		"host*":                 "hostA hostB",
		"host?,kvm*":            "hostA hostB kvm1.example.net kvm2.example.net",
		"*,!kvm*":               "hostA hostB a/b lab[1]",
		"!kvm*":                 "hostA hostB a/b lab[1]",
		"!nothing*":             "hostA hostB kvm1.example.net kvm2.example.net a/b lab[1]",
		" hostB , kvm[12].*":    "hostB kvm1.example.net kvm2.example.net",
		"kvm[!1].*":             "kvm2.example.net",
		"hostB,hostA":           "hostA hostB",
		"a*":                    "a/b",
		`lab\[1\]`:              "lab[1]",
		"!hostA,!hostB,!*[/.]*": "lab[1]",
	} {
		p, err := Parse(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		got, err := p.Choose(hosts)
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}

func TestMatchesNothing(t *testing.T) {
	for text, want := range map[string]struct{ words, hint string }{
		"hostC*":       {`"hostC*" matches nothing`, ""},
		"hsotB":        {`"hsotB" matches nothing`, "did you mean hostB?"},
		"host*,!hostb": {`"!hostb" matches nothing`, "did you mean hostB?"},
		"hostA,!host*": {"leaves nothing", ""},
		"!*":           {"leaves nothing", ""},
		"":             {"", ""},
	} {
		p, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Choose(hosts)
		hint := ""
		if miss, ok := errors.AsType[*MissError](err); ok {
			hint = miss.Hint()
		}
		if (err == nil) != (want.words == "") || err != nil && !strings.Contains(err.Error(), want.words) || hint != want.hint {
			t.Errorf("%q: %v, hint %q", text, err, hint)
		}
	}
}

func TestNoPattern(t *testing.T) {
	for _, text := range []string{"a,,b", ",", "!", "host[", `host\`, "a,!"} {
		if _, err := Parse(text); err == nil {
			t.Errorf("%q is taken for a pattern", text)
		}
	}
}

// A guest is known by its name and by its UUID.
func TestSeveralNames(t *testing.T) {
	p, err := Parse("web*,!6d69*")
	if err != nil {
		t.Fatal(err)
	}
	if !p.Match("web1", "c7a5") || p.Match("web2", "6d696763") || p.Match("db1", "c7a5") {
		t.Error("a name that is left out is taken, or the other way round")
	}
	if m := p.Misses([][]string{{"db1", "c7a5"}}); !slices.Equal(m, []Miss{{Part: "web*"}}) {
		t.Errorf("%+v", m)
	}
}

func FuzzPattern(f *testing.F) {
	for _, s := range []string{"host*,!hostA", "[a-", `\`, "!", "[!a]*", strings.Repeat("*a", 40)} {
		f.Add(s, "hostA")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		p, err := Parse(text)
		if err != nil || len(text) > 200 || len(name) > 200 {
			return
		}
		got, err := p.Choose([]string{name})
		if err == nil && len(got) == 1 != p.Match(name) {
			t.Errorf("%q and %q: %q", text, name, got)
		}
	})
}
