//go:build cgo && libvirt_dlopen

package client

import (
	"errors"

	golibvirt "libvirt.org/go/libvirt"

	"migcheck/hostinfo"
)

// stateOf puts libvirt's number into virsh's words.
func stateOf(s golibvirt.DomainState) hostinfo.DomainState {
	switch s {
	case golibvirt.DOMAIN_RUNNING:
		return hostinfo.StateRunning
	case golibvirt.DOMAIN_BLOCKED:
		return hostinfo.StateBlocked
	case golibvirt.DOMAIN_PAUSED:
		return hostinfo.StatePaused
	case golibvirt.DOMAIN_SHUTDOWN:
		return hostinfo.StateShutdown
	case golibvirt.DOMAIN_SHUTOFF:
		return hostinfo.StateShutoff
	case golibvirt.DOMAIN_CRASHED:
		return hostinfo.StateCrashed
	case golibvirt.DOMAIN_PMSUSPENDED:
		return hostinfo.StatePMSuspended
	}
	return hostinfo.StateUnknown
}

// jobOf is what libvirt is doing with the domain, in the words of
// virDomainJobOperation; empty if nothing, or if the driver (test) knows no
// jobs.
func jobOf(dom *golibvirt.Domain) (string, error) {
	stats, err := dom.GetJobStats(0)
	if errors.Is(err, golibvirt.ERR_NO_SUPPORT) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if stats.Type != golibvirt.DOMAIN_JOB_BOUNDED && stats.Type != golibvirt.DOMAIN_JOB_UNBOUNDED {
		return "", nil
	}
	if name, ok := jobNames[stats.Operation]; ok && stats.OperationSet {
		return name, nil
	}
	return "unknown job", nil
}

var jobNames = map[golibvirt.DomainJobOperationType]string{
	golibvirt.DOMAIN_JOB_OPERATION_START:           "start",
	golibvirt.DOMAIN_JOB_OPERATION_SAVE:            "save",
	golibvirt.DOMAIN_JOB_OPERATION_RESTORE:         "restore",
	golibvirt.DOMAIN_JOB_OPERATION_MIGRATION_IN:    "migration in",
	golibvirt.DOMAIN_JOB_OPERATION_MIGRATION_OUT:   "migration out",
	golibvirt.DOMAIN_JOB_OPERATION_SNAPSHOT:        "snapshot",
	golibvirt.DOMAIN_JOB_OPERATION_SNAPSHOT_REVERT: "snapshot revert",
	golibvirt.DOMAIN_JOB_OPERATION_DUMP:            "dump",
	golibvirt.DOMAIN_JOB_OPERATION_BACKUP:          "backup",
	golibvirt.DOMAIN_JOB_OPERATION_SNAPSHOT_DELETE: "snapshot delete",
}
