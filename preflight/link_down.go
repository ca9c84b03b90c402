package preflight

// linkDown makes a warning of what would leave a NIC without its network while
// its link is down in the guest anyway: nothing is lost before somebody sets it
// up. What libvirt refuses it refuses all the same.
func linkDown(r *Rule, req *Requirement, f *Finding) {
	if req == nil || req.NIC.LinkState != "down" || f.Phase != Silent || f.Level != Blocked || r.RegardlessOfLink {
		return
	}
	f.Level = Warning
	f.Reason += "; the guest's link is down (virsh domif-getlink), so it shows only when that is set up"
}
