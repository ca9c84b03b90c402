package rules

import (
	"cmp"
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// NICABIMismatch compares what runs with what would be sent.
var NICABIMismatch = &preflight.Rule{
	ID:    "nic-abi-mismatch",
	Level: preflight.Blocked,
	Phase: preflight.Begin,
	Scope: preflight.PerGuest,
	Needs: preflight.Essential(preflight.Source, preflight.GuestView),
	Doc: `the definition that is sent has other NICs than the guest that runs
The guest's NICs must be the same on both sides, one by one in their order: number,
MAC address, model, MTU, iommu. libvirt compares them and refuses: "Target network
card mac A does not match source B", "Target network card model ...", "Target
network card MTU ...", "Target device iommu option ...", "Target domain net card
count a does not match source b". Type, device, network and VLAN may differ. An
address that the guest itself changed (currentAddress) does not count.`,
	Check: func(p *preflight.Pass) {
		live, sent := p.Plan.Guest.Live, p.Plan.Guest.Migratable
		if live == nil || sent == nil {
			return
		}
		if a, b := len(live.NICs), len(sent.NICs); a != b {
			reportABI(p, nil, counted(a, "NIC"), counted(b, "NIC"))
			return
		}
		for i := range live.NICs {
			a, b := &live.NICs[i], &sent.NICs[i]
			for _, c := range []struct{ word, live, sent string }{
				{"MAC", a.MAC, b.MAC},
				{"model", a.Model, b.Model},
				{"MTU", fmt.Sprint(a.MTU), fmt.Sprint(b.MTU)},
				{"iommu", a.IOMMU, b.IOMMU},
			} {
				if c.live != c.sent {
					reportABI(p, &i, c.word+" "+wordOr(c.live), c.word+" "+wordOr(c.sent))
					break
				}
			}
		}
	},
}

func reportABI(p *preflight.Pass, nic *int, live, sent string) {
	f := preflight.Finding{
		Subject:     preflight.Subject{NIC: nic, Host: p.Plan.From.Name},
		SourceValue: live, DestinationValue: sent,
		Reason: fmt.Sprintf("the guest runs with %s, and the definition that would be sent has %s", live, sent),
		Hint:   "check again, since a NIC may have been plugged in between; then compare virsh dumpxml with virsh dumpxml --migratable",
	}
	if nic != nil {
		f.Subject.MAC = p.Plan.Guest.Live.NICs[*nic].MAC
	}
	p.Report(f)
}

// counted is a number of things for people.
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// wordOr is a value of a definition, or that there is none.
func wordOr(v string) string {
	if v == "0" {
		v = ""
	}
	return cmp.Or(v, "none")
}

// sameNIC says whether two elements at one place are one NIC.
func sameNIC(a, b *hostinfo.NIC) bool { return a.MAC == b.MAC && a.Model == b.Model }
