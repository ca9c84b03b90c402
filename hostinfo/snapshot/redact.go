package snapshot

import "migcheck/hostinfo/standin"

// redact returns copies of hosts without names, addresses and UUIDs. Every
// value has one stand-in in all of them, and no two values share one, so that
// whatever was equal is equal and whatever differed differs. The guests come
// without XML: it is printed anew from their definitions.
func redact(hosts []Recorded, key []byte) []Recorded {
	s := standin.New(key)
	for _, h := range hosts {
		s.Learn(h.Host)
		for _, g := range h.Guests {
			s.LearnGuest(g.Guest)
			s.LearnRest(g.Rest)
		}
	}
	out := make([]Recorded, len(hosts))
	for i, h := range hosts {
		out[i].Host = s.HostFacts(h.Host)
		for _, g := range h.Guests {
			out[i].Guests = append(out[i].Guests, Guest{Guest: s.GuestFacts(g.Guest), Rest: s.RestFacts(g.Rest)})
		}
		for _, f := range h.Fits {
			out[i].Fits = append(out[i].Fits, s.FitFacts(f))
		}
	}
	return out
}
