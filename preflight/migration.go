package preflight

import (
	"time"

	"migcheck/hostinfo"
)

// Migration is what is to be done with the guest, as far as rules look at it.
type Migration struct {
	// PostCopy is set where the guest may go on running on the destination
	// before all of its memory is there: a failure at the end loses it.
	PostCopy bool
	// Offline is set where a stopped guest's definition is moved; no memory is
	// sent, and no port is needed.
	Offline bool
	// CopyStorage is set where the disks are copied with the guest, Unsafe where
	// libvirt is told not to mind how they are stored.
	CopyStorage, Unsafe bool
}

// Arrival is what a look at both hosts showed after the migration.
type Arrival struct {
	// There says whether the destination has the guest; Unknown with a Reason.
	There  hostinfo.Tri
	Reason string
	// Guest is the guest as the destination has it; nil if it is not there.
	Guest *hostinfo.Guest
	// Expected is the state that it should have.
	Expected hostinfo.DomainState
	// Frames are what the guest was seen to send, by the name of its macvtap.
	Frames map[string]Frames
}

// Frames are what was counted on one macvtap.
type Frames struct {
	// Counted are the frames that the guest sent, the host's own and those that
	// QEMU sends after a migration left out as far as they can be told apart.
	// -1 if they could not be counted, with a Reason.
	Counted int
	Watched time.Duration // for how long
	Reason  string
}

func (a *Arrival) why() string {
	if a == nil || a.Reason == "" {
		return "it was not looked for"
	}
	return a.Reason
}

// knowPath: only the source can try the way.
func (e *Endpoint) knowPath() (knowledge, string) {
	if k, why := e.lacks(hostinfo.FactPath, ""); k != known {
		return k, why
	}
	if len(e.View.Paths) == 0 {
		return missing, "the way to the destination's migration ports was not tried"
	}
	return known, ""
}

// FinishFailurePostCopy is the rule under which the engine refuses post-copy.
const FinishFailurePostCopy = "finish-failure-postcopy"

// postCopy refuses post-copy while a rule of phase Finish is not provably fine:
// whoever waives that risks the guest, not its network.
func (e *engine) postCopy() {
	m := e.plan.Migration
	if m == nil || !m.PostCopy || e.rule(FinishFailurePostCopy) == nil {
		return
	}
	const unwaivable = "under post-copy its failure loses the guest"
	for i := range e.findings {
		f := &e.findings[i]
		if f.Phase != Finish || f.Level <= Note {
			continue
		}
		f.Unwaivable, f.Allow = unwaivable, ""
		e.refusePostCopy(f.Subject, f.Rule+" is "+f.Level.String(), f.CausedBy)
	}
	for _, n := range e.notChecked {
		if r := e.rule(n.Rule); r != nil && r.Phase == Finish {
			e.refusePostCopy(Subject{NIC: n.NIC, Host: n.Host}, n.Rule+" could not be checked: "+n.Reason, "")
		}
	}
}

func (e *engine) refusePostCopy(s Subject, why, cause string) {
	r := e.rule(FinishFailurePostCopy)
	f := Finding{
		Level: r.Level, Phase: r.Phase, Subject: s, CausedBy: cause,
		Reason:     why + ": a failure after the switch to post-copy loses the guest, on both hosts",
		Hint:       "migrate without --postcopy, or settle that first",
		Unwaivable: "what it risks is the guest itself",
	}
	e.complete(r, nil, &f)
	f.Subject.Guest = e.plan.Guest.Name
	e.add(f)
}
