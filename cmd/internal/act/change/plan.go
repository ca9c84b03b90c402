// Package change is what acts on a machine's files have in common: a plan that
// is shown before it is carried out and undone where it fails, files that are
// there whole or not at all, and which programs may be put somewhere. What is
// put where, and why, is said in the packages beside it.
package change

import "fmt"

// Change is one thing that an install or a removal does to a machine.
type Change struct {
	What string // for people
	do   func() error
	undo func() // nil: there is nothing to undo
}

// Plan is what an act is about to do.
type Plan struct {
	Changes []Change
	Remarks []string // what it leaves as it is, and what to know
}

// Add plans one more change, which undo takes back; nil if nothing can.
func (p *Plan) Add(what string, do func() error, undo func()) {
	p.Changes = append(p.Changes, Change{what, do, undo})
}

// Remark notes what stays, or what to know.
func (p *Plan) Remark(format string, args ...any) {
	p.Remarks = append(p.Remarks, fmt.Sprintf(format, args...))
}

// Apply does it, in order. Where a change fails, those before it are undone.
func (p *Plan) Apply() error {
	for i, c := range p.Changes {
		err := c.do()
		if err == nil {
			continue
		}
		for j := i - 1; j >= 0; j-- {
			if undo := p.Changes[j].undo; undo != nil {
				undo()
			}
		}
		return fmt.Errorf("%s: %w", c.What, err)
	}
	return nil
}
