package fleet

import "slices"

// families numbers what may stand on a device.
type families struct {
	classes
	lists [][]kid
	// others is a family without what is in a mode, by both.
	others map[besides]uint32
	buf    code
}

type besides struct {
	family uint32
	mode   string
}

func (f *families) of(kids []kid) uint32 {
	c := f.buf[:0]
	for _, k := range kids {
		c.text(k.kind)
		c.text(k.mode)
		c.is(k.unread)
	}
	f.buf = c
	id := f.classes.of(c)
	if int(id) > len(f.lists) {
		f.lists = append(f.lists, slices.Clone(kids))
	}
	return id
}

// beside is a family as a NIC of that mode meets it: macvtaps of its own mode
// are no matter to it unless it wants the device for itself. 0 is no family.
func (f *families) beside(family uint32, mode string) uint32 {
	if family == 0 || mode == "" || mode == "passthrough" {
		return family
	}
	id, met := f.others[besides{family, mode}]
	if !met {
		id = f.of(slices.DeleteFunc(slices.Clone(f.lists[family-1]), func(k kid) bool {
			return k.kind == "macvtap" && k.mode == mode && !k.unread
		}))
		f.others[besides{family, mode}] = id
	}
	return id
}
