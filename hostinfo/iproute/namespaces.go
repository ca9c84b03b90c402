package iproute

import (
	"bytes"
	"strconv"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/files"
)

// namespaces reads the section "netns": "NAME VALUE" lines, then for each other
// network namespace "@NAME" and what ip printed in it, or "unread".
func (a *answer) namespaces(h *hostinfo.Host) {
	s := a.sections["netns"]
	said := a.why("netns", "the look through the network namespaces of all processes")
	var n files.Namespaces
	asked := false
	head, rest, _ := bytes.Cut(s.body, []byte("\n@"))
	n.Nested = true
	for line := range bytes.Lines(head) {
		switch name, value, _ := strings.Cut(quiet(line), " "); name {
		case "others":
			n.Others, _ = strconv.Atoi(value)
			asked = true
		case "refused":
			n.Refused = true
		case "whole":
			n.Nested = false
		}
	}
	switch {
	case s.status == "7":
		h.AddGap(hostinfo.FactNamespaces, "", "a network namespace went away while it was read")
	case s.status == "0" && !asked:
		files.NotRoot(h)
		return
	case s.status != "0" || bytes.Contains(s.stderr, []byte("nterrupted")):
		h.AddGap(hostinfo.FactNamespaces, "", said)
	}
	n.Finish(h)
	for len(rest) > 0 && len(h.Namespaces) < files.MaxNamespaces {
		rest = namespace(h, rest, said)
	}
}

// namespace reads one namespace, "NAME", a line break and its links, and
// returns what follows. Nothing but the end of the JSON ends it: an alias of a
// device may hold whatever its owner likes.
func namespace(h *hostinfo.Host, b []byte, said string) (rest []byte) {
	line, body, _ := bytes.Cut(b, []byte("\n"))
	space := hostinfo.Namespace{Name: files.Called(string(line[:min(len(line), maxFact)]))}
	s := &scanner{b: body}
	t := table{}
	if s.peek() == '[' {
		size := bytes.Index(body, []byte("\n@"))
		if size < 0 {
			size = len(body)
		}
		t.readLinks(s, size)
		t.refer()
		space.Devices = t.devices
		rest = s.b[s.i:]
	} else {
		t.broken = said
		rest = body
	}
	if len(t.gaps) > 0 && t.broken == "" {
		t.broken = t.gaps[0].Reason
	}
	if t.broken == "" && len(t.devices) == 0 {
		t.broken = said + ": no device was shown"
	}
	h.Namespaces = append(h.Namespaces, space)
	if t.broken != "" {
		files.Unread(h, space.Name, t.broken)
	}
	_, rest, _ = bytes.Cut(rest, []byte("\n@"))
	return rest
}
