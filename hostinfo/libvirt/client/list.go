//go:build cgo && libvirt_dlopen

package client

import (
	"fmt"

	golibvirt "libvirt.org/go/libvirt"

	"migcheck/hostinfo"
)

// listed is one domain of a list, with what lists themselves say of it. Whoever
// has it frees its domain.
type listed struct {
	*golibvirt.Domain
	name, uuid string
	state      hostinfo.DomainState
	stateErr   error
}

// states are those that libvirt lists domains by; the others are rare.
var states = []struct {
	flag  golibvirt.ConnectListAllDomainsFlags
	state hostinfo.DomainState
}{
	{golibvirt.CONNECT_LIST_DOMAINS_SHUTOFF, hostinfo.StateShutoff},
	{golibvirt.CONNECT_LIST_DOMAINS_PAUSED, hostinfo.StatePaused},
	{golibvirt.CONNECT_LIST_DOMAINS_RUNNING, hostinfo.StateRunning},
}

// list asks for all domains, and by lists for their states: a few questions for
// any number of domains. (The binding's GetAllDomainStats asks one more about each
// of them.) One that is in no list, because it changes meanwhile or is in a rare
// state, is asked itself.
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
	in := map[string]hostinfo.DomainState{}
	for _, s := range states {
		uuids, err := uuidsOf(conn, s.flag)
		if err != nil {
			return err
		}
		for uuid := range uuids {
			in[uuid] = s.state
		}
	}
	for i := range all {
		l := &all[i]
		var err error
		// Both are at hand in the client: they ask nobody.
		if l.name, err = l.GetName(); err == nil {
			l.uuid, err = l.GetUUIDString()
		}
		if err != nil {
			return fmt.Errorf("guest %q: %w", l.name, words(err))
		}
		if l.state = in[l.uuid]; l.state == hostinfo.StateUnknown {
			l.ask()
		}
	}
	return nil
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
