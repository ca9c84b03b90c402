package snapshot

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
)

// Recorded is one host with its recorded guests.
type Recorded struct {
	// Host is never nil and has a Name, by which the snapshot knows it.
	Host *hostinfo.Host
	// Guests are those whose XML was recorded; Host.Domains may list more.
	Guests []Guest
	// Fits are what the host said of other hosts' guests, where it was asked.
	Fits []hostinfo.Fit
}

// Guest is a guest with the XML that its views were read from.
type Guest struct {
	*hostinfo.Guest
	// XML holds the document of every view that the guest has. After Read it is
	// what the files held: reduced, unless Options.FullXML was set.
	XML libvirt.Views
	// Rest is what the guest is beside its NICs; nil if nobody asked.
	Rest *hostinfo.Rest
}

// Snapshot is what a directory holds.
type Snapshot struct {
	Hosts []Recorded // sorted by Host.Name
}

// Host returns the host of that name or UUID, or nil. A name wins.
func (s *Snapshot) Host(ref string) *Recorded {
	for i := range s.Hosts {
		if s.Hosts[i].Host.Name == ref {
			return &s.Hosts[i]
		}
	}
	uuid, err := libvirt.ParseUUID(ref)
	if err != nil {
		return nil
	}
	for i := range s.Hosts {
		if strings.EqualFold(s.Hosts[i].Host.UUID, uuid) {
			return &s.Hosts[i]
		}
	}
	return nil
}

// Found is a guest and where it was recorded.
type Found struct {
	Host  *hostinfo.Host
	Guest *hostinfo.Guest
}

// Guest returns the host's recorded guest that ref names, or nil: by name, else
// by UUID, else by id, as the host's own daemon would have found it.
func (r *Recorded) Guest(ref string) *Guest {
	is := []func(*hostinfo.Guest) bool{func(g *hostinfo.Guest) bool { return g.Name == ref }}
	if uuid, err := libvirt.ParseUUID(ref); err == nil {
		is = append(is, func(g *hostinfo.Guest) bool { return strings.EqualFold(g.UUID, uuid) })
	} else if id, err := strconv.ParseUint(ref, 10, 31); err == nil && id > 0 {
		is = append(is, func(g *hostinfo.Guest) bool { return g.ID == int(id) })
	}
	for _, matches := range is {
		for i := range r.Guests {
			if matches(r.Guests[i].Guest) {
				return &r.Guests[i]
			}
		}
	}
	return nil
}

// Guest returns what ref names on each host, in the order of the hosts. A guest
// may be defined on several hosts and even run on two.
func (s *Snapshot) Guest(ref string) []Found {
	var found []Found
	for i := range s.Hosts {
		if g := s.Hosts[i].Guest(ref); g != nil {
			found = append(found, Found{s.Hosts[i].Host, g.Guest})
		}
	}
	return found
}

// GuestNames are the names of all recorded guests, sorted, each once.
func (s *Snapshot) GuestNames() []string {
	var names []string
	for i := range s.Hosts {
		for _, g := range s.Hosts[i].Guests {
			names = append(names, g.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (s *Snapshot) sort() {
	slices.SortFunc(s.Hosts, func(a, b Recorded) int { return cmp.Compare(a.Host.Name, b.Host.Name) })
}
