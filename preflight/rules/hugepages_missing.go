package rules

import (
	"fmt"
	"slices"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// HugepagesMissing meets guests whose hugepages the destination does not have.
var HugepagesMissing = &preflight.Rule{
	ID:    "hugepages-missing",
	Level: preflight.Blocked,
	Phase: preflight.Prepare,
	Scope: preflight.PerGuest,
	Area:  preflight.Beyond,
	Applies: func(p *preflight.Pass) bool {
		def := p.Plan.Guest.Sent()
		return live(p) && def != nil && def.Memory != nil && def.Memory.HugePages != nil
	},
	Needs: preflight.Essential(preflight.Destination, preflight.HostMemory),
	Doc: `the destination has no hugepages for the guest, or not enough of them
A guest with memoryBacking/hugepages gets pages of that size, or does not start:
"Unable to find any usable hugetlbfs mount", or QEMU's "unable to map backing
store for guest RAM: Cannot allocate memory". The pools of all NUMA nodes are
counted together, and pages that the kernel makes on demand
(nr_overcommit_hugepages) are not counted: where there are any, waive it.`,
	Check: func(p *preflight.Pass) {
		need, mem, to := p.Plan.Guest.Sent().Memory, p.Plan.To.Memory, p.Plan.To.Name
		if mem == nil {
			p.Undecided(preflight.Finding{Subject: preflight.Subject{Host: to}, Reason: "the hugepages of " + to + " were not read"})
			return
		}
		free := 0
		for _, size := range need.HugePages {
			if size == 0 {
				size = mem.DefaultPage
			}
			i := slices.IndexFunc(mem.Pools, func(o hostinfo.Pool) bool { return o.Size == size })
			if i < 0 {
				p.Report(preflight.Finding{
					Subject: preflight.Subject{Host: to},
					Reason:  fmt.Sprintf("the guest's memory is in hugepages of %d KiB, and the kernel of %s has none of that size", size, to),
					Hint:    "hugepagesz= on the kernel's command line of " + to,
				})
				return
			}
			free += mem.Pools[i].Size * mem.Pools[i].Free
		}
		if free < need.Max {
			p.Report(preflight.Finding{
				Subject:     preflight.Subject{Host: to},
				SourceValue: fmt.Sprintf("%d KiB", need.Max), DestinationValue: fmt.Sprintf("%d KiB free", free),
				Reason: fmt.Sprintf("the guest's memory is %d KiB of hugepages, and %s has %d KiB of them free", need.Max, to, free),
				Hint:   "more pages in nr_hugepages below /sys/kernel/mm/hugepages, or fewer guests there",
			})
		}
	},
}
