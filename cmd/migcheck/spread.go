package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"migcheck/cmd/internal/exit"
	"migcheck/preflight"
)

// everywhere is the destination that stands for every other host of the fleet.
const everywhere = "all"

// mayGoAnywhere refuses what --to all does not go with, and notes that it is
// meant.
func (c *checkFlags) mayGoAnywhere(guests []string) error {
	if c.toAll = slices.Contains(c.to, everywhere); !c.toAll {
		return nil
	}
	with := func(flag string) error {
		return exit.Because(fmt.Errorf("--to all and %s: which host is meant is not known before all have been judged", flag), "choose one of them: --to HOST "+flag)
	}
	switch {
	case len(c.to) > 1:
		return exit.Because(errors.New("--to all means every host, and others are named besides"), "")
	case len(guests) != 1:
		return exit.Because(errors.New("--to all is for one guest"), "migcheck fleet judges all guests of all hosts, and --guests PATTERN some")
	case c.migrate:
		return with("--migrate")
	case c.printXML != "":
		return with("--print-xml")
	case c.wait.set:
		return with("--wait")
	case c.toURI != "":
		return with("--to-uri")
	case c.beyond():
		return with("--scope all")
	}
	return nil
}

// spread makes every host of the fleet a destination, but for the one that the
// guest is on, by whatever name.
func (r *checkRun) spread(ctx context.Context, guests []string) (err error) {
	r.flags.to = nil
	if r.from, err = r.sources(ctx, guests); err != nil {
		return err
	}
	names := r.world.HostNames()
	if len(names) == 0 {
		return errNoFleet
	}
	if err := r.gather(ctx, append(slices.Clone(names), r.from...)); err != nil {
		return err
	}
	home := r.hosts[r.from[0]]
	known := map[string]string{} // boot ids
	for _, name := range names {
		id := r.hosts[name].BootID
		switch twin := known[id]; {
		case name == r.from[0]:
			continue
		case id != "" && id == home.BootID:
			delete(r.hosts, name)
			continue
		case id != "" && twin != "":
			return exit.Because(fmt.Errorf("%s and %s are one host: they have one boot id", twin, name), "name each host once in the fleet file")
		}
		known[id] = name
		r.flags.to = append(r.flags.to, name)
	}
	if len(r.flags.to) == 0 {
		return exit.Because(fmt.Errorf("the fleet has no host but %s, where the guest is", r.from[0]), "")
	}
	_, err = parseMaps(r.flags.maps, r.flags.to)
	return err
}

// anyWay is the exit status of a guest that needs one host: any will do.
func (c *checkFlags) anyWay(doc *preflight.Document) int {
	code := exit.Blocked
	for i := range doc.Reports {
		switch exit.ForVerdict(doc.Reports[i].Verdict, c.strict) {
		case exit.OK:
			return exit.OK
		case exit.Undecided:
			code = exit.Undecided
		}
	}
	return code
}
