// Package change is what an install or a removal does to a machine, step by step:
// shown to people first, and undone where a later step fails. What the steps are
// is its users' business.
package change

import "fmt"

// Change is one thing that an install or a removal does to a machine.
type Change struct {
	What string // for people
	do   func() error
	undo func() // nil: there is nothing to undo
}

// Plan is what an install or a removal is about to do.
type Plan struct {
	Changes []Change
	Remarks []string // what it leaves as it is, and what to know
}

// Add puts a step at the end; undo is nil where there is nothing to undo.
func (p *Plan) Add(what string, do func() error, undo func()) {
	p.Changes = append(p.Changes, Change{what, do, undo})
}

// Remark adds something to know.
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
