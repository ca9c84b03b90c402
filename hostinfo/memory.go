package hostinfo

// Memory is what a host has for guests, all of its NUMA nodes together: which
// node has how much is not read. Numbers are KiB.
type Memory struct {
	// Total is all that the kernel manages (MemTotal of /proc/meminfo), pools of
	// hugepages included.
	Total int `json:"total"`
	// Available is what could be used without swapping (MemAvailable, Linux 3.14).
	// What guests were given and have not touched yet is in it.
	Available int `json:"available"`
	// DefaultPage is the size of a hugepage where nobody says which
	// (Hugepagesize); 0 if the kernel has none.
	DefaultPage int `json:"default_page,omitempty"`
	// Pools are the pools of hugepages, smallest pages first
	// (/sys/kernel/mm/hugepages). Those that the kernel would make on demand
	// (nr_overcommit_hugepages) are not counted.
	Pools []Pool `json:"pools,omitempty"`
}

// Pool is a pool of hugepages of one size.
type Pool struct {
	Size  int `json:"size"`  // of a page, KiB
	Pages int `json:"pages"` // how many there are (nr_hugepages)
	Free  int `json:"free"`  // that nobody uses or has reserved (free_hugepages less resv_hugepages)
}

// Pooled is how much of Total the pools hold, KiB.
func (m *Memory) Pooled() int {
	n := 0
	for _, p := range m.Pools {
		n += p.Size * p.Pages
	}
	return n
}

// GuestMemory is what a domain's XML says of its memory, NUMA cells and memory
// devices together.
type GuestMemory struct {
	// Max is what the guest may use (memory), KiB; never 0.
	Max int `json:"max"`
	// Current is what it was left by the balloon (currentMemory), KiB; as Max
	// where the element is not there.
	Current int `json:"current"`
	// HugePages are the page sizes that back it, KiB, 0 for the host's default
	// (memoryBacking/hugepages); nil if ordinary pages do.
	HugePages []int `json:"hugepages,omitempty"`
}
