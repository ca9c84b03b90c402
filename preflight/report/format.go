package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"migcheck/preflight"
	"migcheck/preflight/change"
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

// A format writes a document that was read back from JSON. What it is not for is nil.
type format struct {
	pairs func(w io.Writer, d *preflight.Document, o Options) error
	fleet func(w io.Writer, d *fleet.Document, o Options) error
	diff  func(w io.Writer, d *change.Document, o Options) error
}

var formats = map[string]format{
	"text":       {pairs: text, fleet: fleetText, diff: diffText},
	"json":       {pairs: indented[preflight.Document], fleet: indented[fleet.Document], diff: indented[change.Document]},
	"jsonl":      {pairs: lines, fleet: fleetLines},
	"csv":        {pairs: table, fleet: fleetTable},
	"markdown":   {pairs: markdown, fleet: fleetMarkdown},
	"junit":      {pairs: junit, fleet: fleetJUnit},
	"prometheus": {pairs: metrics, fleet: fleetMetrics},
}

// Formats are the names that Render takes for a report of pairs, sorted.
func Formats() []string {
	return having(func(f format) bool { return f.pairs != nil })
}

// FleetFormats are the names that Render takes for a fleet's report, sorted.
func FleetFormats() []string {
	return having(func(f format) bool { return f.fleet != nil })
}

func having(has func(format) bool) []string {
	var out []string
	for name, f := range formats {
		if has(f) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// DiffFormats are the names that Render takes for what changed between two runs,
// sorted.
func DiffFormats() []string {
	return having(func(f format) bool { return f.diff != nil })
}

// DiffKnown is Known for what changed between two runs.
func DiffKnown(name string) error { return known(name, DiffFormats()) }

// Known returns an error that lists the formats of a report of pairs if name is
// none of them.
func Known(name string) error { return known(name, Formats()) }

// FleetKnown is Known for a fleet's report.
func FleetKnown(name string) error { return known(name, FleetFormats()) }

func known(name string, all []string) error {
	if slices.Contains(all, name) {
		return nil
	}
	last := len(all) - 1
	return fmt.Errorf("%q is no output format; there are %s and %s", name, strings.Join(all[:last], ", "), all[last])
}

// Render writes a report of pairs, of a fleet or of what changed in one, given as
// its JSON, in a format.
func Render(w io.Writer, document []byte, name string, o Options) error {
	r, err := Read(document)
	if err != nil {
		return err
	}
	return r.Render(w, name, o)
}

// Report is a document of pairs, of a fleet or of what changed in one that was
// read back from its JSON.
type Report struct {
	pairs *preflight.Document
	fleet *fleet.Document
	diff  *change.Document
}

// ErrNoReport is what Read returns for what is no report at all.
var ErrNoReport = errors.New("this is no report of migcheck")

// Read takes in a document.
func Read(document []byte) (*Report, error) {
	var head struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(document, &head); err != nil {
		return nil, fmt.Errorf("%w: it is not one JSON document: %w", ErrNoReport, err)
	}
	switch head.Schema {
	case preflight.Schema:
		d, err := read[preflight.Document](document)
		return &Report{pairs: d}, err
	case fleet.Schema:
		d, err := read[fleet.Document](document)
		if err == nil {
			err = sound(d)
		}
		return &Report{fleet: d}, err
	case change.Schema:
		d, err := read[change.Document](document)
		if err == nil {
			err = sound(d)
		}
		return &Report{diff: d}, err
	}
	return nil, strange(head.Schema)
}

// sound says what is wrong with a document that names things by number.
func sound(d interface{ Check() error }) error {
	if err := d.Check(); err != nil {
		return fmt.Errorf("read the report: %w", err)
	}
	return nil
}

// strange says what is wrong with a schema that is none of these.
func strange(schema string) error {
	reads := "this migcheck reads " + preflight.Schema + ", " + fleet.Schema + " and " + change.Schema
	for _, known := range []string{preflight.Schema, fleet.Schema, change.Schema} {
		name, _, _ := strings.Cut(known, "/")
		if v, err := strconv.Atoi(strings.TrimPrefix(schema, name+"/")); err == nil && v > 1 {
			return fmt.Errorf("the report was written by a later migcheck: it has schema %.40q, and %s", schema, reads)
		}
	}
	if schema == "" {
		return fmt.Errorf("%w: it has no schema, and %s", ErrNoReport, reads)
	}
	return fmt.Errorf("%w: its schema is %.40q, and %s", ErrNoReport, schema, reads)
}

// Render writes the report in a format, whole or not at all.
func (r *Report) Render(w io.Writer, name string, o Options) error {
	var b bytes.Buffer
	var err error
	switch f := formats[name]; {
	case r.fleet != nil:
		if err = FleetKnown(name); err == nil {
			err = f.fleet(&b, r.fleet, o)
		}
	case r.diff != nil:
		if err = DiffKnown(name); err == nil {
			err = f.diff(&b, r.diff, o)
		}
	default:
		if err = Known(name); err == nil {
			err = f.pairs(&b, r.pairs, o)
		}
	}
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
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(d)
}
