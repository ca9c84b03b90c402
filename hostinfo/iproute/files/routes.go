package files

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"migcheck/hostinfo"
)

// MaxLines is how many lines that matter are taken of one file of /proc.
const MaxLines = 256

// MayBeDefault says whether a line of /proc/net/route or /proc/net/ipv6_route
// is one of the MaxLines: whether its destination is all zeros.
func MayBeDefault(line string) bool {
	first, rest, _ := strings.Cut(line, "\t")
	return strings.HasPrefix(line, noAddress+" 00 ") || first != "" && strings.HasPrefix(rest, "00000000\t")
}

// noAddress is the IPv6 address of zeros.
const noAddress = "00000000000000000000000000000000"

// Routes writes Setup.DefaultRoutes into h, of lines of /proc/net/route and
// /proc/net/ipv6_route.
func Routes(h *hostinfo.Host, tables ...[]string) {
	var out []string
	for _, lines := range tables {
		if len(lines) >= MaxLines {
			h.AddGap(hostinfo.FactAddresses, "", fmt.Sprintf("there are more than %d default routes", MaxLines))
		}
		for _, line := range lines {
			if dev := defaultRoute(strings.Fields(line)); dev != "" && dev != "lo" && len(dev) < 16 {
				out = append(out, strings.ToValidUTF8(dev, "?"))
			}
		}
	}
	slices.Sort(out)
	h.Setup.DefaultRoutes = slices.Compact(out)
}

// defaultRoute is the device of a default route that is up and no refusal
// (RTF_UP, RTF_REJECT); empty otherwise.
func defaultRoute(f []string) string {
	const up, reject = 0x1, 0x200
	flags, dev := "", ""
	switch {
	case len(f) == 11 && f[1] == "00000000" && f[7] == "00000000": // Iface Destination Gateway Flags ... Mask
		flags, dev = f[3], f[0]
	case len(f) == 10 && f[0] == noAddress && f[1] == "00":
		flags, dev = f[8], f[9]
	}
	n, err := strconv.ParseUint(flags, 16, 32)
	if err != nil || n&up == 0 || n&reject != 0 {
		return ""
	}
	return dev
}

// DevFS is the type of the file system on /dev, of lines of
// /proc/self/mountinfo: the last mount there, else the one on / that /dev is a
// directory of. Empty if neither is there.
func DevFS(lines []string) string {
	root, dev := "", ""
	for _, line := range lines {
		mount, fs, ok := strings.Cut(line, " - ")
		f := strings.Fields(mount)
		if !ok || len(f) < 6 {
			continue
		}
		kind, _, _ := strings.Cut(fs, " ")
		switch f[4] {
		case "/":
			root = word(kind)
		case "/dev":
			dev = word(kind)
		}
	}
	if dev != "" {
		return dev
	}
	return root
}
