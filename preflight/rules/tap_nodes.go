package rules

import "migcheck/preflight"

// highestIndex is the highest ifindex in the namespace that was read. The kernel
// counts upwards in each namespace (dev_index_reserve), so the next device gets
// a higher one; how much higher is not to be seen.
func highestIndex(e *preflight.Endpoint) int { return e.View.Links.Highest() }
