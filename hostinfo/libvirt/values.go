package libvirt

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

const (
	maxInt    = 1<<31 - 1
	maxVLANID = 4095
)

// number reads an attribute that is a count; 0 if it is not there.
func (e *element) number(name string, most int) (int, error) {
	s := e.attr(name)
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil || n > uint64(most) {
		return 0, fmt.Errorf("line %d: %s %s %.40q is not a number up to %d", e.line, e.name, name, s, most)
	}
	return int(n), nil
}

// macAddress reads an attribute that is a MAC address, as virMacAddrParse
// does: six bytes in hexadecimal, leading zeros not needed. Empty if it is not
// there.
func (e *element) macAddress(name string) (string, error) {
	s := e.attr(name)
	if s == "" {
		return "", nil
	}
	parts := strings.Split(s, ":")
	if len(parts) != 6 {
		return "", fmt.Errorf("line %d: %s %.40q is not a MAC address", e.line, name, s)
	}
	for i, p := range parts {
		b, err := strconv.ParseUint(p, 16, 8)
		if err != nil || len(p) > 2 {
			return "", fmt.Errorf("line %d: %s %.40q is not a MAC address", e.line, name, s)
		}
		parts[i] = fmt.Sprintf("%02x", b)
	}
	return strings.Join(parts, ":"), nil
}

// vlanTags reads the tag elements of a vlan element, in document order.
func (e *element) vlanTags() ([]int, error) {
	if e == nil {
		return nil, nil
	}
	var tags []int
	for _, t := range e.children {
		if t.name != "tag" {
			continue
		}
		if len(tags) > maxVLANID {
			return nil, fmt.Errorf("line %d: more than %d VLAN tags", t.line, maxVLANID)
		}
		if t.attr("id") == "" {
			return nil, fmt.Errorf("line %d: a VLAN tag has no id", t.line)
		}
		id, err := t.number("id", maxVLANID)
		if err != nil {
			return nil, err
		}
		tags = append(tags, id)
	}
	return tags, nil
}

// ParseUUID reads a UUID as virUUIDParse does (32 hexadecimal digits, hyphens
// anywhere between them, white space around) and returns it as libvirt prints
// it: lower case, with hyphens.
func ParseUUID(s string) (string, error) {
	if len(s) > 128 {
		return "", errors.New("a UUID of more than 128 bytes")
	}
	digits := strings.ToLower(strings.ReplaceAll(strings.TrimSpace(s), "-", ""))
	if _, err := hex.DecodeString(digits); err != nil || len(digits) != 32 {
		return "", fmt.Errorf("%.40q is not a UUID", s)
	}
	return digits[:8] + "-" + digits[8:12] + "-" + digits[12:16] + "-" + digits[16:20] + "-" + digits[20:], nil
}

// optionalUUID is ParseUUID for an element that may be absent or empty.
func optionalUUID(s string) (string, error) {
	if strings.TrimSpace(s) == "" {
		return "", nil
	}
	return ParseUUID(s)
}
