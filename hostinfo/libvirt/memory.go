package libvirt

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"migcheck/hostinfo"
)

// maxMemory is how much memory is believed, in KiB: 8 PiB.
const maxMemory = 1 << 43

// maxPages is how many page elements are read.
const maxPages = 1024

// memoryOf reads what a domain's XML says of its memory; nil if it does not say
// how much. Which NUMA node has how much is not read.
func memoryOf(root *element) (*hostinfo.GuestMemory, error) {
	most := root.child("memory")
	if most == nil {
		return nil, nil
	}
	var m hostinfo.GuestMemory
	var err error
	if m.Max, err = most.kibibytes(most.content()); err != nil {
		return nil, err
	}
	m.Current = m.Max
	if e := root.child("currentMemory"); e != nil {
		if m.Current, err = e.kibibytes(e.content()); err != nil {
			return nil, err
		}
	}
	if m.Max == 0 { // libvirt takes the sum of the NUMA cells then
		return nil, nil
	}
	backing := root.child("memoryBacking").child("hugepages")
	if backing == nil {
		return &m, nil
	}
	for i, page := range backing.children {
		if i == maxPages {
			return nil, fmt.Errorf("line %d: more than %d sizes of hugepages", page.line, maxPages)
		}
		size, err := page.kibibytes(page.attr("size"))
		if err == nil && size == 0 {
			err = fmt.Errorf("line %d: a page of no size", page.line)
		}
		if err != nil {
			return nil, err
		}
		if !slices.Contains(m.HugePages, size) {
			m.HugePages = append(m.HugePages, size)
		}
	}
	if m.HugePages == nil {
		m.HugePages = []int{0}
	}
	slices.Sort(m.HugePages)
	return &m, nil
}

// units are virScaleInteger's, in bytes. It does not mind case.
var units = map[string]uint64{
	"": 1 << 10, "b": 1, "byte": 1, "bytes": 1,
	"k": 1 << 10, "kib": 1 << 10, "kb": 1e3, "m": 1 << 20, "mib": 1 << 20, "mb": 1e6, "g": 1 << 30, "gib": 1 << 30, "gb": 1e9,
	"t": 1 << 40, "tib": 1 << 40, "tb": 1e12, "p": 1 << 50, "pib": 1 << 50, "pb": 1e15, "e": 1 << 60, "eib": 1 << 60, "eb": 1e18,
}

// kibibytes is a size in the unit that the element names, rounded up.
func (e *element) kibibytes(size string) (int, error) {
	size = strings.TrimSpace(size)
	unit, ok := units[strings.ToLower(e.attr("unit"))]
	n, err := strconv.ParseUint(size, 10, 64)
	if !ok || err != nil || n > maxMemory*1024/unit {
		return 0, fmt.Errorf("line %d: %s %.40q %.40q is no size of memory", e.line, e.name, size, e.attr("unit"))
	}
	return int((n*unit + 1023) / 1024), nil
}

// memory prints what memoryOf reads.
func (w *writer) memory(m *hostinfo.GuestMemory) {
	if m == nil {
		return
	}
	size := func(name string, kib int) {
		w.buf.WriteString("  <" + name + " unit='KiB'>" + strconv.Itoa(kib) + "</" + name + ">\n")
	}
	size("memory", m.Max)
	if m.Current != m.Max {
		size("currentMemory", m.Current)
	}
	if m.HugePages == nil {
		return
	}
	w.buf.WriteString("  <memoryBacking>\n    <hugepages>\n")
	for _, p := range m.HugePages {
		if p != 0 {
			w.tag("      ", "page", true, "size", strconv.Itoa(p), "unit", "KiB")
		}
	}
	w.buf.WriteString("    </hugepages>\n  </memoryBacking>\n")
}
