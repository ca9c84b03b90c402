//go:build cgo && libvirt_dlopen

package client

import (
	"context"
	"errors"

	golibvirt "libvirt.org/go/libvirt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
)

// FillRest asks the daemon of the host where a guest is for what the guest's XML
// does not say: snapshots, jobs on its disks, and the host's CPU where the guest
// is shown that one. What it does not answer is a gap. A read-only connection
// will do.
func (c *Conn) FillRest(ctx context.Context, uuid string, r *hostinfo.Rest) {
	type answer struct {
		snapshots       int
		jobs            []string
		snapErr, jobErr error
	}
	a, err := call(ctx, c, "ask about snapshots and block jobs", func(conn *golibvirt.Connect) (a answer, err error) {
		dom, err := conn.LookupDomainByUUIDString(uuid)
		if err != nil {
			return a, err
		}
		defer func() { _ = dom.Free() }()
		a.snapshots, a.snapErr = dom.SnapshotNum(0)
		a.jobs, a.jobErr = blockJobs(ctx, dom, r.Disks)
		return a, nil
	})
	note := func(f hostinfo.Fact, err error) {
		if err != nil {
			r.Gaps = append(r.Gaps, hostinfo.Gap{Fact: f, Reason: "libvirt: " + words(err).Error()})
		}
	}
	note(hostinfo.FactSnapshots, errors.Join(err, a.snapErr))
	note(hostinfo.FactBlockJobs, errors.Join(err, a.jobErr))
	r.Snapshots, r.BlockJobs = max(a.snapshots, 0), a.jobs
	if r.CPU != nil && r.CPU.ShowsHost() {
		// Without it the destination has nothing to compare, and says so.
		r.CPU.HostXML, _ = call(ctx, c, "ask for its CPU", func(conn *golibvirt.Connect) (string, error) {
			caps, err := conn.GetCapabilities()
			if err != nil {
				return "", err
			}
			return libvirt.ParseHostCPU([]byte(caps))
		})
	}
}

// blockJobs are the disks that a job runs on.
func blockJobs(ctx context.Context, dom *golibvirt.Domain, disks []hostinfo.Disk) ([]string, error) {
	var out []string
	if active, err := dom.IsActive(); err != nil || !active {
		return nil, err
	}
	for i := range disks {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		info, err := dom.GetBlockJobInfo(disks[i].Target, 0)
		if err != nil {
			return nil, err
		}
		if info.Type != golibvirt.DOMAIN_BLOCK_JOB_TYPE_UNKNOWN {
			out = append(out, disks[i].Target)
		}
	}
	return out, nil
}
