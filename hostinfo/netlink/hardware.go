//go:build linux

package netlink

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/files"
)

// hardware fills in what /sys/class/net shows of devices with a driver. It
// shows them as its mount does, whatever namespace this thread is in.
func (r root) hardware(h *hostinfo.Host) {
	const net = "sys/class/net"
	if len(h.Devices) == 0 {
		h.AddGap(hostinfo.FactHardware, "", "no device was read")
		return
	}
	all, err := r.names(net)
	if err != nil {
		h.AddGap(hostinfo.FactHardware, "", err.Error())
		return
	}
	var nics []files.NIC
	for _, name := range all {
		if dir := filepath.Join(net, name); r.has(filepath.Join(dir, "device")) {
			if len(nics) == files.MaxNICs {
				h.AddGap(hostinfo.FactHardware, "", fmt.Sprintf("%s: more than %d devices with a driver", net, files.MaxNICs))
				return
			}
			nics = append(nics, r.nic(dir, name))
		}
	}
	files.Hardware(h, strings.Join(all, " "), nics)
}

func (r root) nic(dir, name string) files.NIC {
	n := files.NIC{Name: name}
	device := filepath.Join(dir, "device")
	for _, f := range []string{"ifindex", "speed", "duplex"} {
		n.File(f, r.line(filepath.Join(dir, f)))
	}
	if r.has(filepath.Join(device, "physfn")) {
		n.File("vf", "yes")
	}
	if r.has(filepath.Join(device, "virtfn0")) {
		r.virtual(&n, device)
	}
	if driver, err := os.Readlink(r.path(filepath.Join(device, "driver"))); err == nil && filepath.Base(driver) == "qeth" {
		n.File("qeth", "yes")
		for _, f := range files.QETHFiles {
			n.File("qeth/"+f, r.line(filepath.Join(device, f)))
		}
	}
	return n
}

// virtual lists the VFs of a physical function, once for all devices that it
// has: the other way round costs their square.
func (r root) virtual(n *files.NIC, device string) {
	siblings, err := r.names(filepath.Join(device, "net"))
	if err != nil || len(siblings) == 0 || siblings[0] != n.Name {
		return
	}
	for _, s := range siblings {
		n.File("pf", s)
	}
	entries, err := r.names(device)
	if err != nil {
		return
	}
	for _, e := range entries {
		number, ok := strings.CutPrefix(e, "virtfn")
		if _, err := strconv.Atoi(number); !ok || err != nil {
			continue
		}
		names, err := r.names(filepath.Join(device, e, "net"))
		if err != nil {
			continue // bound to another driver, or in another network namespace
		}
		for _, name := range names {
			n.File("virtfn", number+" "+name)
		}
	}
}
