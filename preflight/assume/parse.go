package assume

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
)

// Understood are the commands that Parse knows, for people.
var Understood = []string{
	"ip link add link PARENT name DEVICE type vlan id N [protocol 802.1q|802.1ad]",
	"ip link set dev DEVICE up|down|mtu N|master DEVICE|nomaster|name NAME|address MAC",
	"ip link delete dev DEVICE",
	"ip link property add|del dev DEVICE altname NAME",
	"bridge vlan add dev DEVICE vid N [pvid] [untagged]",
	"virsh net-start|net-autostart NETWORK",
}

// Command is one command of a fix.
type Command struct {
	line  string
	apply func(*model) error
}

// String is the command line as it was given.
func (c Command) String() string { return c.line }

// errUnknown is for commands whose outcome nobody here could tell.
var errUnknown = errors.New("what it would change can't be told")

// Parse reads one command line, split and unquoted as a shell would.
func Parse(line string) (Command, error) {
	words, err := shell.Split(line)
	if err != nil {
		return Command{}, fmt.Errorf("%q: %w", line, err)
	}
	apply, err := parse(words)
	if err != nil {
		return Command{}, fmt.Errorf("%q: %w", line, err)
	}
	return Command{line: line, apply: apply}, nil
}

// Run is the host as it would be after the command lines of a fix, all or none:
// the error says why that can't be told. It is one for a fix without commands.
func Run(h *hostinfo.Host, lines []string) (*hostinfo.Host, error) {
	if len(lines) == 0 {
		return nil, errors.New("there is no command")
	}
	var commands []Command
	for _, line := range lines {
		c, err := Parse(line)
		if err != nil {
			return nil, err
		}
		commands = append(commands, c)
	}
	return Apply(h, commands...)
}

func parse(words []string) (func(*model) error, error) {
	for _, verb := range []struct {
		words []string
		parse func(rest []string) (func(*model) error, error)
	}{
		{[]string{"ip", "link", "add"}, parseAdd},
		{[]string{"ip", "link", "set"}, parseSet},
		{[]string{"ip", "link", "delete"}, parseDelete},
		{[]string{"ip", "link", "del"}, parseDelete},
		{[]string{"ip", "link", "property", "add"}, parseAltName((*model).addAltName)},
		{[]string{"ip", "link", "property", "del"}, parseAltName((*model).delAltName)},
		{[]string{"bridge", "vlan", "add"}, parseBridgeVLAN},
		{[]string{"virsh", "net-start"}, parseNetwork((*model).startNetwork)},
		{[]string{"virsh", "net-autostart"}, parseNetwork((*model).autostartNetwork)},
	} {
		if n := len(verb.words); len(words) >= n && slices.Equal(words[:n], verb.words) {
			return verb.parse(words[n:])
		}
	}
	return nil, errUnknown
}

// parseAdd reads the pairs of "ip link add", which may come in any order.
func parseAdd(words []string) (func(*model) error, error) {
	v := vlan{protocol: "802.1Q", id: -1}
	kind := ""
	for ; len(words) >= 2; words = words[2:] {
		var err error
		switch value := words[1]; words[0] {
		case "link":
			v.parent = value
		case "name":
			v.name = value
		case "type":
			kind = value
		case "id":
			v.id, err = number(value, 4094)
		case "protocol":
			v.protocol, err = protocol(value)
		default:
			err = errUnknown
		}
		if err != nil {
			return nil, err
		}
	}
	if kind != "vlan" || len(words) > 0 || v.parent == "" || v.id < 0 {
		return nil, errUnknown
	}
	return func(m *model) error { return m.addVLAN(v) }, validName(v.name)
}

func protocol(word string) (string, error) {
	for _, known := range []string{"802.1Q", "802.1ad"} {
		if strings.EqualFold(word, known) {
			return known, nil
		}
	}
	return "", fmt.Errorf("%q is no VLAN protocol", word)
}

// device takes the device's name off a command's words; "dev" before it may be
// left out.
func device(words []string) (name string, rest []string, err error) {
	if len(words) > 0 && words[0] == "dev" {
		words = words[1:]
	}
	if len(words) == 0 || words[0] == "" {
		return "", nil, errors.New("it names no device")
	}
	return words[0], words[1:], nil
}

// parseSet reads one change: what several in one command do depends on an
// order that iproute2 and the kernel have changed.
func parseSet(words []string) (func(*model) error, error) {
	dev, words, err := device(words)
	if err != nil {
		return nil, err
	}
	value := ""
	if len(words) == 2 {
		value = words[1]
	}
	switch {
	case len(words) == 0 || len(words) > 2:
		return nil, errUnknown
	case words[0] == "up" && value == "":
		return func(m *model) error { return m.setUp(dev) }, nil
	case words[0] == "down" && value == "":
		return func(m *model) error { return m.setDown(dev) }, nil
	case words[0] == "nomaster" && value == "":
		return func(m *model) error { return m.release(dev) }, nil
	case value == "":
		return nil, errUnknown
	case words[0] == "mtu":
		mtu, err := number(value, 1<<31-1)
		return func(m *model) error { return m.setMTU(dev, mtu) }, err
	case words[0] == "master":
		return func(m *model) error { return m.enslave(dev, value) }, nil
	case words[0] == "name":
		return func(m *model) error { return m.rename(dev, value) }, validName(value)
	case words[0] == "address":
		mac, err := address(value)
		return func(m *model) error { return m.setAddress(dev, mac) }, err
	}
	return nil, errUnknown
}

func parseDelete(words []string) (func(*model) error, error) {
	dev, rest, err := device(words)
	if err == nil && len(rest) > 0 {
		err = errUnknown
	}
	return func(m *model) error { return m.remove(dev) }, err
}

func parseAltName(change func(m *model, dev, alt string) error) func([]string) (func(*model) error, error) {
	return func(words []string) (func(*model) error, error) {
		dev, rest, err := device(words)
		if err != nil {
			return nil, err
		}
		if len(rest) != 2 || rest[0] != "altname" || rest[1] == "" || len(rest[1]) > 127 {
			return nil, errUnknown
		}
		return func(m *model) error { return change(m, dev, rest[1]) }, nil
	}
}

func parseNetwork(change func(m *model, name string) error) func([]string) (func(*model) error, error) {
	return func(words []string) (func(*model) error, error) {
		if len(words) != 1 || words[0] == "" {
			return nil, errUnknown
		}
		return func(m *model) error { return change(m, words[0]) }, nil
	}
}

func number(word string, highest int) (int, error) {
	n, err := strconv.Atoi(word)
	if err != nil || n < 0 || n > highest {
		return 0, fmt.Errorf("%q is no number from 0 to %d", word, highest)
	}
	return n, nil
}

// address is a MAC address that a device can have, as hostinfo writes them.
func address(word string) (string, error) {
	parts := strings.Split(strings.ToLower(word), ":")
	for i, p := range parts {
		b, err := strconv.ParseUint(p, 16, 8)
		if len(parts) != 6 || len(p) != 2 || err != nil || i == 0 && b&1 == 1 {
			return "", fmt.Errorf("%q is no MAC address of a device", word)
		}
	}
	return strings.Join(parts, ":"), nil
}

// validName holds a name to what the kernel takes (dev_valid_name).
func validName(name string) error {
	if name == "" || len(name) > 15 || name == "." || name == ".." || strings.ContainsAny(name, "/: \t\n\v\f\r") {
		return fmt.Errorf("%q can't be a device's name", name)
	}
	return nil
}
