package files

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"migcheck/hostinfo"
)

// Where a host's memory stands.
const (
	MemInfo = "/proc/meminfo"
	// HugePages is a glob: the number of a pool's pages, of those that are free
	// and of those that are promised.
	HugePages = "/sys/kernel/mm/hugepages/*/[fnr]*_hugepages"
)

// maxPools bounds the sizes of hugepages; ARM has four.
const maxPools = 16

// MayBeMemory says whether a line of /proc/meminfo is one that counts.
func MayBeMemory(line string) bool {
	return strings.HasPrefix(line, "MemA") || strings.HasPrefix(line, "MemT") || strings.HasPrefix(line, "Hugep")
}

// Memory is what was read of a host's memory.
type Memory struct {
	found    hostinfo.Memory
	reserved map[int]int // by size of page
	broken   string      // a line that means nothing
}

// Line takes in one line of a file that MemInfo and HugePages name.
func (m *Memory) Line(file, line string) {
	if file == MemInfo {
		m.info(line)
		return
	}
	dir, name := path.Split(file)
	size, ok := strings.CutPrefix(path.Base(dir), "hugepages-")
	if !ok {
		return
	}
	kib, known := m.number(strings.TrimSuffix(size, "kB"))
	n, counted := m.number(strings.TrimSpace(line))
	if !known || !counted {
		return
	}
	switch p := m.pool(kib); {
	case p == nil:
	case name == "nr_hugepages":
		p.Pages = n
	case name == "free_hugepages":
		p.Free = n
	case name == "resv_hugepages":
		m.reserved[kib] = n
	}
}

// info reads "MemTotal:  16309632 kB".
func (m *Memory) info(line string) {
	key, value, _ := strings.Cut(line, ":")
	into := map[string]*int{"MemTotal": &m.found.Total, "MemAvailable": &m.found.Available, "Hugepagesize": &m.found.DefaultPage}[key]
	if into == nil {
		return
	}
	if n, ok := m.number(strings.TrimSuffix(strings.TrimSpace(value), " kB")); ok {
		*into = n
	}
}

// number reads a count of pages or KiB.
func (m *Memory) number(s string) (int, bool) {
	n, err := strconv.ParseUint(s, 10, 41)
	if err != nil {
		m.broken = word(s)
		return 0, false
	}
	return int(n), true
}

func (m *Memory) pool(size int) *hostinfo.Pool {
	pools := &m.found.Pools
	for i := range *pools {
		if (*pools)[i].Size == size {
			return &(*pools)[i]
		}
	}
	if len(*pools) == maxPools {
		return nil
	}
	if m.reserved == nil {
		m.reserved = map[int]int{}
	}
	*pools = append(*pools, hostinfo.Pool{Size: size})
	return &(*pools)[len(*pools)-1]
}

// Finish writes Host.Memory into h, or a gap; why says what may have been in the
// way of what is missing.
func (m *Memory) Finish(h *hostinfo.Host, why string) {
	f := &m.found
	lacks := ""
	switch {
	case m.broken != "":
		lacks = "a line holds " + strconv.Quote(m.broken) + " in the place of a number"
	case f.Total == 0 || f.Available == 0:
		lacks = "/proc/meminfo does not say how much is available: " + why
	case slices.ContainsFunc(f.Pools, func(p hostinfo.Pool) bool { return p.Size == 0 || p.Pages > f.Total/p.Size }):
		lacks = "the pools of hugepages are larger than the memory"
	case f.DefaultPage != 0 && len(f.Pools) == 0:
		lacks = "the pools of hugepages could not be read: " + why
	}
	if lacks != "" {
		h.AddGap(hostinfo.FactMemory, "", "the free memory is not known: "+lacks)
		return
	}
	for i := range f.Pools {
		p := &f.Pools[i]
		p.Free = max(0, p.Free-m.reserved[p.Size])
	}
	slices.SortFunc(f.Pools, func(a, b hostinfo.Pool) int { return a.Size - b.Size })
	h.Memory = f
}
