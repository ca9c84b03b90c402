//go:build cgo && libvirt_dlopen

package act

import (
	"context"
	"errors"

	golibvirt "libvirt.org/go/libvirt"

	"migcheck/hostinfo/libvirt/client"
)

// Look asks one host's libvirt for the guest. A nil connection, like one that
// does not answer, is a Place that is not Known.
func Look(ctx context.Context, on *client.Conn, host, uuid string) Place {
	p := Place{Host: host}
	if on == nil {
		p.Why = "there is no connection to its libvirt"
		return p
	}
	err := on.Do(ctx, "look for the guest", func(c *golibvirt.Connect) error {
		dom, err := c.LookupDomainByUUIDString(uuid)
		if errors.Is(err, golibvirt.ERR_NO_DOMAIN) {
			return nil
		}
		if err != nil {
			return err
		}
		defer func() { _ = dom.Free() }()
		state, reason, err := dom.GetState()
		if errors.Is(err, golibvirt.ERR_NO_DOMAIN) {
			return nil
		}
		if err != nil {
			return err
		}
		p.Has, p.State, p.Reason = true, client.StateOf(state), reasonWord(state, reason)
		if p.State.Active() {
			p.Job, _ = client.JobOf(dom) // a host that is busy says so at the next look
		}
		return nil
	})
	if err != nil {
		return Place{Host: host, Why: err.Error()}
	}
	p.Known = true
	return p
}

// reasonWord is why a domain is in its state, as far as migrations have to do
// with it.
func reasonWord(s golibvirt.DomainState, reason int) string {
	switch s {
	case golibvirt.DOMAIN_RUNNING:
		return runningWords[golibvirt.DomainRunningReason(reason)]
	case golibvirt.DOMAIN_PAUSED:
		return pausedWords[golibvirt.DomainPausedReason(reason)]
	case golibvirt.DOMAIN_SHUTOFF:
		return shutoffWords[golibvirt.DomainShutoffReason(reason)]
	}
	return ""
}

var runningWords = map[golibvirt.DomainRunningReason]string{
	golibvirt.DOMAIN_RUNNING_BOOTED:             "booted",
	golibvirt.DOMAIN_RUNNING_MIGRATED:           "migrated",
	golibvirt.DOMAIN_RUNNING_RESTORED:           "restored",
	golibvirt.DOMAIN_RUNNING_UNPAUSED:           "unpaused",
	golibvirt.DOMAIN_RUNNING_MIGRATION_CANCELED: "migration canceled",
	golibvirt.DOMAIN_RUNNING_POSTCOPY:           "post-copy",
	golibvirt.DOMAIN_RUNNING_POSTCOPY_FAILED:    "post-copy failed",
}

var pausedWords = map[golibvirt.DomainPausedReason]string{
	golibvirt.DOMAIN_PAUSED_USER:            "user",
	golibvirt.DOMAIN_PAUSED_MIGRATION:       "migrating",
	golibvirt.DOMAIN_PAUSED_IOERROR:         "I/O error",
	golibvirt.DOMAIN_PAUSED_POSTCOPY:        "post-copy",
	golibvirt.DOMAIN_PAUSED_POSTCOPY_FAILED: "post-copy failed",
	golibvirt.DOMAIN_PAUSED_STARTING_UP:     "starting up",
}

var shutoffWords = map[golibvirt.DomainShutoffReason]string{
	golibvirt.DOMAIN_SHUTOFF_SHUTDOWN:  "shutdown",
	golibvirt.DOMAIN_SHUTOFF_DESTROYED: "destroyed",
	golibvirt.DOMAIN_SHUTOFF_CRASHED:   "crashed",
	golibvirt.DOMAIN_SHUTOFF_MIGRATED:  "migrated",
	golibvirt.DOMAIN_SHUTOFF_FAILED:    "failed",
}
