package report

import (
	"cmp"
	"slices"
	"strings"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// opener is one thing to do that opens ways: the same commands about the same
// device, on one host or on each of several.
type opener struct {
	rule, device string
	hosts        []string
	ways, most   int                // that it opens on all hosts, and on the one where it opens most
	guests       int                // that it frees on the host where it frees most
	finding      *preflight.Finding // of the first host
}

// openers are the things to do, those first that open most ways on one host: what
// opens one way on each of a thousand hosts is most likely the fault of the host
// that its guest would leave.
func openers(d *fleet.Document) []opener {
	var out []opener
	at := map[string]int{}
	for i := range d.Findings {
		f := &d.Findings[i]
		if f.Opens <= 0 || f.Level != preflight.Blocked {
			continue
		}
		device := cmp.Or(f.Device, f.Finding.Subject.Device)
		key := strings.Join(append([]string{f.Rule, device}, f.Finding.Fix...), "\x00")
		if len(f.Finding.Fix) == 0 {
			key += "\x00" + f.Finding.Hint
		}
		n, met := at[key]
		if !met {
			n = len(out)
			at[key] = n
			out = append(out, opener{rule: f.Rule, device: device, finding: &f.Finding})
		}
		o := &out[n]
		o.hosts = append(o.hosts, d.Hosts[f.Host].Name)
		o.ways += f.Opens
		o.most = max(o.most, f.Opens)
		o.guests = max(o.guests, f.Frees)
	}
	slices.SortStableFunc(out, func(a, b opener) int {
		return cmp.Or(cmp.Compare(b.most, a.most), cmp.Compare(b.ways, a.ways))
	})
	return out
}

// words are the rule, the device and the hosts.
func (o *opener) words() string {
	words := strings.TrimSpace(o.rule + " " + o.device)
	if len(o.hosts) == 1 {
		return words + " on " + o.hosts[0]
	}
	return words + " on " + plural(len(o.hosts), "host", "hosts") + " (" + names(o.hosts, mostNames) + ")"
}

func (o *opener) guestWords() string {
	words := plural(o.guests, "guest", "guests")
	if len(o.hosts) > 1 {
		words = "up to " + words
	}
	return words
}
