package libvirt

import (
	"bytes"
	"encoding/xml"
	"strconv"
)

// ReduceDomain returns a copy of a domain's XML that holds its name, UUID, id,
// type, memory, os/type with arch and machine, the type of its launchSecurity, its
// interfaces byte for byte as libvirt printed them and the addresses and teaming of
// the PCI devices that it was handed, and nothing else: no disks, graphics,
// passwords, launch secrets or metadata. The copy parses to
// the same Domain. It fails where ParseDomain fails.
func ReduceDomain(doc []byte) ([]byte, error) {
	root, err := domainTree(doc)
	if err != nil {
		return nil, err
	}
	d, err := domainOf(root)
	if err != nil {
		return nil, err
	}
	var w writer
	w.open(d, root.child("os").child("type").content())
	for _, e := range interfaces(root) {
		w.buf.WriteString("    ")
		w.buf.Write(doc[e.start:e.end])
		w.buf.WriteByte('\n')
	}
	w.pciDevices(d.Definition.PCIDevices)
	w.end()
	return w.buf.Bytes(), nil
}

// writer prints XML as libvirt lays it out.
type writer struct{ buf bytes.Buffer }

// open prints everything above the interfaces.
func (w *writer) open(d *Domain, osType string) {
	id := ""
	if d.ID != 0 {
		id = strconv.Itoa(d.ID)
	}
	def := d.Definition
	w.tag("", "domain", false, "type", def.Type, "id", id)
	w.text("  ", "name", d.Name)
	if d.UUID != "" {
		w.text("  ", "uuid", d.UUID)
	}
	w.memory(def.Memory)
	if def.Arch != "" || def.Machine != "" || osType != "" {
		w.buf.WriteString("  <os>\n    <type")
		w.attrs("arch", def.Arch, "machine", def.Machine)
		w.buf.WriteByte('>')
		w.escape(osType)
		w.buf.WriteString("</type>\n  </os>\n")
	}
	if def.LaunchSecurity != "" {
		w.tag("  ", "launchSecurity", true, "type", def.LaunchSecurity)
	}
	w.buf.WriteString("  <devices>\n")
}

func (w *writer) end() { w.buf.WriteString("  </devices>\n</domain>\n") }

// tag prints a start tag, or with empty set an element without content, of
// those attributes that have a value.
func (w *writer) tag(indent, name string, empty bool, pairs ...string) {
	w.buf.WriteString(indent + "<" + name)
	w.attrs(pairs...)
	if empty {
		w.buf.WriteByte('/')
	}
	w.buf.WriteString(">\n")
}

func (w *writer) attrs(pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		w.buf.WriteString(" " + pairs[i] + "='")
		w.escape(pairs[i+1])
		w.buf.WriteByte('\'')
	}
}

func (w *writer) text(indent, name, value string) {
	w.buf.WriteString(indent + "<" + name + ">")
	w.escape(value)
	w.buf.WriteString("</" + name + ">\n")
}

func (w *writer) escape(s string) {
	// A bytes.Buffer takes every write.
	_ = xml.EscapeText(&w.buf, []byte(s))
}
