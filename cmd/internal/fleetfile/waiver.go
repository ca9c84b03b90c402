package fleetfile

import (
	"errors"
	"fmt"
	"strings"

	"migcheck/cmd/internal/nearest"
	"migcheck/preflight"
	"migcheck/preflight/rules"
)

// waiver is an entry of the file's list.
type waiver struct {
	Rule   string `yaml:"rule"`
	Host   string `yaml:"host"`
	Guest  string `yaml:"guest"`
	Device string `yaml:"device"`
	Reason string `yaml:"reason"`
	Until  string `yaml:"until"` // the last day on which it holds, UTC
}

func (w waiver) waiver() (preflight.Waiver, error) {
	out := preflight.Waiver{Rule: w.Rule, Host: w.Host, Guest: w.Guest, Device: w.Device, Reason: strings.TrimSpace(w.Reason)}
	if w.Rule == "" {
		return out, errors.New("a waiver names no rule")
	}
	if hint, err := Waivable(w.Rule); err != nil {
		return out, fmt.Errorf("%w; %s", err, hint)
	}
	if out.Reason == "" {
		return out, fmt.Errorf("the waiver of %s gives no reason", w.Rule)
	}
	if w.Until == "" {
		return out, nil
	}
	var err error
	if out.Until, err = preflight.EndOf(w.Until); err != nil {
		return out, fmt.Errorf("the waiver of %s: until: %w", w.Rule, err)
	}
	return out, nil
}

// Waivable is an error if there is no such rule, or nobody may waive it; the
// hint says what to do instead.
func Waivable(id string) (hint string, err error) {
	if id == preflight.FactsNotObserved {
		return "migcheck doctor HOST says how the facts can be read", fmt.Errorf("%s can't be waived: nobody knows what would be waived", id)
	}
	return KnownRule(id)
}

// KnownRule is an error if no rule has that ID; the hint names the one that was
// probably meant.
func KnownRule(id string) (hint string, err error) {
	if rules.ByID(id) != nil {
		return "", nil
	}
	var ids []string
	for _, r := range rules.All {
		ids = append(ids, r.ID)
	}
	hint = "migcheck rules lists them"
	if near := nearest.Of(id, ids); near != "" {
		hint = "did you mean " + near + "?"
	}
	return hint, fmt.Errorf("there is no rule %q", id)
}
