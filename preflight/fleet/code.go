package fleet

import (
	"encoding/binary"

	"migcheck/hostinfo"
)

// code is what a class is told by, as bytes. Two things are of one class if
// their codes are equal; nothing rests on a hash.
type code []byte

func (c *code) text(s string) {
	*c = append(binary.AppendUvarint(*c, uint64(len(s))), s...)
}

func (c *code) texts(list []string) {
	c.num(len(list))
	for _, s := range list {
		c.text(s)
	}
}

func (c *code) num(n int) { *c = binary.AppendVarint(*c, int64(n)) }

func (c *code) nums(list []int) {
	c.num(len(list))
	for _, n := range list {
		c.num(n)
	}
}

func (c *code) ref(id uint32) { *c = binary.LittleEndian.AppendUint32(*c, id) }

func (c *code) is(facts ...bool) {
	for _, f := range facts {
		if f {
			*c = append(*c, 1)
		} else {
			*c = append(*c, 0)
		}
	}
}

func (c *code) tri(facts ...hostinfo.Tri) {
	for _, f := range facts {
		*c = append(*c, byte(f))
	}
}

// classes numbers codes from 1 in the order in which they are met.
type classes map[string]uint32

func (t classes) of(c code) uint32 {
	id, ok := t[string(c)]
	if !ok {
		id = uint32(len(t)) + 1
		t[string(c)] = id
	}
	return id
}
