package agent

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/snapshot"
)

// ErrNewer is what errors.Is finds where an agent speaks a later schema than
// this migcheck reads.
var ErrNewer = errors.New("the agent is a later migcheck's")

// decode reads an inventory as a snapshot's host, and drops what is not an
// agent's to say, or of what only a later migcheck knows.
func decode(body []byte) (*hostinfo.Host, error) {
	h, err := snapshot.DecodeHost(body)
	if errors.Is(err, snapshot.ErrLater) {
		return nil, fmt.Errorf("%w: it %w", ErrNewer, err)
	}
	if err != nil {
		return nil, fmt.Errorf("it %w", err)
	}
	h.Name, h.Example = "", false
	h.UUID, h.Libvirt, h.Networks, h.NWFilters, h.Domains = "", nil, nil, nil, nil
	h.Gaps = slices.DeleteFunc(h.Gaps, func(g hostinfo.Gap) bool { return !slices.Contains(known, g.Fact) })
	if err := plausible(h); err != nil {
		return nil, err
	}
	for i := range h.Gaps {
		h.Gaps[i].Reason = short(h.Gaps[i].Reason)
	}
	h.Hostname, h.Kernel, h.Arch, h.User = short(h.Hostname), short(h.Kernel), short(h.Arch), short(h.User)
	h.Via = Via
	return h, nil
}

// plausible refuses what no kernel could have said: whoever made it up may have
// made up the rest.
func plausible(h *hostinfo.Host) error {
	if len(h.Devices) == 0 && h.Missing(hostinfo.FactDevices, "") == nil {
		return errors.New("it has no device, and every host has one")
	}
	if len(h.BootID) != 36 && h.BootID != "" {
		return fmt.Errorf("its boot id is %.60q", h.BootID)
	}
	before := 0
	for i := range h.Devices {
		switch d := &h.Devices[i]; {
		case d.Index <= before:
			return fmt.Errorf("its device %.60q has index %d after %d", d.Name, d.Index, before)
		case d.Name == "" || len(d.Name) > maxName || strings.ContainsAny(d.Name, "/ \x00"):
			return fmt.Errorf("its device %d has the name %.60q", d.Index, d.Name)
		case slices.ContainsFunc(d.AltNames, func(s string) bool { return s == "" || len(s) > maxAltName }):
			return fmt.Errorf("its device %.60q has an altname of no possible length", d.Name)
		case d.Parent == d.Index && !d.ParentElsewhere, d.Master == d.Index:
			return fmt.Errorf("its device %.60q stands on itself", d.Name)
		}
		before = h.Devices[i].Index
	}
	return nil
}

// The kernel's bounds for names, in bytes.
const (
	maxName    = 15  // IFNAMSIZ without its NUL
	maxAltName = 127 // ALTIFNAMSIZ likewise
)

// short is one line of at most 300 bytes.
func short(s string) string {
	return strings.ToValidUTF8(strings.Join(strings.Fields(s[:min(len(s), 300)]), " "), "?")
}

// older refuses a schema ("migcheck.agent/2") that is later than known, or
// something else.
func older(schema, known string) error {
	name, version, _ := strings.Cut(schema, "/")
	want, most, _ := strings.Cut(known, "/")
	n, err := strconv.ParseUint(version, 10, 31)
	if name != want || err != nil || n == 0 {
		return fmt.Errorf("its schema is %.60q, not %q", schema, known)
	}
	if m, _ := strconv.ParseUint(most, 10, 31); n > m {
		return fmt.Errorf("%w: it has schema %.60q, this one reads up to %q", ErrNewer, schema, known)
	}
	return nil
}

// lines reads changes, a line each.
func lines(r io.Reader, each func(Change) bool) error {
	in := bufio.NewScanner(r)
	in.Buffer(nil, maxLine)
	for in.Scan() {
		var c Change
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			return fmt.Errorf("read the agent's changes: %w", err)
		}
		if len(c.ETag) > maxTag {
			return fmt.Errorf("read the agent's changes: %w", errTooLong)
		}
		if !each(c) {
			return nil
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("read the agent's changes: %w", err)
	}
	return fmt.Errorf("read the agent's changes: %w", io.ErrUnexpectedEOF)
}

// unwrapURL drops the URL that net/http puts before an error: it is no place.
func unwrapURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}
