package report

import (
	"cmp"

	"migcheck/preflight"
)

// nicWords are what a judged NIC stands on, in a few words.
func nicWords(n *preflight.NICReport) string {
	words := "macvtap"
	switch cmp.Or(n.Destination.Bridge, n.Source.Bridge) {
	case "linux":
		words = "tap on a bridge"
	case "openvswitch":
		words = "tap on Open vSwitch"
	case "libvirt":
		words = "tap"
	default:
		if mode := cmp.Or(n.Destination.Mode, n.Source.Mode); mode != "" {
			words += " " + mode
		}
	}
	if n.Network != "" {
		words += " of network " + n.Network
	}
	return words
}
