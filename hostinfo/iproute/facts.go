package iproute

import (
	"bytes"
	"strconv"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/files"
)

// maxFact bounds the length of one fact's value.
const maxFact = 256

// facts reads the section of "name value" lines about the machine itself.
func (a *answer) facts(r *Result) {
	h := r.Host
	var lldpad, daemon string
	var stale []string // taps
	tapsRead := false
	for line := range bytes.Lines(a.sections["facts"].body) {
		name, value, _ := strings.Cut(quiet(line[:min(len(line), maxFact)]), " ")
		switch name {
		case "boot_id":
			if len(value) == 36 && strings.Trim(value, "0123456789abcdef-") == "" {
				h.BootID = value
			}
		case "hostname":
			h.Hostname = value
		case "kernel":
			h.Kernel = value
		case "arch":
			h.Arch = value
		case "user":
			h.User = value
		case "macvtap":
			h.MacvtapModule = tri(value)
		case "vhost":
			h.VhostNet = tri(value)
		case "lldpad":
			lldpad = value
		case "daemon":
			daemon = value
		case "tap":
			stale = append(stale, value)
		case "taps":
			tapsRead = true
		case "socket":
			access, path, _ := strings.Cut(value, " ")
			if strings.HasPrefix(path, "/") && len(r.Sockets) < 8 {
				r.Sockets = append(r.Sockets, Socket{
					Path:     path,
					Readable: strings.Contains(access, "r"),
					Writable: strings.Contains(access, "w"),
				})
			}
		case "agent":
			r.Agent = value == "yes"
		case "command":
			switch {
			case strings.HasSuffix(value, "/virt-ssh-helper"):
				r.VirtSSHHelper = value
			case value == "nc" || strings.HasSuffix(value, "/nc"): // busybox has it built in
				r.NC = value
			}
		}
	}
	if !h.MacvtapModule.Known() {
		h.AddGap(hostinfo.FactModules, "", "macvtap is not loaded, and whether it can be is not known: "+
			a.why("facts", "the script's facts"))
	}
	r.SocketsRead = tapsRead // which the script comes to after them
	said := a.why("facts", "the script's facts")
	if !h.VhostNet.Known() {
		h.AddGap(hostinfo.FactVhost, "", said)
	}
	files.LLDPAD(h, lldpad, said)
	files.Daemon(h, daemon, said)
	if !tapsRead {
		h.AddGap(hostinfo.FactTaps, "", "/dev can't be listed: "+said)
	}
	files.Taps(h, stale)
}

func tri(word string) hostinfo.Tri {
	switch word {
	case "yes":
		return hostinfo.Yes
	case "no":
		return hostinfo.No
	}
	return hostinfo.Unknown
}

// oldKernel says whether the release is from before altnames: below 5.5, and
// not a 4.18 of Red Hat's, which got them later.
func oldKernel(release string) bool {
	major, rest, _ := strings.Cut(release, ".")
	minor := rest
	for i, c := range rest {
		if c < '0' || c > '9' {
			minor = rest[:i]
			break
		}
	}
	x, errX := strconv.Atoi(major)
	y, errY := strconv.Atoi(minor)
	if errX != nil || errY != nil {
		return false
	}
	return (x < 5 || x == 5 && y < 5) && !strings.Contains(release, ".el8")
}
