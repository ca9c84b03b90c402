package fleet

import "slices"

// Reasons are what gives a guest its verdict on a host: the causes of that
// level, without their numbers. Nil where it is ready or at home.
func (m *Matrix) Reasons(guest, host int) []Cause {
	home := m.fleet.Guests[guest].Host
	if host == home {
		return nil
	}
	verdict := m.Verdict(guest, host)
	keys := m.items(m.rowsIn(guest), host, home)
	if excepted(m.exceptions[guest], host) {
		keys = m.ownItems(guest, host)
	}
	var out []Cause
	var met []causeKey
	for _, k := range keys {
		if k.level == verdict && !slices.Contains(met, k.causeKey) {
			met = append(met, k.causeKey)
			out = append(out, Cause{Host: k.host, Rule: k.rule, Device: k.device, Level: k.level, Example: [2]int{guest, host}})
		}
	}
	return out
}

// HostName is what a host is called.
func (m *Matrix) HostName(host int) string { return m.fleet.Hosts[host].View.Name }
