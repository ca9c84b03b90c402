package fleet

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// Schema is the name and version of the fleet's document. Within /1 fields are
// only added.
const Schema = "migcheck.fleet/1"

// Document is everything that one run has to say of a fleet. Hosts, guests and
// needs are named by their place in their lists. It has nothing for each pair.
type Document struct {
	Schema string         `json:"schema"`
	Tool   preflight.Tool `json:"tool"`
	// Created is when the judging was done, UTC.
	Created time.Time `json:"created"`
	// Example is set where the facts are the recorded example's, not a host's.
	Example bool               `json:"example,omitempty"`
	Options preflight.Options  `json:"options"`
	Waivers []preflight.Waiver `json:"waivers,omitempty"`
	Hosts   []HostLine         `json:"hosts"`
	Needs   []Need             `json:"needs"`
	Guests  []GuestLine        `json:"guests"`
	// Exceptions are the pairs in which something of a guest was met on the host:
	// their verdict stands here and not with the needs. By guest, then by host.
	Exceptions []Exception `json:"exceptions,omitempty"`
	// Findings are all that blocks, leaves undecided or warns, once for each host,
	// device and rule; first those whose end would open most ways.
	Findings []FindingLine `json:"findings"`
}

// HostLine is one host of the fleet.
type HostLine struct {
	preflight.HostIdentity
	// Observed is false for a host of which no devices were read, for Reason.
	Observed bool     `json:"observed"`
	Reason   string   `json:"reason,omitempty"`
	Ways     HostWays `json:"ways"`
}

// Need is what guests ask for and where they have it now, with what comes of it
// on each host. A host that is in none of the sets is ready.
type Need struct {
	// Label is the need in a few words: "bond0.623: vlan 623, bridge".
	Label     string `json:"label"`
	Blocked   Set    `json:"blocked,omitempty"`
	Undecided Set    `json:"undecided,omitempty"`
	Warned    Set    `json:"warned,omitempty"`
	Noted     Set    `json:"noted,omitempty"`
}

// GuestLine is one guest.
type GuestLine struct {
	Name  string               `json:"name"`
	UUID  string               `json:"uuid,omitempty"`
	State hostinfo.DomainState `json:"state,omitempty"`
	Host  int                  `json:"host"` // its home, where it is not judged
	// Needs are its own as a whole, and then those of each of its NICs. Its verdict
	// on a host is the worst of theirs there, unless there is an Exception.
	Needs []int `json:"needs"`
	Ways  Ways  `json:"ways"`
}

// Exception is the verdict of one pair.
type Exception struct {
	Guest   int             `json:"guest"`
	Host    int             `json:"host"`
	Verdict preflight.Level `json:"verdict"`
}

// FindingLine is a Cause with the finding of one of its pairs.
type FindingLine struct {
	Host   int             `json:"host"`
	Rule   string          `json:"rule"`
	Device string          `json:"device,omitempty"`
	Level  preflight.Level `json:"level"`
	Ways   int             `json:"ways"`
	Guests int             `json:"guests"`
	Opens  int             `json:"opens"`
	Frees  int             `json:"frees"`
	// Needs are those in which it is found, and Alone the guests of the Exceptions
	// in which it is.
	Needs []int `json:"needs,omitempty"`
	Alone []int `json:"alone,omitempty"`
	// Finding is what a single check of one of the pairs says. It names one guest;
	// the others differ in nothing that the rule looks at.
	Finding preflight.Finding `json:"finding"`
}

