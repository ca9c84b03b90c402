package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"migcheck/preflight"
	"migcheck/preflight/change"
	"migcheck/preflight/evacuate"
	"migcheck/preflight/fixes"
	"migcheck/preflight/fleet"
)

// Options are how a format is to look; they never change what it says.
type Options struct {
	Color bool // use terminal colours
	Width int  // columns to wrap text at; 0 for no wrapping
	// Details shows of a fleet also every guest that can't leave its host, with the
	// reasons, and every host: text, markdown.
	Details bool
	// PerGuest counts a fleet's ways for each guest too, not only for each host:
	// prometheus.
	PerGuest bool
}

// writer writes a document that was read back from JSON.
type writer[T any] = func(w io.Writer, d *T, o Options) error

// The kinds of documents.
var (
	Pairs = kindOf(preflight.Schema, map[string]writer[preflight.Document]{
		"text": text, "json": indented[preflight.Document], "jsonl": lines, "csv": table, "markdown": markdown,
		"junit": junit, "prometheus": metrics, "html": pairsHTML, "nagios": pairsNagios, "tap": pairsTAP,
	})
	Fleet = kindOf(fleet.Schema, map[string]writer[fleet.Document]{
		"text": fleetText, "json": indented[fleet.Document], "jsonl": fleetLines, "csv": fleetTable, "markdown": fleetMarkdown,
		"junit": fleetJUnit, "prometheus": fleetMetrics, "html": fleetHTML, "nagios": fleetNagios, "tap": fleetTAP,
	})
	Changes = kindOf(change.Schema, map[string]writer[change.Document]{
		"text": diffText, "json": indented[change.Document],
	})
	Evacuation = kindOf(evacuate.Schema, map[string]writer[evacuate.Document]{
		"text": evacuation, "json": indented[evacuate.Document], "nagios": evacuationNagios, "tap": evacuationTAP,
	})
	Fixes = kindOf(fixes.Schema, map[string]writer[fixes.Document]{
		"text": fixesText, "json": indented[fixes.Document],
	})
	kinds = []*Kind{Pairs, Fleet, Changes, Evacuation, Fixes}
)

// Kind is a kind of document, with the formats that there are for it.
type Kind struct {
	schema   string
	describe func() (*jsonschema.Schema, error)
	read     func(document []byte) (any, error)
	write    map[string]func(w io.Writer, d any, o Options) error
}

func kindOf[T any](schema string, formats map[string]writer[T]) *Kind {
	k := &Kind{
		schema:   schema,
		describe: func() (*jsonschema.Schema, error) { return schemaOf[T](schema) },
		write:    map[string]func(io.Writer, any, Options) error{},
	}
	k.read = func(document []byte) (any, error) {
		d, err := read[T](document)
		if c, named := any(d).(interface{ Check() error }); named && err == nil { // it names things by number
			if err = c.Check(); err != nil {
				err = fmt.Errorf("read the report: %w", err)
			}
		}
		return d, err
	}
	for name, f := range formats {
		k.write[name] = func(w io.Writer, d any, o Options) error { return f(w, d.(*T), o) }
	}
	return k
}

// Kinds are all of them, by the word in their schema's name: "report", "fleet",
// "diff", "evacuation", "fixes".
func Kinds() map[string]*Kind {
	out := map[string]*Kind{}
	for _, k := range kinds {
		name, _, _ := strings.Cut(strings.TrimPrefix(k.schema, "migcheck."), "/")
		out[name] = k
	}
	return out
}

// Formats are the names that Render takes for this kind, sorted.
func (k *Kind) Formats() []string { return slices.Sorted(maps.Keys(k.write)) }

// Known returns an error that lists the kind's formats if name is none of them.
func (k *Kind) Known(name string) error {
	if k.write[name] != nil {
		return nil
	}
	all := k.Formats()
	last := len(all) - 1
	return fmt.Errorf("%q is no output format; there are %s and %s", name, strings.Join(all[:last], ", "), all[last])
}

// Known returns an error if name is a format of no kind of document.
func Known(name string) error {
	for _, k := range kinds {
		if k.write[name] != nil {
			return nil
		}
	}
	return Fleet.Known(name)
}

// Render writes a document, given as its JSON, in a format.
func Render(w io.Writer, document []byte, name string, o Options) error {
	r, err := Read(document)
	if err != nil {
		return err
	}
	return r.Render(w, name, o)
}

// Report is a document that was read back from its JSON.
type Report struct {
	kind     *Kind
	document any
}

// ErrNoReport is what Read returns for what is no report at all.
var ErrNoReport = errors.New("this is no report of migcheck")

// Read takes in a document of any kind.
func Read(document []byte) (*Report, error) {
	var head struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(document, &head); err != nil {
		return nil, fmt.Errorf("%w: it is not one JSON document: %w", ErrNoReport, err)
	}
	for _, k := range kinds {
		if k.schema == head.Schema {
			d, err := k.read(document)
			return &Report{k, d}, err
		}
	}
	return nil, strange(head.Schema)
}

// strange says what is wrong with a schema that is none of these.
func strange(schema string) error {
	var all []string
	for _, k := range kinds {
		all = append(all, k.schema)
		name, _, _ := strings.Cut(k.schema, "/")
		if v, err := strconv.Atoi(strings.TrimPrefix(schema, name+"/")); err == nil && v > 1 {
			return fmt.Errorf("the report was written by a later migcheck: it has schema %.40q, and this one reads %s", schema, k.schema)
		}
	}
	reads := "this migcheck reads " + strings.Join(all, ", ")
	if schema == "" {
		return fmt.Errorf("%w: it has no schema, and %s", ErrNoReport, reads)
	}
	return fmt.Errorf("%w: its schema is %.40q, and %s", ErrNoReport, schema, reads)
}

// Document is what was read, a pointer to a document of one of the kinds. What is
// changed in it is changed in what Render writes.
func (r *Report) Document() any { return r.document }

// Created is when it was judged; of a difference, when the later run was. Zero if
// the document does not say.
func (r *Report) Created() time.Time {
	switch d := r.document.(type) {
	case *preflight.Document:
		return d.Created
	case *fleet.Document:
		return d.Created
	case *evacuate.Document:
		return d.Created
	case *fixes.Document:
		return d.Created
	case *change.Document:
		return d.After.Created
	}
	return time.Time{}
}

// Render writes the report in a format, whole or not at all.
func (r *Report) Render(w io.Writer, name string, o Options) error {
	if err := r.kind.Known(name); err != nil {
		return err
	}
	var b bytes.Buffer
	err := r.kind.write[name](&b, r.document, o)
	if err == nil {
		_, err = w.Write(b.Bytes())
	}
	return err
}

// mayMark finds what may be a mark in JSON, written out or as an escape.
var mayMark = regexp.MustCompile(`[\x{F8F0}-\x{F8FF}]|(?i:\\uf8f)`)

// read takes a document in, without the marks that only a printer may set.
func read[T any](document []byte) (*T, error) {
	var d T
	if err := json.Unmarshal(document, &d); err != nil {
		return nil, fmt.Errorf("read the report: %w", err)
	}
	if !mayMark.Match(document) {
		return &d, nil // nearly all: a fleet's document is not written again for it
	}
	return &d, unmark(&d)
}

func indented[T any](w io.Writer, d *T, _ Options) error {
	e := JSON(w)
	e.SetIndent("", "  ")
	return e.Encode(d)
}
