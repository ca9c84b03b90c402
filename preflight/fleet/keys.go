package fleet

import (
	"cmp"
	"hash/maphash"
	"slices"

	"migcheck/hostinfo"
)

// keys are what names one guest and no other: its name, its UUID, its NICs'
// addresses and the names that it wants for its macvtaps. Where a host has one
// of them, the pair is judged by itself. Keys are hashes: two that fall together
// cost one more pair.
//
// What a host has of its own guests is by far the most and says nothing, so the
// hosts are looked at one by one beside their guests, and only the rest is
// compared with everybody's. A guest that shares a key with another makes its
// home a host that has the other's: such hosts are looked at once more.
type keys struct {
	seed   maphash.Seed
	guests []key
	hosts  []key
	at     hashes // what is explained on the host at hand
	// names is set once a guest wants a name for its macvtap. The hosts before,
	// as many as unnamed, have not been asked for names.
	names   bool
	unnamed int
}

// key is a hash and whose it is: a guest, or a host, and of that the domain, or
// a device where domain is -1.
type key struct {
	hash          uint64
	whose, domain int32
}

// The kinds of keys.
const (
	keyName byte = iota
	keyUUID
	keyMAC
	keyTarget
)

func (k *keys) hash(kind byte, s string) uint64 {
	return max(1, maphash.String(k.seed, s)+uint64(kind)*0x9e3779b97f4a7c15)
}

// octets is an address without its first octet, which libvirt changes for taps.
func octets(mac string) string {
	if len(mac) > 2 {
		return mac[2:]
	}
	return mac
}

// guest notes the keys of a guest whose home is at hand.
func (k *keys) guest(i int, g *hostinfo.Guest) {
	add := func(kind byte, s string) {
		h := k.hash(kind, s)
		k.guests = append(k.guests, key{hash: h, whose: int32(i)})
		k.at.add(h)
	}
	add(keyName, g.Name)
	if g.UUID != "" {
		add(keyUUID, g.UUID)
	}
	sent := g.Sent()
	if sent == nil {
		return
	}
	for i := range sent.NICs {
		n := &sent.NICs[i]
		if n.MAC != "" {
			add(keyMAC, octets(n.MAC))
		}
		if n.CurrentMAC != "" && n.CurrentMAC != n.MAC {
			add(keyMAC, octets(n.CurrentMAC))
		}
		if n.Target != "" && !libvirtsOwn(n.Target) {
			add(keyTarget, n.Target)
			k.names = true
		}
	}
}

// host notes the keys of the host at hand that none of its own guests has, and
// is done with it.
func (k *keys) host(i int, h *hostinfo.Host) {
	k.devices(h, func(hash uint64) {
		if k.at.add(hash) {
			k.hosts = append(k.hosts, key{hash, int32(i), -1})
		}
	})
	if k.names {
		k.named(h, func(hash uint64) { k.hosts = append(k.hosts, key{hash, int32(i), -1}) })
	} else {
		k.unnamed = i + 1
	}
	k.domains(h, func(hash uint64, domain int32) {
		if !k.at.has(hash) {
			k.hosts = append(k.hosts, key{hash, int32(i), domain})
		}
	})
	k.at.clear()
}

// devices calls do for every address on a host.
func (k *keys) devices(h *hostinfo.Host, do func(hash uint64)) {
	each(h, func(d *hostinfo.Device) {
		if d.MAC != "" {
			do(k.hash(keyMAC, octets(d.MAC)))
		}
		for _, mac := range d.Held {
			do(k.hash(keyMAC, octets(mac)))
		}
		for i := range d.Functions {
			do(k.hash(keyMAC, octets(d.Functions[i].MAC)))
		}
	})
}

// named calls do for every device's name.
func (k *keys) named(h *hostinfo.Host, do func(hash uint64)) {
	each(h, func(d *hostinfo.Device) {
		do(k.hash(keyTarget, d.Name))
		for _, name := range d.AltNames {
			do(k.hash(keyTarget, name))
		}
	})
}

// each calls do for every device of a host, in whatever network namespace.
func each(h *hostinfo.Host, do func(d *hostinfo.Device)) {
	for i := range h.Devices {
		do(&h.Devices[i])
	}
	for i := range h.Namespaces {
		for j := range h.Namespaces[i].Devices {
			do(&h.Namespaces[i].Devices[j])
		}
	}
}

// domains calls do for what a host's domains have.
func (k *keys) domains(h *hostinfo.Host, do func(hash uint64, domain int32)) {
	for i := range h.Domains {
		d := &h.Domains[i]
		do(k.hash(keyName, d.Name), int32(i))
		if d.UUID != "" {
			do(k.hash(keyUUID, d.UUID), int32(i))
		}
		for _, mac := range d.MACs {
			do(k.hash(keyMAC, octets(mac)), int32(i))
		}
	}
}

// meet calls do for every guest that has a key in common with a host, which may
// be its home.
func (k *keys) meet(f *Fleet, do func(guest, host int)) {
	if k.names {
		for i := range f.Hosts[:k.unnamed] {
			k.named(f.Hosts[i].View.Host, func(hash uint64) { k.hosts = append(k.hosts, key{hash, int32(i), -1}) })
		}
	}
	of := k.shared()
	met := func(x key) {
		for _, g := range of[x.hash] {
			if x.domain < 0 || !leftBehind(&f.Guests[g], &f.Hosts[x.whose].View.Domains[x.domain]) {
				do(int(g), int(x.whose))
			}
		}
	}
	for _, x := range k.hosts {
		met(x)
	}
	for _, i := range homes(f, of) {
		h := f.Hosts[i].View.Host
		k.devices(h, func(hash uint64) { met(key{hash, i, -1}) })
		if k.names {
			k.named(h, func(hash uint64) { met(key{hash, i, -1}) })
		}
		k.domains(h, func(hash uint64, domain int32) { met(key{hash, i, domain}) })
	}
}

// shared are the guests by hash, of the hashes that occur twice; a few others
// are among them.
func (k *keys) shared() map[uint64][]int32 {
	once, twice := newSieve(len(k.guests)), newSieve(len(k.guests))
	for _, x := range k.guests {
		if !once.add(x.hash) {
			twice.add(x.hash)
		}
	}
	for _, x := range k.hosts {
		if once.has(x.hash) {
			twice.add(x.hash)
		}
	}
	of := map[uint64][]int32{}
	for _, x := range k.guests {
		if twice.has(x.hash) {
			of[x.hash] = append(of[x.hash], x.whose)
		}
	}
	return of
}

// homes are the hosts with a guest that has a key in common with another.
func homes(f *Fleet, of map[uint64][]int32) []int32 {
	var out []int32
	for _, guests := range of {
		if slices.ContainsFunc(guests, func(g int32) bool { return g != guests[0] }) {
			for _, g := range guests {
				out = append(out, int32(f.Guests[g].Host))
			}
		}
	}
	slices.SortFunc(out, cmp.Compare)
	return slices.Compact(out)
}

// leftBehind says whether the domain is the guest's own definition, which an
// earlier visit left there: that is in nobody's way.
func leftBehind(g *Guest, d *hostinfo.Domain) bool {
	return d.Name == g.Name && d.UUID == g.UUID && g.UUID != "" && !d.State.Active() && d.State != hostinfo.StateUnknown
}
