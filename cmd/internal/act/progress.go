package act

import "time"

// Progress is where a migration stands, from the job's statistics. Zero values
// are what libvirt did not say.
type Progress struct {
	Elapsed   time.Duration
	Total     uint64 // bytes of memory, and of storage where that is copied
	Remaining uint64 // of them
	Rate      uint64 // bytes a second
	DirtyRate uint64 // bytes a second that the guest writes anew
	Iteration uint64 // passes over the memory
	Downtime  time.Duration
	Begun     bool // memory was seen to be copied, now or before
	// Words is what was done or met beside it ("post-copy began"); empty mostly.
	Words string
}

// Percent is how much of Total has gone, from 0 to 100; -1 if it is not known.
// It can go down: the guest writes while it is copied.
func (p *Progress) Percent() int {
	if p.Total == 0 {
		return -1
	}
	return int(100 - min(100, 100*(float64(p.Remaining)/float64(p.Total))))
}

// Stats are what a migration came to, as the destination's libvirt counted it.
type Stats struct {
	Total    time.Duration // from the trigger to the end of the call
	Downtime time.Duration // 0 if not known
	Moved    uint64        // bytes; 0 if not known
}