// Document puts a matrix into words. The pairs that findings are taken from are
// judged again for it.
func (m *Matrix) Document(tool preflight.Tool, options preflight.Options) *Document {
	f := m.fleet
	d := &Document{
		Schema: Schema, Tool: tool, Created: f.Now, Options: options, Waivers: f.Waivers,
		Hosts: make([]HostLine, 0, len(f.Hosts)), Guests: make([]GuestLine, 0, len(f.Guests)),
		Needs: make([]Need, 0, len(m.rows)), Findings: []FindingLine{},
	}
	ways := m.HostWays()
	for i := range f.Hosts {
		h := f.Hosts[i].View.Host
		line := HostLine{HostIdentity: preflight.Identify(h), Observed: true, Ways: ways[i]}
		if g := h.Missing(hostinfo.FactDevices, ""); g != nil {
			line.Observed, line.Reason = false, g.Reason
		}
		d.Hosts = append(d.Hosts, line)
		d.Example = d.Example || h.Example
	}
	for i := range m.rows {
		s := &m.rows[i].sets
		d.Needs = append(d.Needs, Need{
			m.label(&m.rows[i]), s[preflight.Blocked], s[preflight.Undecided], s[preflight.Warning], s[preflight.Note],
		})
	}
	for i := range f.Guests {
		g := &f.Guests[i]
		line := GuestLine{Name: g.Name, UUID: g.UUID, State: g.State, Host: g.Host, Ways: m.Ways(i)}
		for _, r := range m.rowsIn(i) {
			line.Needs = append(line.Needs, int(r))
		}
		d.Guests = append(d.Guests, line)
		for _, e := range m.exceptions[i] {
			d.Exceptions = append(d.Exceptions, Exception{i, int(e.host), e.level})
		}
	}
	for _, c := range m.Causes() {
		line := FindingLine{c.Host, c.Rule, c.Device, c.Level, c.Ways, c.Guests, c.Opens, c.Frees, c.Needs, c.Alone, preflight.Finding{}}
		if found := m.Finding(&c); found != nil {
			line.Finding = *found
		}
		d.Findings = append(d.Findings, line)
	}
	return d
}

// Check says what is wrong with a document that was read: numbers that lead
// nowhere. Everything else here takes them for right.
func (d *Document) Check() error {
	if d.Schema != Schema {
		return fmt.Errorf("the document is %.40q, not %s", d.Schema, Schema)
	}
	host := func(i int) bool { return i >= 0 && i < len(d.Hosts) }
	for i := range d.Guests {
		g := &d.Guests[i]
		if !host(g.Host) || beyond(g.Needs, len(d.Needs)) {
			return fmt.Errorf("guest %d of the document has a host or a need that is not there", i)
		}
	}
	for i, e := range d.Exceptions {
		if !host(e.Host) || e.Guest < 0 || e.Guest >= len(d.Guests) {
			return fmt.Errorf("exception %d of the document has a host or a guest that is not there", i)
		}
	}
	for i := range d.Findings {
		f := &d.Findings[i]
		if !host(f.Host) || beyond(f.Needs, len(d.Needs)) || beyond(f.Alone, len(d.Guests)) {
			return fmt.Errorf("finding %d of the document has a host, a need or a guest that is not there", i)
		}
	}
	return nil
}

// beyond says whether a number leads nowhere in a list of that length.
func beyond(numbers []int, length int) bool {
	return slices.ContainsFunc(numbers, func(n int) bool { return n < 0 || n >= length })
}

// Verdict is what the document says of a guest and a host.
func (d *Document) Verdict(guest, host int) preflight.Level {
	g := &d.Guests[guest]
	if g.Host == host {
		return preflight.Ready
	}
	if i, found := slices.BinarySearchFunc(d.Exceptions, Exception{Guest: guest, Host: host}, func(a, b Exception) int {
		return cmp.Or(cmp.Compare(a.Guest, b.Guest), cmp.Compare(a.Host, b.Host))
	}); found {
		return d.Exceptions[i].Verdict
	}
	worst := preflight.Ready
	for _, n := range g.Needs {
		need := &d.Needs[n]
		for level, set := range []Set{preflight.Note: need.Noted, preflight.Warning: need.Warned, preflight.Undecided: need.Undecided, preflight.Blocked: need.Blocked} {
			if set.Has(host) {
				worst = max(worst, preflight.Level(level))
			}
		}
	}
	return worst
}

// label is a row in a few words.
func (m *Matrix) label(r *row) string {
	g := &m.fleet.Guests[r.guest]
	if r.nic == whole {
		return fmt.Sprintf("the guest itself, %s", cmp.Or(string(g.State), "in a state that was not read"))
	}
	n := &g.Sent().NICs[r.nic]
	switch {
	case n.NetworkBacked() && n.Portgroup != "":
		return "network " + n.Network + ", port group " + n.Portgroup
	case n.NetworkBacked():
		return "network " + n.Network
	case !n.Direct():
		return "a NIC of type " + n.Type
	}
	what := "not there now"
	if home := m.fleet.Hosts[g.Host].View; home.Missing(hostinfo.FactDevices, "") != nil {
		what = "not observed now"
	} else if d := home.Links.ByName(n.Dev); d != nil {
		what = cmp.Or(d.Kind, "unknown kind")
		if d.VLAN != nil {
			what = fmt.Sprintf("vlan %d", d.VLAN.ID)
		} else if d.Kind == hostinfo.KindHardware {
			what = "NIC"
		}
	}
	return n.Dev + ": " + what + ", " + cmp.Or(n.Mode, "vepa")
}
