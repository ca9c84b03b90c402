package hook

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
	"migcheck/preflight"
	"migcheck/preflight/rules"
)

// decision is what came of one call.
type decision struct {
	host, guest string
	report      *preflight.Report // nil: it was not judged
	trouble     string            // why not
	remarks     []string          // what could not be looked at beside it
}

// judge reads the XML and the host and lets preflight judge.
func (c *call) judge(ctx context.Context, guest string, set *Settings) *decision {
	raw, err := readBounded(c.stdin, libvirt.MaxXML)
	if err != nil {
		return &decision{trouble: err.Error()}
	}
	d, err := libvirt.ParseDomain(raw)
	if err != nil {
		return &decision{trouble: "the guest's XML could not be read" + lineOf(err)}
	}
	h, err := c.gather(ctx, c.host)
	if err != nil {
		return &decision{trouble: err.Error()}
	}
	unasked := "not asked while libvirt waits for the hook"
	h.AddGap(hostinfo.FactLibvirt, "", unasked)
	h.AddGap(hostinfo.FactDomains, "", unasked)
	h.AddGap(hostinfo.FactNWFilters, "", unasked)
	c.site.networks(h, d.Definition)
	r := preflight.Run(&preflight.Plan{
		Guest:           &hostinfo.Guest{Name: guest, UUID: d.UUID, Migratable: d.Definition},
		To:              preflight.NewView(h),
		DestinationOnly: true,
		Waivers:         set.waivers(),
		Now:             c.now(),
	}, rules.All)
	return &decision{report: r, remarks: leftOut(r)}
}

// lineOf says where XML is broken. What the error itself says may be a piece of
// the XML.
func lineOf(err error) string {
	if e, ok := errors.AsType[*xml.SyntaxError](err); ok {
		return fmt.Sprintf(" (line %d)", e.Line)
	}
	return ""
}

// leftOut says once for each NIC and reason which rules could not be asked.
func leftOut(r *preflight.Report) []string {
	type key struct{ about, reason string }
	var order []key
	ids := map[key][]string{}
	for _, n := range r.NotChecked {
		k := key{"", n.Reason}
		if n.NIC != nil {
			k.about = fmt.Sprintf(" of nic %d", *n.NIC)
		}
		if ids[k] == nil {
			order = append(order, k)
		}
		ids[k] = append(ids[k], n.Rule)
	}
	var out []string
	for _, k := range order {
		rules := strings.Join(ids[k], ", ")
		if len(ids[k]) > maxFindings {
			rules = "most rules"
		}
		out = append(out, fmt.Sprintf("not checked%s: %s (%s)", k.about, rules, k.reason))
	}
	return out
}
