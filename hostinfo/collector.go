package hostinfo

import "context"

// Collector gathers one host's facts without changing it. What could not be
// read is a Gap of the Host; an error means that nothing was learned at all.
type Collector interface {
	Collect(ctx context.Context) (*Host, error)
}
