package libvirt

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
)

// Rewrite returns a copy of a domain's XML in which every direct NIC that names
// a device of devices names the one that it is mapped to, in the given macvtap
// mode if mode is not empty. Nothing else is touched: every other byte is the
// document's own. NICs of libvirt networks are left alone, since the destination
// resolves those itself. changed are the names that were found, each once; a
// name that no NIC has is not in it.
func Rewrite(doc []byte, devices map[string]string, mode string) (out []byte, changed []string, err error) {
	root, err := domainTree(doc)
	if err != nil {
		return nil, nil, err
	}
	var edits []edit
	for _, e := range interfaces(root) {
		source := e.child("source")
		to, mapped := devices[source.attr("dev")]
		if e.attr("type") != "direct" || source.attr("network") != "" || !mapped {
			continue
		}
		if to == "" || strings.ContainsAny(to, "\x00/ \t\r\n") {
			return nil, nil, fmt.Errorf("%q is no device's name", to)
		}
		more, err := sourceEdits(doc, source, to, mode)
		if err != nil {
			return nil, nil, err
		}
		edits = append(edits, more...)
		if name := source.attr("dev"); !slices.Contains(changed, name) {
			changed = append(changed, name)
		}
	}
	slices.Sort(changed)
	return apply(doc, edits), changed, nil
}

// edit puts text in the place of the bytes from start to end.
type edit struct {
	start, end int64
	text       string
}

func apply(doc []byte, edits []edit) []byte {
	slices.SortStableFunc(edits, func(a, b edit) int { return int(a.start - b.start) })
	var out bytes.Buffer
	last := int64(0)
	for _, e := range edits {
		out.Write(doc[last:e.start])
		out.WriteString(e.text)
		last = e.end
	}
	out.Write(doc[last:])
	return out.Bytes()
}

// sourceEdits are the changes to one source element.
func sourceEdits(doc []byte, source *element, dev, mode string) ([]edit, error) {
	start, end, err := attrValue(doc, source, "dev")
	if err != nil {
		return nil, err
	}
	edits := []edit{{start, end, escaped(dev)}}
	switch has := slices.ContainsFunc(source.attrs, func(a xml.Attr) bool { return a.Name.Space == "" && a.Name.Local == "mode" }); {
	case mode == "":
	case has:
		if start, end, err = attrValue(doc, source, "mode"); err != nil {
			return nil, err
		}
		edits = append(edits, edit{start, end, escaped(mode)})
	default: // behind the device's closing quote
		edits = append(edits, edit{end + 1, end + 1, " mode='" + escaped(mode) + "'"})
	}
	return edits, nil
}

// attrValue is where an element's attribute has its value in the document,
// without the quotes: of several, the first.
func attrValue(doc []byte, e *element, name string) (start, end int64, err error) {
	at := e.start + 1 // behind the <
	at += int64(bytes.IndexAny(doc[at:], " \t\r\n/>"))
	for at < e.end {
		for at < e.end && strings.IndexByte(" \t\r\n", doc[at]) >= 0 {
			at++
		}
		eq := int64(bytes.IndexByte(doc[at:e.end], '='))
		if eq < 0 || doc[at] == '>' || doc[at] == '/' {
			break
		}
		key := string(bytes.TrimSpace(doc[at : at+eq]))
		at += eq + 1
		for at < e.end && strings.IndexByte(" \t\r\n", doc[at]) >= 0 {
			at++
		}
		if at >= e.end {
			break
		}
		length := int64(bytes.IndexByte(doc[at+1:e.end], doc[at]))
		if length < 0 {
			break
		}
		if key == name {
			return at + 1, at + 1 + length, nil
		}
		at += length + 2
	}
	return 0, 0, fmt.Errorf("domain XML line %d: the source element's %s is not where it should be", e.line, name)
}

// escaped is a value as it stands between either kind of quotes.
func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder takes every write
	return b.String()
}
