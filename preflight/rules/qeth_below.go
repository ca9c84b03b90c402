package rules

import (
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// qethBelow are the devices of IBM Z's qeth driver that the endpoint's device
// stands on, itself included.
func qethBelow(e *preflight.Endpoint) []*hostinfo.Device {
	var out []*hostinfo.Device
	for _, d := range e.Stack {
		if d.QETH != nil {
			out = append(out, d)
		}
	}
	return out
}

// sharesAddresses says whether the card keeps one table of MAC addresses for
// all who share its channel path: real OSA cards and HiperSockets do.
func sharesAddresses(q *hostinfo.QETH) bool {
	return strings.HasPrefix(q.CardType, "OSD") || strings.HasPrefix(q.CardType, "OSX") || strings.HasPrefix(q.CardType, "HiperSockets")
}
