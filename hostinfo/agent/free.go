package agent

import (
	"encoding/json"
	"slices"

	"migcheck/hostinfo"
)

// memoryHeader carries the host's memory, as JSON: how much of it is free is
// another thing with each reading, and no change of what the host is.
const memoryHeader = "Migcheck-Memory"

// Bounds of what a client takes for a host's memory.
const (
	maxPools  = 16
	maxMemory = 1 << 50 // KiB
)

// besides are the facts that are told in an inventory's body where the memory is
// told beside it.
var besides = slices.DeleteFunc(slices.Clone(known), func(f hostinfo.Fact) bool { return f == hostinfo.FactMemory })

// memoryOf is the header's value; empty if the memory was not read.
func memoryOf(h *hostinfo.Host) string {
	if h.Memory == nil {
		return ""
	}
	text, err := json.Marshal(h.Memory)
	if err != nil { // numbers only
		return ""
	}
	return string(text)
}

// takeMemory puts into a host what the header says. What no host can have is not
// taken, and the gap that says so stays.
func takeMemory(h *hostinfo.Host, header string) {
	m := &hostinfo.Memory{}
	if header == "" || json.Unmarshal([]byte(header), m) != nil || !possible(m) {
		return
	}
	h.Memory = m
	h.Gaps = slices.DeleteFunc(h.Gaps, func(g hostinfo.Gap) bool { return g.Fact == hostinfo.FactMemory })
}

func possible(m *hostinfo.Memory) bool {
	if m.Total <= 0 || m.Total > maxMemory || m.Available < 0 || m.Available > m.Total || m.DefaultPage < 0 || len(m.Pools) > maxPools {
		return false
	}
	return !slices.ContainsFunc(m.Pools, func(p hostinfo.Pool) bool {
		return p.Size <= 0 || p.Pages < 0 || p.Pages > m.Total/p.Size || p.Free < 0 || p.Free > p.Pages
	})
}
