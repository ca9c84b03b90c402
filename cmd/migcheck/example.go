package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	cases "migcheck/fixtures/rules"
	"migcheck/fixtures/story"
	"migcheck/preflight"
	"migcheck/preflight/report"
	"migcheck/preflight/rules"
)

// example is a rule at work, from one of its own test cases.
type example struct {
	Case    string            `json:"case"`  // the file below fixtures/rules
	Story   string            `json:"story"` // what happened
	Finding preflight.Finding `json:"finding"`

	document []byte // that the finding is part of
}

// exampleOf is the first of the rule's cases in which it has something to say
// that counts and follows from nothing else, at its own level if there is such a
// case; nil if there is none.
func exampleOf(r *preflight.Rule) (*example, error) {
	names, err := fs.Glob(cases.Tree, r.ID+"/fires*.txt")
	if err != nil {
		return nil, err
	}
	if r.Level == preflight.Undecided { // not to be able to tell is what it has to say
		more, err := fs.Glob(cases.Tree, r.ID+"/undecided*.txt")
		if err != nil {
			return nil, err
		}
		names = append(names, more...)
	}
	slices.SortFunc(names, func(a, b string) int {
		return strings.Compare(strings.TrimSuffix(a, ".txt"), strings.TrimSuffix(b, ".txt"))
	})
	var found *example
	for _, name := range names {
		s, err := story.Load(cases.Tree, name)
		if err != nil {
			return nil, fmt.Errorf("read the case %s: %w", name, err)
		}
		rep := preflight.Run(s.Plan, rules.All)
		all := rep.Everything()
		i := slices.IndexFunc(all, func(f *preflight.Finding) bool {
			return f.Rule == r.ID && f.CausedBy == "" && f.Counts()
		})
		if i < 0 || found != nil && all[i].Level != r.Level {
			continue
		}
		raw, err := json.Marshal(preflight.Document{
			Schema: preflight.Schema, Created: s.Plan.Now, Waivers: s.Plan.Waivers, Reports: []preflight.Report{*rep},
		})
		if err != nil {
			return nil, err
		}
		found = &example{Case: name, Story: s.Text, Finding: *all[i], document: raw}
		if found.Finding.Level == r.Level {
			break
		}
	}
	return found, nil
}

// print tells the story and shows the finding as the text report does.
func (x *example) print(w io.Writer, o report.Options) error {
	fmt.Fprintln(w)
	if err := report.Paragraph(w, 0, 11, "example:   "+strings.Join(strings.Fields(x.Story), " "), o); err != nil {
		return err
	}
	fmt.Fprintln(w)
	return report.Finding(w, x.document, x.Finding.ID, o)
}
