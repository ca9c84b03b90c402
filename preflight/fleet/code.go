package fleet

import (
	"bytes"
	"encoding/binary"

	"migcheck/hostinfo"
)

// code is what a class is told by, as bytes. Two things are of one class if
// their codes are equal; nothing rests on a hash.
type code []byte

func (c *code) text(s string) {
	if len(s) < 0x80 { // one byte of Uvarint; most texts are empty
		*c = append(*c, byte(len(s)))
	} else {
		*c = binary.AppendUvarint(*c, uint64(len(s)))
	}
	*c = append(*c, s...)
}

func (c *code) texts(list []string) {
	c.num(len(list))
	for _, s := range list {
		c.text(s)
	}
}

func (c *code) num(n int) {
	if 0 <= n && n < 0x40 { // one byte of Varint
		*c = append(*c, byte(n<<1))
		return
	}
	*c = binary.AppendVarint(*c, int64(n))
}

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
type classes struct {
	ids map[string]uint32
	// last is the code that was asked for last, and id its number: what is looked
	// at one after the other is mostly alike.
	last code
	id   uint32
}

func (t *classes) of(c code) uint32 {
	if t.id != 0 && bytes.Equal(c, t.last) {
		return t.id
	}
	if t.ids == nil {
		t.ids = map[string]uint32{}
	}
	id, met := t.ids[string(c)]
	if !met {
		id = uint32(len(t.ids)) + 1
		t.ids[string(c)] = id
	}
	t.last, t.id = append(t.last[:0], c...), id
	return id
}
