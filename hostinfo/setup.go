package hostinfo

// Setup is what is installed and configured on a host beside its devices, as
// far as a guest's NIC may need it.
type Setup struct {
	// Shaping says whether a <bandwidth> can be applied: tc is there, and the
	// kernel has or can load what libvirt uses with it (virNetDevBandwidthSet:
	// sch_htb, sch_sfq, sch_ingress, cls_u32, act_police).
	Shaping Tri `json:"shaping,omitzero"`
	// ShapingLacks are the parts that are not there: "tc", "sch_htb", ...
	ShapingLacks []string `json:"shaping_lacks,omitempty"`
	// DevFS is the type of the file system on /dev ("devtmpfs"), where libvirt
	// looks for /dev/tapN (/proc/self/mountinfo); empty if unknown.
	DevFS string `json:"dev_fs,omitempty"`
	// StaleTaps are the N of each /dev/tapN that is no character device, sorted;
	// at most 64.
	StaleTaps []int `json:"stale_taps,omitempty"`
	// LLDPAD says whether lldpad runs (/run/lldpad.pid), which 802.1Qbg needs.
	LLDPAD Tri `json:"lldpad,omitzero"`
	// DaemonElsewhere says whether libvirt's daemon lives in another network
	// namespace than the one whose devices were read (/proc/PID/ns/net; root). An
	// idle daemon is taken for one that systemd starts beside itself.
	DaemonElsewhere Tri `json:"daemon_elsewhere,omitzero"`
	// DefaultRoutes are the devices that the host's default routes leave by
	// (/proc/net/route, /proc/net/ipv6_route), sorted. Of several next hops for
	// IPv4 that is the first.
	DefaultRoutes []string `json:"default_routes,omitempty"`
	// Managers are the network configurations on the host in which a device
	// stands: "NetworkManager", "systemd-networkd", "ifupdown", "netplan",
	// "ifcfg", "wicked"; sorted. See FactConfigured.
	Managers []string `json:"managers,omitempty"`
	// Configured are the device names that stand in one of them, sorted; shell
	// globs (path.Match) as they stand there, and "*" for everything but a few.
	Configured []string `json:"configured,omitempty"`
}
