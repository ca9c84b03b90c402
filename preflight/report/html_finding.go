package report

import (
	"cmp"
	"slices"

	"migcheck/preflight"
)

// problemLine is a problem with its hosts, in the words for the first of them.
type problemLine struct {
	*defect
	Number  int
	Host    string
	Hosts   cut[string]
	Devices cut[string]
	// Frees is how many guests its end would give a way; there may be more.
	Frees     int
	FreesMore bool
	// Cut is set where the fix has more lines than are shown.
	Cut bool
}

// Problems are the findings, those first whose end would open most ways.
func (p *fleetPage) Problems() cut[problemLine] {
	var out []problemLine
	for n := range first(p.problems, maxProblems).Shown {
		out = append(out, p.line(n, p.problems[n].Places))
	}
	return cut[problemLine]{out, len(p.problems)}
}

// line is a problem in some of its places.
func (p *fleetPage) line(n int, places []problemPlace) problemLine {
	f := p.problems[n]
	l := problemLine{defect: f.at(p.D, &places[0]), Number: n, Host: p.D.Hosts[places[0].Host].Name}
	l.Places = places
	l.Frees, l.FreesMore = frees(places)
	var hosts, devices []string
	for i := range places {
		hosts = append(hosts, p.D.Hosts[places[i].Host].Name)
		if d := cmp.Or(places[i].Device, places[i].About); d != "" {
			devices = append(devices, d)
		}
	}
	l.Hosts, l.Devices = first(sortedOnce(hosts), maxNamed), first(sortedOnce(devices), maxNamed)
	if l.Cut = len(l.Fix) > maxCommands; l.Cut {
		l.Fix = l.Fix[:maxCommands]
	}
	return l
}

// frees counts the guests of places on one host. Where each has one way more,
// they are not the same ones, since only one thing can block a way alone.
func frees(places []problemPlace) (n int, more bool) {
	sum := 0
	for i := range places {
		n, sum = max(n, places[i].Frees), sum+places[i].Frees
		more = more || places[i].Frees != places[i].Opens
	}
	if more || len(places) == 1 {
		return n, len(places) > 1
	}
	return sum, false
}

func sortedOnce(names []string) []string {
	slices.SortFunc(names, compareNumbers)
	return slices.Compact(names)
}

// Fixes are what would open most ways: a problem on one host each.
func (p *fleetPage) Fixes() []problemLine {
	type fix struct{ number, host, opens int }
	var all []fix
	for n, f := range p.problems {
		at := map[int]int{}
		for i := range f.Places {
			at[f.Places[i].Host] += f.Places[i].Opens
		}
		for h, opens := range at {
			if opens > 0 {
				all = append(all, fix{n, h, opens})
			}
		}
	}
	slices.SortFunc(all, func(a, b fix) int {
		return cmp.Or(cmp.Compare(b.opens, a.opens), cmp.Compare(a.number, b.number), cmp.Compare(a.host, b.host))
	})
	var out []problemLine
	for _, x := range all[:min(maxFixes, len(all))] {
		var places []problemPlace
		for _, pl := range p.problems[x.number].Places {
			if pl.Host == x.host {
				places = append(places, pl)
			}
		}
		out = append(out, p.line(x.number, places))
	}
	return out
}

// ruleLine is a rule with the hosts that it finds something on.
type ruleLine struct {
	Rule        string
	Level       preflight.Level
	Hosts       cut[string] // those first whose guests would have most ways more
	Ways, Opens int
	Problem     int // the first of its problems
}

// Rules are the hosts by problem: one line for each rule and level.
func (p *fleetPage) Rules() []ruleLine {
	type key struct {
		rule  string
		level preflight.Level
	}
	at := map[key]*ruleLine{}
	ways := map[key]map[int]int{} // by host
	var order []key
	for n, f := range p.problems {
		k := key{f.Rule, f.Level}
		if at[k] == nil {
			at[k], ways[k] = &ruleLine{Rule: f.Rule, Level: f.Level, Problem: n}, map[int]int{}
			order = append(order, k)
		}
		at[k].Ways += f.Ways()
		at[k].Opens += f.Opens()
		for i := range f.Places {
			ways[k][f.Places[i].Host] += f.Places[i].Ways
		}
	}
	var out []ruleLine
	for _, k := range order {
		hosts := make([]int, 0, len(ways[k]))
		for h := range ways[k] {
			hosts = append(hosts, h)
		}
		slices.SortFunc(hosts, func(a, b int) int {
			return cmp.Or(cmp.Compare(ways[k][b], ways[k][a]), cmp.Compare(a, b))
		})
		var names []string
		for _, h := range hosts[:min(maxNamed, len(hosts))] {
			names = append(names, p.D.Hosts[h].Name)
		}
		at[k].Hosts = cut[string]{names, len(hosts)}
		out = append(out, *at[k])
	}
	slices.SortStableFunc(out, func(a, b ruleLine) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(b.Opens, a.Opens), cmp.Compare(b.Ways, a.Ways))
	})
	return out
}
