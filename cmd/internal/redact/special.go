package redact

import (
	"regexp"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/change"
	"migcheck/preflight/fleet"
)

// special does what takes more than one field to tell, and says whether that is
// all there is to do.
func (h *hider) special(v any) bool {
	switch v := v.(type) {
	case *hostinfo.Device:
		if shown := h.names.DeviceFacts(*v); h.pass == hide {
			*v = shown
		}
		return true
	case *preflight.Options:
		h.options(v)
	case *preflight.Moved:
		h.frames(v)
	case *preflight.Mention:
		if shown := h.names.Called(v.Kind, v.Name); h.pass == hide {
			v.Name = shown
		}
	case *preflight.Finding:
		h.finding(v)
	case *fleet.Need:
		h.label(v.Label)
	case *change.GuestChange:
		how := h.guestValue(v)
		h.field(how, &v.Before)
		h.field(how, &v.After)
	case *hostinfo.Change:
		how := h.factValue(v)
		h.field(how, &v.Before)
		h.field(how, &v.After)
	}
	return false
}

// options hides the map: its keys are [HOST:]DEVICE.
func (h *hider) options(o *preflight.Options) {
	if h.pass != hide || o.Map == nil {
		return
	}
	out := make(map[string]string, len(o.Map))
	for from, to := range o.Map {
		at := strings.LastIndexByte(from, ':') + 1
		place := ""
		if at > 0 {
			place = h.names.Host(from[:at-1]) + ":"
		}
		out[place+h.names.Device(from[at:])] = h.names.Device(to)
	}
	o.Map = out
}

func (h *hider) frames(m *preflight.Moved) {
	if h.pass != hide || m.Frames == nil {
		return
	}
	out := make(map[string]int, len(m.Frames))
	for name, n := range m.Frames {
		out[h.names.Device(name)] = n
	}
	m.Frames = out
}

// finding hides what identifies a finding, part by part. What could not be read is
// told in another program's words.
func (h *hider) finding(f *preflight.Finding) {
	h.names.Keep(f.Rule)
	if f.Rule == preflight.FactsNotObserved {
		h.field(foreign, &f.Reason)
		h.field(foreign, &f.Hint)
	}
	if h.pass == hide {
		f.ID, f.CausedBy = h.id(f.ID), h.id(f.CausedBy)
	}
}

var (
	idEscapes   = strings.NewReplacer("%", "%25", "/", "%2F", " ", "%20")
	idUnescapes = strings.NewReplacer("%25", "%", "%2F", "/", "%20", " ")
)

// id is RULE/GUEST/NIC/HOST/DEVICE with stand-ins.
func (h *hider) id(id string) string {
	parts := strings.Split(id, "/")
	if len(parts) != 5 {
		return h.names.Text(id)
	}
	for i, how := range []treatment{kept, guest, kept, host, device} {
		if parts[i] != "-" {
			parts[i] = idEscapes.Replace(h.shown(how, idUnescapes.Replace(parts[i])))
		}
	}
	return strings.Join(parts, "/")
}

var networkLabel = regexp.MustCompile(`(?s)^network (.+?)(?:, port group (.+))?$`)

// label learns the names in a need's: it is cut short where they are long.
func (h *hider) label(label string) {
	if m := networkLabel.FindStringSubmatch(label); m != nil && h.pass == learnNames {
		h.names.Network(m[1])
		h.names.Called("portgroup", m[2])
	}
}

// guestValue is what the values of a guest's change are.
func (h *hider) guestValue(c *change.GuestChange) treatment {
	switch {
	case c.Kind == change.GuestCame, c.Kind == change.GuestGone, c.Kind == change.GuestMoved:
		return host
	case strings.HasSuffix(c.What, " network"):
		return network
	case strings.HasSuffix(c.What, " port group"), strings.HasSuffix(c.What, " filter"), strings.HasSuffix(c.What, "alias"):
		return remark
	}
	return text
}

// factValue is what the values of a host's change are.
func (h *hider) factValue(c *hostinfo.Change) treatment {
	switch {
	case strings.HasSuffix(c.What, "hostname"):
		return host
	case c.What == "port groups":
		return remark
	case c.What == "libvirt uri":
		return foreign
	}
	return text
}
