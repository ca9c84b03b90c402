//go:build cgo && libvirt_dlopen

package client

import (
	"errors"
	"fmt"

	golibvirt "libvirt.org/go/libvirt"

	"migcheck/hostinfo"
)

// listed is one domain of a list, with what the list itself says of it. Whoever
// has the list frees its domains.
type listed struct {
	*golibvirt.Domain
	name, uuid string
	state      hostinfo.DomainState
	stateErr   error
}

// list asks for all domains and their states at once.
func list(conn *golibvirt.Connect) ([]listed, error) {
	stats, err := conn.GetAllDomainStats(nil, golibvirt.DOMAIN_STATS_STATE, 0)
	if errors.Is(err, golibvirt.ERR_NO_SUPPORT) {
		return listOneByOne(conn)
	}
	if err != nil {
		return nil, err
	}
	out := make([]listed, len(stats))
	for i := range stats {
		out[i].Domain = stats[i].Domain
		if s := stats[i].State; s != nil && s.StateSet {
			out[i].state = stateOf(s.State)
		} else {
			out[i].ask()
		}
	}
	return named(out)
}

// listOneByOne is for drivers that have no statistics.
func listOneByOne(conn *golibvirt.Connect) ([]listed, error) {
	domains, err := conn.ListAllDomains(0)
	if err != nil {
		return nil, err
	}
	out := make([]listed, len(domains))
	for i := range domains {
		out[i].Domain = &domains[i]
		out[i].ask()
	}
	return named(out)
}

func (l *listed) ask() {
	state, _, err := l.GetState()
	if err != nil {
		l.stateErr = err
		return
	}
	l.state = stateOf(state)
}

// named adds names and UUIDs, which are at hand in the client: nobody is asked.
func named(all []listed) (_ []listed, err error) {
	for i := range all {
		l := &all[i]
		if l.name, err = l.GetName(); err == nil {
			l.uuid, err = l.GetUUIDString()
		}
		if err != nil {
			free(all)
			return nil, fmt.Errorf("guest %q: %w", l.name, words(err))
		}
	}
	return all, nil
}

func free(all []listed) {
	for i := range all {
		_ = all[i].Free()
	}
}
