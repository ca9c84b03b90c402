package files

import (
	"fmt"
	"strconv"
	"strings"

	"migcheck/hostinfo"
)

// Limits of what one host shows below /sys/class/net.
const (
	MaxNICs      = 4096
	maxFunctions = 4096 // of one physical function
)

// NIC is what /sys/class/net/D shows of a device with a driver: what each file
// that is there holds.
type NIC struct {
	Name     string
	Index    int
	Speed    int
	Duplex   string
	VF       bool     // device/physfn is there
	Siblings []string // all devices of a physical function; nil if this is none, or not the first
	Virtual  []Virtual
	QETH     *hostinfo.QETH
}

// Virtual is a device of a VF as its physical function's virtfnN shows it.
type Virtual struct {
	Number int
	Name   string
}

// File takes in one file, or what the script says in its place. Values that
// mean nothing are dropped.
func (n *NIC) File(file, value string) {
	switch file {
	case "ifindex":
		n.Index, _ = strconv.Atoi(value)
	case "speed": // -1 where the driver does not know
		if s, err := strconv.ParseUint(value, 10, 31); err == nil {
			n.Speed = int(s)
		}
	case "duplex":
		if value == "full" || value == "half" {
			n.Duplex = value
		}
	case "vf":
		n.VF = true
	case "pf":
		if len(n.Siblings) < maxFunctions {
			n.Siblings = append(n.Siblings, value)
		}
	case "virtfn":
		number, name, _ := strings.Cut(value, " ")
		if i, err := strconv.ParseUint(number, 10, 16); err == nil && len(n.Virtual) < maxFunctions {
			n.Virtual = append(n.Virtual, Virtual{int(i), name})
		}
	case "qeth":
		n.QETH = &hostinfo.QETH{}
	default:
		if key, ok := strings.CutPrefix(file, "qeth/"); ok && n.QETH != nil {
			qeth(n.QETH, key, word(value))
		}
	}
}

// QETHFiles are the files of a qeth device that File knows behind "qeth/".
var QETHFiles = []string{"layer2", "card_type", "chpid", "state", "isolation", "bridge_role", "vnicc/takeover_setvmac"}

func qeth(q *hostinfo.QETH, file, value string) {
	switch file {
	case "layer2":
		q.Layer2 = flag(value)
	case "card_type":
		q.CardType = value
	case "chpid":
		q.CHPID = value
	case "state":
		q.State = value
	case "isolation":
		q.Isolation = value
	case "bridge_role":
		q.BridgeRole = value
	case "vnicc/takeover_setvmac":
		q.Takeover = flag(value)
	}
}

// flag reads a file that holds 0 or 1; a device that can't have it says "n/a".
func flag(value string) hostinfo.Tri {
	switch value {
	case "0":
		return hostinfo.No
	case "1":
		return hostinfo.Yes
	}
	return hostinfo.Unknown
}

// Hardware writes what /sys shows of NICs into the devices of h, or a gap if
// it shows those of another network namespace. All are the names in
// /sys/class/net with a space between them.
func Hardware(h *hostinfo.Host, all string, nics []NIC) {
	in := lookup(all)
	at := places(nics)
	for i := range h.Devices {
		d := &h.Devices[i]
		if d.Kind == hostinfo.KindHardware && d.LinkType != "loopback" && !in(d.Name) {
			anotherNamespace(h, d.Name)
			return
		}
		if _, ok := at[d.Name]; ok {
			at[d.Name] = d
		}
	}
	for _, n := range nics {
		if d := at[n.Name]; d == nil || d.Index != n.Index {
			anotherNamespace(h, n.Name)
			return
		}
	}
	for _, n := range nics {
		d := at[n.Name]
		d.Speed, d.Duplex, d.QETH = n.Speed, n.Duplex, n.QETH
		if n.VF {
			d.VF = &hostinfo.VF{Number: -1}
		}
	}
	for _, n := range nics {
		parent := first(at, n.Siblings)
		for _, v := range n.Virtual {
			if d := at[v.Name]; d != nil && d.VF != nil {
				*d.VF = hostinfo.VF{Parent: parent, Number: v.Number}
			}
		}
	}
}

// lookup says of a name whether it is among all. Most hosts have so few devices,
// and of those so few NICs, that a look through the text is quicker than a map.
func lookup(all string) func(name string) bool {
	if len(all) < 16<<10 {
		all = " " + all + " "
		return func(name string) bool { return strings.Contains(all, " "+name+" ") }
	}
	names := map[string]bool{}
	for _, name := range strings.Fields(all) {
		names[name] = true
	}
	return func(name string) bool { return names[name] }
}

// places has a place for every device that NICs name.
func places(nics []NIC) map[string]*hostinfo.Device {
	at := make(map[string]*hostinfo.Device, len(nics))
	for _, n := range nics {
		at[n.Name] = nil
		for _, name := range n.Siblings {
			at[name] = nil
		}
		for _, v := range n.Virtual {
			at[v.Name] = nil
		}
	}
	return at
}

func anotherNamespace(h *hostinfo.Host, name string) {
	h.AddGap(hostinfo.FactHardware, "", fmt.Sprintf("/sys/class/net and the kernel's links differ in %q: /sys may be another network namespace's", word(name)))
}

// first is the physical function's own among all devices of its: those that
// stand for VFs (switchdev's representors) are made after it.
func first(at map[string]*hostinfo.Device, names []string) string {
	var least *hostinfo.Device
	for _, name := range names {
		if d := at[name]; d != nil && (least == nil || d.Index < least.Index) {
			least = d
		}
	}
	if least == nil {
		return ""
	}
	return least.Name
}
