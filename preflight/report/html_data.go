package report

import (
	"cmp"
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// pageData is what the page's script reads: the document in columns, every set
// and every list of needs once. It is no format for others, who have the JSON.
type pageData struct {
	Hosts  []dataHost  `json:"hosts"`
	Sets   []string    `json:"sets"`
	Needs  [][5]any    `json:"needs"` // label; sets of warning, undecided, blocked; guests
	Wants  [][]int     `json:"wants"` // lists of needs
	Guests dataGuests  `json:"guests"`
	Except [][3]int    `json:"except"` // guest, host, level
	Finds  []*defect   `json:"problems"`
	Labels [][]int     `json:"labels"` // needs of one label, most guests first
	States []string    `json:"states"`
	Levels []string    `json:"levels"`
	Marks  [][2]string `json:"marks"` // class and glyph, by level
}

type dataHost struct {
	Name     string    `json:"n"`
	Hostname string    `json:"hn,omitempty"`
	Reason   string    `json:"r,omitempty"` // why it was not observed
	Facts    []string  `json:"f,omitempty"` // what it is, in a few words
	Gaps     []dataGap `json:"g,omitempty"`
	Ways     [3]int    `json:"w"` // takes, doubts, refuses
	Alike    int       `json:"a"`
}

type dataGap struct {
	Reason string   `json:"r"`
	Facts  []string `json:"f"`
}

// dataGuests are columns, a guest at the same place in each.
type dataGuests struct {
	Names  []string `json:"name"`
	UUIDs  []string `json:"uuid"`
	States []int    `json:"state"`
	Hosts  []int    `json:"host"`
	Wants  []int    `json:"want"`
	Ways   [][5]int `json:"ways"` // allowed, warned, undecided, blocked, unseen
}

func (p *fleetPage) data() *pageData {
	d := p.D
	out := &pageData{Finds: p.problems, Except: [][3]int{}, Sets: []string{}, Needs: [][5]any{}, Labels: [][]int{}}
	for l, m := range verdictMarks {
		out.Levels = append(out.Levels, preflight.Level(l).String())
		out.Marks = append(out.Marks, [2]string{m.Class, m.Glyph})
	}
	for i := range d.Hosts {
		out.Hosts = append(out.Hosts, p.dataHost(i))
	}
	p.dataNeeds(out)
	p.dataGuests(out)
	for _, e := range d.Exceptions {
		out.Except = append(out.Except, [3]int{e.Guest, e.Host, int(e.Verdict)})
	}
	return out
}

func (p *fleetPage) dataHost(i int) dataHost {
	h := &p.D.Hosts[i]
	out := dataHost{Name: h.Name, Ways: [3]int{h.Ways.Takes, h.Ways.Doubts, h.Ways.Refuses}, Alike: p.alike[i]}
	if h.Hostname != h.Name {
		out.Hostname = h.Hostname
	}
	if !h.Observed {
		out.Reason = cmp.Or(h.Reason, "no reason is known")
	} else {
		out.Gaps = foldGaps(h.Gaps)
	}
	for _, f := range [][2]string{{"", h.Arch}, {"kernel ", h.Kernel}, {"libvirt ", h.Libvirt}, {"read as ", h.User}, {"through ", h.Via}, {"UUID ", h.UUID}} {
		if f[1] != "" {
			out.Facts = append(out.Facts, f[0]+f[1])
		}
	}
	if !h.Gathered.IsZero() {
		out.Facts = append(out.Facts, "read at "+h.Gathered.UTC().Format("2006-01-02 15:04:05 UTC"))
	}
	return out
}

// foldGaps are the gaps by reason.
func foldGaps(gaps []hostinfo.Gap) []dataGap {
	var out []dataGap
	at := map[string]int{}
	for _, g := range gaps {
		i, met := at[g.Reason]
		if !met {
			i = len(out)
			at[g.Reason] = i
			out = append(out, dataGap{Reason: g.Reason})
		}
		fact := string(g.Fact)
		if g.Device != "" {
			fact += " of " + g.Device
		}
		out[i].Facts = append(out[i].Facts, fact)
	}
	return out
}

func (p *fleetPage) dataNeeds(out *pageData) {
	sets, at := map[string]int{}, map[*pageNeed]int{}
	set := func(n *pageNeed, l preflight.Level) int {
		s := setText(n.Sets[l])
		i, met := sets[s]
		if !met {
			i = len(out.Sets)
			sets[s] = i
			out.Sets = append(out.Sets, s)
		}
		return i
	}
	for i, n := range p.needs {
		at[n] = i
		out.Needs = append(out.Needs, [5]any{n.Label, set(n, preflight.Warning), set(n, preflight.Undecided), set(n, preflight.Blocked), n.Guests})
	}
	for _, same := range p.labels {
		var list []int
		for _, n := range same {
			list = append(list, at[n])
		}
		out.Labels = append(out.Labels, list)
	}
}

func (p *fleetPage) dataGuests(out *pageData) {
	wants, states := map[string]int{}, map[hostinfo.DomainState]int{}
	for i := range p.D.Guests {
		g := &p.D.Guests[i]
		key := fmt.Sprint(p.wants[i])
		w, met := wants[key]
		if !met {
			w = len(out.Wants)
			wants[key] = w
			out.Wants = append(out.Wants, p.wants[i])
		}
		s, met := states[g.State]
		if !met {
			s = len(out.States)
			states[g.State] = s
			out.States = append(out.States, cmp.Or(string(g.State), "state not known"))
		}
		c := &out.Guests
		c.Names, c.UUIDs, c.States = append(c.Names, g.Name), append(c.UUIDs, g.UUID), append(c.States, s)
		c.Hosts, c.Wants = append(c.Hosts, g.Host), append(c.Wants, w)
		c.Ways = append(c.Ways, [5]int{g.Ways.Allowed, g.Ways.Warned, g.Ways.Undecided, g.Ways.Blocked, g.Ways.Unseen})
	}
}
