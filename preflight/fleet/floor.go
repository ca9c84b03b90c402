package fleet

// Stacks is how many kinds of device stacks a fleet has: every device of every
// host with all below it, told apart as Judge tells apart those that guests ask
// for. It is the floor that benchmarks measure judging against.
func Stacks(f *Fleet) int {
	j := newJudge(f, nil)
	for i := range f.Hosts {
		l := j.look(i, f.Hosts[i].View)
		for d := range l.Devices {
			l.node(&l.Devices[d], 0)
		}
	}
	return len(j.nodes.ids)
}
