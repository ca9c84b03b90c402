package survey

import (
	"fmt"
	"sync/atomic"
)

// Progress counts hosts while a survey is taken. It may be read meanwhile; a nil
// one counts nothing.
type Progress struct{ all, done, failed, inFlight atomic.Int64 }

func (p *Progress) begin(all int) {
	if p == nil {
		return
	}
	p.all.Store(int64(all))
	p.done.Store(0)
	p.failed.Store(0)
}

func (p *Progress) start() {
	if p != nil {
		p.inFlight.Add(1)
	}
}

func (p *Progress) finish(well bool) {
	if p == nil {
		return
	}
	p.inFlight.Add(-1)
	p.done.Add(1)
	if !well {
		p.failed.Add(1)
	}
}

// String is how far it is: "412 of 1000 hosts read, 3 failed, 128 in flight".
func (p *Progress) String() string {
	failed := p.failed.Load()
	return fmt.Sprintf("%d of %d hosts read, %d failed, %d in flight", p.done.Load()-failed, p.all.Load(), failed, p.inFlight.Load())
}
