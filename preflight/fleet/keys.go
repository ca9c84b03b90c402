package fleet

import (
	"hash/maphash"
	"math/bits"

	"migcheck/hostinfo"
)

// keys are what names one guest and no other: its name, its UUID, its NICs'
// addresses and the names that it wants for its macvtaps. Where a host has one
// of them, the pair is judged by itself. Keys are hashes: two that fall together
// cost one more pair.
type keys struct {
	seed  maphash.Seed
	slots []slot // by hash, those that fall together one after the other
	next  []keyed
	names bool // a guest wants a name for its macvtap
	// seen are hashes that were looked up on the host at hand without an
	// exception: one address stands on every layer below a macvtap.
	seen [1024]uint64
}

type slot struct {
	hash  uint64
	first int32 // index in next, from 1; 0 is an empty slot
}

type keyed struct{ guest, next int32 } // next: of the next guest with that key, from 1; 0 none

// The kinds of keys.
const (
	keyName byte = iota
	keyUUID
	keyMAC
	keyTarget
)

func (k *keys) hash(kind byte, s string) uint64 {
	return maphash.String(k.seed, s) + uint64(kind)*0x9e3779b97f4a7c15
}

func (k *keys) add(kind byte, s string, guest int) {
	h := k.hash(kind, s)
	at := k.slot(h)
	k.next = append(k.next, keyed{int32(guest), at.first})
	*at = slot{h, int32(len(k.next))}
}

// slot is where a hash is, or would be.
func (k *keys) slot(h uint64) *slot {
	mask := uint64(len(k.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		if s := &k.slots[i]; s.hash == h || s.first == 0 {
			return s
		}
	}
}

// octets is an address without its first octet, which libvirt changes for taps.
func octets(mac string) string {
	if len(mac) > 2 {
		return mac[2:]
	}
	return mac
}

func (f *Fleet) keys() *keys {
	n := 2 * len(f.Guests) // names and UUIDs
	for i := range f.Guests {
		if sent := f.Guests[i].Sent(); sent != nil {
			n += 3 * len(sent.NICs)
		}
	}
	k := &keys{seed: maphash.MakeSeed(), slots: make([]slot, 1<<bits.Len(uint(n)+16)), next: make([]keyed, 0, n)}
	for i := range f.Guests {
		g := &f.Guests[i]
		k.add(keyName, g.Name, i)
		if g.UUID != "" {
			k.add(keyUUID, g.UUID, i)
		}
		sent := g.Sent()
		if sent == nil {
			continue
		}
		for j := range sent.NICs {
			n := &sent.NICs[j]
			if n.MAC != "" {
				k.add(keyMAC, octets(n.MAC), i)
			}
			if n.CurrentMAC != "" && n.CurrentMAC != n.MAC {
				k.add(keyMAC, octets(n.CurrentMAC), i)
			}
			if n.Target != "" && !libvirtsOwn(n.Target) {
				k.add(keyTarget, n.Target, i)
				k.names = true
			}
		}
	}
	return k
}

// met calls do for every guest of which the host has a key.
func (k *keys) met(h *hostinfo.Host, guests []Guest, do func(guest int)) {
	k.seen = [1024]uint64{}
	at := func(kind byte, s string, but *hostinfo.Domain) {
		hash := k.hash(kind, s)
		before := &k.seen[hash%uint64(len(k.seen))]
		if *before == hash {
			return
		}
		if but == nil {
			*before = hash
		}
		for n := k.slot(hash).first; n > 0; n = k.next[n-1].next {
			if g := int(k.next[n-1].guest); but == nil || !leftBehind(&guests[g], but) {
				do(g)
			}
		}
	}
	device := func(d *hostinfo.Device) {
		if d.MAC != "" {
			at(keyMAC, octets(d.MAC), nil)
		}
		for _, mac := range d.Held {
			at(keyMAC, octets(mac), nil)
		}
		for i := range d.Functions {
			at(keyMAC, octets(d.Functions[i].MAC), nil)
		}
		if k.names {
			at(keyTarget, d.Name, nil)
			for _, name := range d.AltNames {
				at(keyTarget, name, nil)
			}
		}
	}
	for i := range h.Devices {
		device(&h.Devices[i])
	}
	for i := range h.Namespaces {
		for j := range h.Namespaces[i].Devices {
			device(&h.Namespaces[i].Devices[j])
		}
	}
	for i := range h.Domains {
		d := &h.Domains[i]
		at(keyName, d.Name, d)
		if d.UUID != "" {
			at(keyUUID, d.UUID, d)
		}
		for _, mac := range d.MACs {
			at(keyMAC, octets(mac), d)
		}
	}
}

// leftBehind says whether the domain is the guest's own definition, which an
// earlier visit left there: that is in nobody's way.
func leftBehind(g *Guest, d *hostinfo.Domain) bool {
	return d.Name == g.Name && d.UUID == g.UUID && g.UUID != "" && !d.State.Active() && d.State != hostinfo.StateUnknown
}
