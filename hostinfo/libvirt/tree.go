package libvirt

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// MaxXML is the largest document in bytes that this package reads. libvirt's
// own protocol ends at 4 MiB a string.
const MaxXML = 8 << 20

// MaxDepth is how deep a document's elements may be nested.
const MaxDepth = 256

// maxKept is how many elements may be kept of one document: more than
// thousands of interfaces have, and few enough not to fill the memory.
const maxKept = 1 << 17

// element is one kept element of a document.
type element struct {
	name       string
	line       int
	attrs      []xml.Attr
	text       strings.Builder // its own character data, without its children's
	children   []*element
	start, end int64 // its bytes in the document, tags included
}

// attr returns an attribute of no namespace, or "".
func (e *element) attr(name string) string {
	if e == nil {
		return ""
	}
	for _, a := range e.attrs {
		if a.Name.Space == "" && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// child returns the first child of that name, or nil. Of repeated elements
// libvirt reads the first as well.
func (e *element) child(name string) *element {
	if e == nil {
		return nil
	}
	for _, c := range e.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

func (e *element) content() string {
	if e == nil {
		return ""
	}
	return e.text.String()
}

// parseTree reads a document whose root element is called root and returns the
// elements that want accepts; path is the names from below the root, joined by
// slashes. Elements of a namespace are never kept, because libvirt's own are
// in none. The whole document must be well-formed, kept or not.
func parseTree(doc []byte, root string, want func(path string) bool) (*element, error) {
	if len(doc) > MaxXML {
		return nil, fmt.Errorf("%s XML is %d bytes long, more than %d", root, len(doc), MaxXML)
	}
	p := treeParser{dec: xml.NewDecoder(bytes.NewReader(doc)), rootName: root, want: want}
	for {
		start := p.dec.InputOffset()
		tok, err := p.dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s XML: %w", root, err)
		}
		if err := p.take(tok, start); err != nil {
			line, _ := p.dec.InputPos()
			return nil, fmt.Errorf("%s XML line %d: %w", root, line, err)
		}
	}
	if p.root == nil {
		return nil, fmt.Errorf("%s XML is empty", root)
	}
	return p.root, nil
}

// treeParser is where parseTree stands in its document.
type treeParser struct {
	dec      *xml.Decoder
	rootName string
	want     func(path string) bool
	root     *element
	open     []*element // the kept elements that are open, outermost first
	paths    []string   // the path of each
	kept     int        // how many elements were
	skipping int        // open elements below the last kept one
}

func (p *treeParser) take(tok xml.Token, start int64) error {
	switch t := tok.(type) {
	case xml.StartElement:
		return p.begin(t, start)
	case xml.EndElement:
		if p.skipping > 0 {
			p.skipping--
			return nil
		}
		last := len(p.open) - 1
		p.open[last].end = p.dec.InputOffset()
		p.open, p.paths = p.open[:last], p.paths[:last]
	case xml.CharData:
		if len(p.open) == 0 {
			if len(bytes.TrimSpace(t)) > 0 {
				return errors.New("text outside the root element")
			}
		} else if p.skipping == 0 {
			p.open[len(p.open)-1].text.Write(t)
		}
	}
	return nil
}

func (p *treeParser) begin(t xml.StartElement, start int64) error {
	if len(p.open)+p.skipping >= MaxDepth {
		return fmt.Errorf("elements are nested deeper than %d", MaxDepth)
	}
	for _, a := range t.Attr {
		// Go would take an element with such a prefix for one without any.
		if a.Name.Space == "xmlns" && a.Value == "" {
			return fmt.Errorf("namespace prefix %q stands for nothing", a.Name.Local)
		}
	}
	line, _ := p.dec.InputPos()
	e := &element{name: t.Name.Local, line: line, attrs: t.Attr, start: start}
	switch {
	case p.root == nil:
		if t.Name.Space != "" || t.Name.Local != p.rootName {
			return fmt.Errorf("the root element is %.40q, not %q", t.Name.Local, p.rootName)
		}
		p.root = e
		p.open, p.paths = append(p.open, e), append(p.paths, "")
		return nil
	case len(p.open) == 0:
		return fmt.Errorf("a second root element %.40q", t.Name.Local)
	case p.skipping > 0 || t.Name.Space != "":
		p.skipping++
		return nil
	}
	last := len(p.open) - 1
	path := t.Name.Local
	if p.paths[last] != "" {
		path = p.paths[last] + "/" + path
	}
	if !p.want(path) {
		p.skipping++
		return nil
	}
	if p.kept++; p.kept > maxKept {
		return fmt.Errorf("more than %d elements that matter", maxKept)
	}
	p.open[last].children = append(p.open[last].children, e)
	p.open, p.paths = append(p.open, e), append(p.paths, path)
	return nil
}
