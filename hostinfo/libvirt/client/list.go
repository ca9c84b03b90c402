//go:build cgo && libvirt_dlopen

package client

import (
	"fmt"
	"slices"

	golibvirt "libvirt.org/go/libvirt"

	"migcheck/hostinfo"
)

// listed is one domain of a list, with what lists themselves say of it. Whoever
// has it frees its domain.
type listed struct {
	*golibvirt.Domain
	name, uuid string
	active     bool
	state      hostinfo.DomainState
	stateErr   error
}

// states are those that libvirt lists domains by, the frequent ones first; the
// others are rare.
var states = []struct {
	flag  golibvirt.ConnectListAllDomainsFlags
	state hostinfo.DomainState
}{
	{golibvirt.CONNECT_LIST_DOMAINS_RUNNING, hostinfo.StateRunning},
	{golibvirt.CONNECT_LIST_DOMAINS_SHUTOFF, hostinfo.StateShutoff},
	{golibvirt.CONNECT_LIST_DOMAINS_PAUSED, hostinfo.StatePaused},
}

// list asks for all domains, and by lists for their states: a few questions for
// any number of domains, and none for a state that nobody can be in any more. (The
// binding's GetAllDomainStats asks one more about each of them.) One that is in no
// list, because it changes meanwhile or is in a rare state, is asked itself.
func list(conn *golibvirt.Connect) ([]listed, error) {
	domains, err := conn.ListAllDomains(0)
	if err != nil {
		return nil, err
	}
	all := make([]listed, len(domains))
	for i := range domains {
		all[i].Domain = &domains[i]
	}
	if err := describe(conn, all); err != nil {
		free(all)
		return nil, err
	}
	return all, nil
}

func describe(conn *golibvirt.Connect, all []listed) error {
	for i := range all {
		l := &all[i]
		var err error
		// All three are at hand in the client: they ask nobody.
		if l.name, err = l.GetName(); err == nil {
			l.uuid, err = l.GetUUIDString()
		}
		if err != nil {
			return fmt.Errorf("guest %q: %w", l.name, words(err))
		}
		_, err = l.GetID() // none of one that is not active
		l.active = err == nil
	}
	for _, s := range states {
		if err := place(conn, all, s.flag, s.state); err != nil {
			return err
		}
	}
	for i := range all {
		if all[i].state == hostinfo.StateUnknown {
			all[i].ask()
		}
	}
	return nil
}

// place gives their state to those of the domains that are in the list of it. The
// list is asked for only if one of them may be in it.
func place(conn *golibvirt.Connect, all []listed, flag golibvirt.ConnectListAllDomainsFlags, state hostinfo.DomainState) error {
	open := func(l listed) bool { return l.state == hostinfo.StateUnknown && l.active == state.Active() }
	if !slices.ContainsFunc(all, open) {
		return nil
	}
	in, err := uuidsOf(conn, flag)
	if err != nil {
		return err
	}
	for i := range all {
		if l := &all[i]; l.state == hostinfo.StateUnknown && in[l.uuid] {
			l.state = state
		}
	}
	return nil
}

// transient are the UUIDs of those of the domains that have no persistent
// definition. What is not active has one.
func transient(conn *golibvirt.Connect, all []listed) (map[string]bool, error) {
	if !slices.ContainsFunc(all, func(l listed) bool { return l.active }) {
		return nil, nil
	}
	return uuidsOf(conn, golibvirt.CONNECT_LIST_DOMAINS_TRANSIENT)
}

func (l *listed) ask() {
	state, _, err := l.GetState()
	if err != nil {
		l.stateErr = err
		return
	}
	l.state = stateOf(state)
}

// uuidsOf are the domains of one kind.
func uuidsOf(conn *golibvirt.Connect, kind golibvirt.ConnectListAllDomainsFlags) (map[string]bool, error) {
	domains, err := conn.ListAllDomains(kind)
	if err != nil {
		return nil, err
	}
	defer freeDomains(domains)
	out := map[string]bool{}
	for i := range domains {
		uuid, err := domains[i].GetUUIDString()
		if err != nil {
			return nil, err
		}
		out[uuid] = true
	}
	return out, nil
}

func free(all []listed) {
	for i := range all {
		_ = all[i].Free()
	}
}
