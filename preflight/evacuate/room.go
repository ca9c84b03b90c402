package evacuate

import (
	"fmt"
	"strconv"

	"migcheck/hostinfo"
)

// room is what a host has left for guests. It changes as guests are placed.
type room struct {
	unknown string // why it is not known; empty if it is
	free    int    // ordinary memory, KiB
	page    int    // the size of a hugepage where nobody says which, KiB; 0 none
	pages   map[int]int
}

// roomOf is what the host has left: what the kernel says is available, and no
// more than what its running guests have not been promised. A guest that was
// started just now has touched little of its memory, and will.
func roomOf(h *hostinfo.Host) *room {
	if h.Memory == nil {
		why := "the host's memory was not read"
		if g := h.Missing(hostinfo.FactMemory, ""); g != nil {
			why = g.Reason
		}
		return &room{unknown: why}
	}
	m := h.Memory
	r := &room{page: m.DefaultPage, pages: map[int]int{}}
	unpromised := m.Total - m.Pooled()
	for i := range h.Domains {
		if d := &h.Domains[i]; d.State.Active() && d.Memory != nil && d.Memory.HugePages == nil {
			unpromised -= d.Memory.Current
		}
	}
	r.free = max(0, min(m.Available, unpromised))
	for _, p := range m.Pools {
		r.pages[p.Size] = p.Free
	}
	return r
}

// need is what a guest takes of a host.
type need struct {
	unknown string // why it is not known; empty if it is
	kib     int    // 0 for a stopped guest
	huge    bool
	page    int // of huge, KiB; 0 the host's default
}

// needOf is what the guest has now: of ordinary memory what the balloon leaves
// it, of hugepages all that it may have, which QEMU takes at once.
func needOf(g *hostinfo.Guest) need {
	if !g.State.Active() {
		return need{}
	}
	def := g.Sent()
	switch {
	case def == nil || def.Memory == nil:
		return need{unknown: "the guest's memory was not read"}
	case len(def.Memory.HugePages) > 1:
		return need{unknown: "the guest has hugepages of " + strconv.Itoa(len(def.Memory.HugePages)) + " sizes, and how much of each is not read"}
	case len(def.Memory.HugePages) == 1:
		return need{kib: def.Memory.Max, huge: true, page: def.Memory.HugePages[0]}
	}
	return need{kib: def.Memory.Current}
}

// takes says whether the guest fits. It does not where one of the two is
// unknown, for the reason that is returned.
func (r *room) takes(n need) (fits bool, unknown string) {
	switch {
	case n == (need{}):
		return true, ""
	case n.unknown != "":
		return false, n.unknown
	case r.unknown != "":
		return false, r.unknown
	case n.huge:
		size := r.size(n)
		return size > 0 && r.pages[size] >= pagesOf(n, size), ""
	}
	return n.kib <= r.free, ""
}

// Fits is an error if a host, as it is now, has no room for a guest, or if that
// is not known.
func Fits(h *hostinfo.Host, g *hostinfo.Guest) error {
	r, n := roomOf(h), needOf(g)
	switch fits, unknown := r.takes(n); {
	case unknown != "":
		return fmt.Errorf("whether %s has room for %s is not known: %s", h.Name, g.Name, unknown)
	case !fits:
		return fmt.Errorf("%s has too little memory for %s: %s", h.Name, g.Name, r.left(n))
	}
	return nil
}

// size is of what pages a guest would get its memory there; 0 for none.
func (r *room) size(n need) int {
	if n.page != 0 {
		return n.page
	}
	return r.page
}

func pagesOf(n need, size int) int { return (n.kib + size - 1) / size }

// place takes a guest's memory from the host, and with sign -1 gives it back.
// It may take more than there is.
func (r *room) place(n need, sign int) {
	if r.unknown != "" || n.unknown != "" {
		return
	}
	if !n.huge {
		r.free -= sign * n.kib
	} else if size := r.size(n); size > 0 {
		r.pages[size] -= sign * pagesOf(n, size)
	}
}

// left says in words how much the host has of what the guest needs.
func (r *room) left(n need) string {
	if !n.huge {
		return Size(r.free)
	}
	size := r.size(n)
	if size == 0 {
		return "no hugepages"
	}
	return fmt.Sprintf("%d free hugepages of %s", max(0, r.pages[size]), Size(size))
}

// Size is a number of KiB for people: "3.5 GiB".
func Size(kib int) string {
	if kib < 0 {
		return "-" + Size(-kib)
	}
	v, unit := float64(kib), "KiB"
	for _, larger := range []string{"MiB", "GiB", "TiB"} {
		if v < 1024 {
			break
		}
		v, unit = v/1024, larger
	}
	if v == float64(int(v)) {
		return fmt.Sprintf("%d %s", int(v), unit)
	}
	return fmt.Sprintf("%.1f %s", v, unit)
}
