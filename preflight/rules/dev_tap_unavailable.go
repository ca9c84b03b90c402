package rules

import (
	"fmt"
	"slices"

	"migcheck/preflight"
)

// DevTapUnavailable meets hosts where /dev does not follow the kernel.
var DevTapUnavailable = &preflight.Rule{
	ID:       "dev-tap-unavailable",
	Level:    preflight.Undecided,
	Phase:    preflight.Prepare,
	Scope:    preflight.PerDevice,
	AboutNIC: true,
	Needs:    preflight.Helpful(preflight.Destination, preflight.Device, preflight.Taps),
	Doc: `libvirt may not find the macvtap's node in /dev
A macvtap is opened as /dev/tapN, N being its ifindex. The kernel makes that node
in devtmpfs. Where /dev is another file system, as in a container, something else
has to make it, and what that is can't be seen: "cannot open macvtap tap device
/dev/tapN: No such file or directory". A plain file of that name, left by whoever
wrote to a tap that was gone, stands in the way of the next macvtap that gets its
number (a warning): "cannot get interface flags on macvtap tap".`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		if fs := e.View.Setup.DevFS; fs != "" && fs != "devtmpfs" {
			p.Undecided(preflight.Finding{
				DestinationValue: "/dev is " + fs,
				Reason:           fmt.Sprintf("/dev on %s is a %s, where the kernel makes no nodes: whether libvirt finds the macvtap's /dev/tapN there can't be told", e.Name, fs),
				Hint:             "run libvirt's daemon, and log in, where /dev is the host's devtmpfs; if other guests with macvtaps start there, --allow dev-tap-unavailable",
			})
			return
		}
		highest := highestIndex(e)
		var ahead []int
		for _, n := range e.View.Setup.StaleTaps {
			if n > highest { // the kernel has counted past the others
				ahead = append(ahead, n)
			}
		}
		if len(ahead) == 0 {
			return
		}
		slices.Sort(ahead)
		var remove []string
		for _, n := range ahead[:min(len(ahead), 8)] {
			remove = append(remove, fmt.Sprintf("rm /dev/tap%d", n))
		}
		p.Report(preflight.Finding{
			Level:            preflight.Warning,
			DestinationValue: fmt.Sprintf("/dev/tap%d is no device", ahead[0]),
			Reason:           fmt.Sprintf("/dev/tap%d on %s is no device node; the macvtap that gets the ifindex %d can't be opened", ahead[0], e.Name, ahead[0]),
			Fix:              commands(remove...),
		})
	},
}
