package rules

import (
	"fmt"

	"migcheck/preflight"
)

// FilterrefIgnoredOnDirect tells of a filter that filters nothing.
var FilterrefIgnoredOnDirect = &preflight.Rule{
	ID:       "filterref-ignored-on-direct",
	Level:    preflight.Note,
	Phase:    preflight.Silent,
	Scope:    preflight.PerDevice,
	Posture:  true,
	AboutNIC: true,
	Applies:  func(p *preflight.Pass) bool { return p.Req.NIC.Filter != "" && p.Req.NIC.Direct() },
	Needs:    preflight.Essential(preflight.Destination, preflight.Device),
	Doc: `the NIC's network filter is ignored
A NIC of type direct is started without its <filterref>, and no word is said:
whoever wrote it believes the guest to be filtered, against spoofed addresses,
say, and it is not, on either host. libvirt drops the element when it reads a
definition and never shows it again, so this is seen only in XML that somebody
wrote. Let the NIC stand on a bridge where it must be filtered.`,
	Check: func(p *preflight.Pass) {
		p.Report(preflight.Finding{
			SourceValue: "filter " + p.Req.NIC.Filter,
			Reason:      fmt.Sprintf("the NIC's filter %s is ignored, since it stands on a device through MacVTap: the guest is not filtered", p.Req.NIC.Filter),
		})
	},
}
