//go:build lab

package main

const (
	// enough frames that a guest has tried to send, for one to be heard if any
	// can be: it announces itself once a second. On a busy machine none of
	// the first five of a guest on a bridge was heard, three times, though each was
	// heard when it was tried again.
	enough = 15
	// fullSize is more than fits through a device that takes 1400 bytes.
	fullSize = 1450
)

// hear says of each NIC whether its frames reach, from hostB, the segment where
// they went before. That nothing is heard counts from when the guest runs there
// and has handed enough frames to the host.
func (p *proof) hear(g *guest, s *scenario, mark int, o *outcome) error {
	o.frames = make([]string, len(g.macs))
	word, err := p.wake(g)
	if err != nil || word != "" {
		o.errors = word
		for i := range o.frames {
			o.frames[i] = "none"
		}
		return err
	}
	if g.mute { // the same as before is right
		err = p.alive("hostB", g)
	}
	for i := range g.macs {
		if err == nil {
			o.frames[i], err = p.hearNIC(g, i, mark)
		}
	}
	return err
}

// wake takes a guest that did not run to where it would. It returns libvirt's
// words where it can't.
func (p *proof) wake(g *guest) (refusal string, err error) {
	switch g.state {
	case "paused":
		_, err = p.virsh("hostB", "", "resume", g.name)
	case "shut off":
		_, err = p.virsh("hostB", "", "start", g.name)
	}
	if err != nil {
		return errorLines(err), nil
	}
	return "", nil
}

func (p *proof) hearNIC(g *guest, nic, mark int) (string, error) {
	begin, err := p.sent("hostB", g, nic)
	if err != nil {
		return "", err
	}
	want := enough
	if g.both { // it asks for its peer's address first, and waits
		want = 4 * enough
	}
	elsewhere := ""
	for done := false; ; {
		heard, _ := p.wire.since(mark, "hostB", g.macs[nic])
		for _, f := range heard {
			switch {
			case f.segment != g.segments[nic]:
				elsewhere = f.segment
			case !g.both || f.unicast && f.size >= fullSize:
				return "right", nil
			}
		}
		switch {
		case done && g.mute && len(heard) == 0:
			return "right", nil
		case done && elsewhere != "":
			return "elsewhere", nil
		case done:
			return "none", nil
		}
		now, err := p.sent("hostB", g, nic)
		if err != nil {
			return "", err
		}
		done = g.mute || (now-begin)&0xffff >= want
	}
}
