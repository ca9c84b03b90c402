package preflight

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"migcheck/hostinfo"
)

// fingerprint is what a clearance was given for: the guest's definition and the
// facts that Checks read about both hosts, each as a short hash under a name for
// people. Counters and links that have nothing to do with the guest are not in it.
type fingerprint struct {
	definition string
	facts      map[string]string
}

// fingerprintOf takes the fingerprint of a plan.
func fingerprintOf(p *Plan, definition [][]byte) fingerprint {
	h := sha256.New()
	for _, d := range definition {
		fmt.Fprintf(h, "%d\n", len(d))
		h.Write(d)
	}
	f := fingerprint{definition: hex.EncodeToString(h.Sum(nil)), facts: map[string]string{}}
	p = p.observed()
	for _, v := range []*View{p.From, p.To} {
		f.host(p, v)
	}
	if p.Rest != nil {
		f.add("what was asked beyond the network", p.Rest)
	}
	for _, r := range p.Requirements() {
		f.endpoint(r.Source)
		f.endpoint(r.Destination)
	}
	return f
}

// host adds what concerns a host as a whole, and the guests in conflict.
func (f *fingerprint) host(p *Plan, v *View) {
	f.add(v.Name+": identity", []any{v.BootID, v.UUID, v.Libvirt, v.MacvtapModule, v.VhostNet, v.Gaps})
	f.add(v.Name+": setup", v.Setup)
	for i := range v.Domains {
		if d := &v.Domains[i]; d.Name == p.Guest.Name || d.UUID == p.Guest.UUID {
			f.add(v.Name+": domain "+d.Name, d)
		}
	}
}

// endpoint adds a NIC's place on one host: its stack, what stands on it here
// and in other namespaces, and its network.
func (f *fingerprint) endpoint(e *Endpoint) {
	if e.Network != nil {
		f.add(e.Name+": network "+e.NetworkName, e.Network)
	}
	for _, d := range e.Stack {
		f.add(e.Name+": "+d.Name, d)
		for _, c := range e.View.Links.Children(d) {
			f.add(e.Name+": "+c.Name+" on "+d.Name, c)
		}
		for _, n := range e.View.Namespaces {
			for i := range n.Devices {
				if c := &n.Devices[i]; c.ParentElsewhere && c.Parent == d.Index {
					f.add(e.Name+": "+c.Name+" on "+d.Name+" in "+n.Name, c)
				}
			}
		}
	}
}

func (f *fingerprint) add(name string, value any) {
	if d, ok := value.(*hostinfo.Device); ok {
		settled := *d
		settled.Promiscuity = 0 // a counter of users
		value = settled
	}
	raw, err := json.Marshal(value)
	if err != nil { // facts are plain values; whatever it was, it is not the same
		raw = []byte(err.Error())
	}
	f.facts[name] = shortHash(string(raw))
}

// changes says what differs from an earlier fingerprint's facts, in a line each.
func (f *fingerprint) changes(now fingerprint) []string { return differences(f.facts, now.facts) }

// differences are the names whose value is another one, new or gone.
func differences(before, after map[string]string) []string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(before)) {
		if v, ok := after[k]; !ok {
			out = append(out, k+" is gone")
		} else if v != before[k] {
			out = append(out, k+" has changed")
		}
	}
	for _, k := range slices.Sorted(maps.Keys(after)) {
		if _, ok := before[k]; !ok {
			out = append(out, k+" is new")
		}
	}
	return out
}

// sum is one hash of it all.
func (f *fingerprint) sum() string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(f.facts)) {
		fmt.Fprintf(&b, "%s=%s\n", k, f.facts[k])
	}
	sum := sha256.Sum256([]byte(f.definition + "\n" + b.String()))
	return hex.EncodeToString(sum[:])
}

// resolvedOf says which device stands behind each NIC on both hosts: by index,
// kind, VLAN and VNI, so that another device under the name is another device.
func resolvedOf(p *Plan) map[string]string {
	out := map[string]string{}
	for _, r := range p.observed().Requirements() {
		for _, e := range []*Endpoint{r.Source, r.Destination} {
			if e.Side == Destination && e.Network != nil && len(e.Network.Devices) > 1 {
				continue // libvirt chooses anew, and each choice is judged
			}
			name := fmt.Sprintf("%s: the device %s of nic %d", e.Name, e.Wanted, r.Index)
			what := e.Mode
			for _, d := range e.Stack[:min(1, len(e.Stack))] {
				what += fmt.Sprintf(" %d %s", d.Index, d.Kind)
				if d.VLAN != nil {
					what += fmt.Sprintf(" %d %s", d.VLAN.ID, d.VLAN.Protocol)
				}
				if d.Tunnel != nil {
					what += fmt.Sprintf(" vni %d", d.Tunnel.VNI)
				}
			}
			out[name] = what
		}
	}
	return out
}

// findingsOf are the findings that were shown, by what identifies them.
func findingsOf(r *Report) map[string]bool {
	out := map[string]bool{}
	for _, f := range r.Everything() {
		out[key(f)] = true
	}
	return out
}

// key tells a finding from a worse one about the same thing.
func key(f *Finding) string { return f.Level.String() + " " + f.ID }
