// Package pattern chooses names by shell globs, as the flags --hosts and
// --guests have them: separated by commas, and with ! for what is left out. It
// knows nothing of what is named.
package pattern

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"migcheck/cmd/internal/nearest"
)

// Pattern is a list of globs. The zero value takes every name.
type Pattern struct {
	in, out []glob
}

type glob struct{ written, shape string }

// Parse reads GLOB,GLOB,!GLOB. An empty text takes every name, and so does one of
// exclusions alone, but for those.
func Parse(text string) (Pattern, error) {
	var p Pattern
	if strings.TrimSpace(text) == "" {
		return p, nil
	}
	for _, word := range strings.Split(text, ",") {
		word = strings.TrimSpace(word)
		shape, not := strings.CutPrefix(word, "!")
		if shape == "" {
			return p, fmt.Errorf("the pattern %q has an empty part", text)
		}
		shape = strings.ReplaceAll(shape, "[!", "[^")
		if _, err := path.Match(shape, ""); err != nil {
			return p, fmt.Errorf("%q is no shell pattern: a bracket is not closed, or nothing stands behind a backslash", word)
		}
		if not {
			p.out = append(p.out, glob{word, shape})
		} else {
			p.in = append(p.in, glob{word, shape})
		}
	}
	return p, nil
}

// Empty says whether the pattern takes every name.
func (p Pattern) Empty() bool { return len(p.in)+len(p.out) == 0 }

// Match says whether one of the names of something is chosen, and none left out.
func (p Pattern) Match(names ...string) bool {
	matches := func(g glob) bool { return g.matches(names) }
	return (len(p.in) == 0 || oneOf(p.in, matches)) && !oneOf(p.out, matches)
}

func oneOf(globs []glob, is func(glob) bool) bool {
	for _, g := range globs {
		if is(g) {
			return true
		}
	}
	return false
}

func (g glob) matches(names []string) bool {
	for _, n := range names {
		// A slash is a letter like others here.
		if ok, _ := path.Match(strings.ReplaceAll(g.shape, "/", "\x00"), strings.ReplaceAll(n, "/", "\x00")); ok {
			return true
		}
	}
	return false
}

// plain says whether the glob is just a name.
func (g glob) plain() bool { return !strings.ContainsAny(g.shape, `*?[\`) }

// Miss is a part of a pattern that matched nothing.
type Miss struct {
	Part string
	// Near is the name that was probably meant; empty if none is near.
	Near string
}

// Misses are the parts that match nothing of what there is: those that are to be
// taken, and names that are to be left out. A glob that leaves nothing out is
// none. Each element of all are the names of one thing.
func (p Pattern) Misses(all [][]string) []Miss {
	var out []Miss
	miss := func(g glob) {
		for _, names := range all {
			if g.matches(names) {
				return
			}
		}
		m := Miss{Part: g.written}
		if g.plain() {
			var known []string
			for _, names := range all {
				known = append(known, names...)
			}
			m.Near = nearest.Of(strings.TrimPrefix(g.written, "!"), known)
		}
		out = append(out, m)
	}
	for _, g := range p.in {
		miss(g)
	}
	for _, g := range p.out {
		if g.plain() {
			miss(g)
		}
	}
	return out
}

// errNothing is for a pattern whose parts leave each other nothing.
var errNothing = errors.New("the pattern leaves nothing: what it takes it leaves out again")

// Choose returns the names that are chosen, in their order. A part that matches
// nothing is a *MissError.
func (p Pattern) Choose(names []string) ([]string, error) {
	all := make([][]string, len(names))
	var out []string
	for i, n := range names {
		all[i] = []string{n}
		if p.Match(n) {
			out = append(out, n)
		}
	}
	if m := p.Misses(all); len(m) > 0 {
		return nil, &MissError{m[0]}
	}
	if len(out) == 0 && !p.Empty() {
		return nil, errNothing
	}
	return out, nil
}

// MissError is a pattern that matches nothing.
type MissError struct{ Miss }

func (e *MissError) Error() string { return fmt.Sprintf("the pattern %q matches nothing", e.Part) }

// Hint names what was probably meant.
func (e *MissError) Hint() string {
	if e.Near == "" {
		return ""
	}
	return "did you mean " + e.Near + "?"
}
