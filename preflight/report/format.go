package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// Options are how a format is to look; they never change what it says.
type Options struct {
	Color bool // use terminal colours
	Width int  // columns to wrap text at; 0 for no wrapping
}

// A format writes a document that was read back from JSON. What it is not for is nil.
type format struct {
	pairs func(w io.Writer, d *preflight.Document, o Options) error
	fleet func(w io.Writer, d *fleet.Document, o Options) error
}

var formats = map[string]format{
	"text": {pairs: text},
	"json": {pairs: indented[preflight.Document], fleet: indented[fleet.Document]},
	"html": {pairs: pairsHTML, fleet: fleetHTML},
}

// Formats are the names that Render takes for a report of pairs, sorted.
func Formats() []string {
	return names(func(f format) bool { return f.pairs != nil })
}

// FleetFormats are the names that Render takes for a fleet's report, sorted.
func FleetFormats() []string {
	return names(func(f format) bool { return f.fleet != nil })
}

func names(has func(format) bool) []string {
	var out []string
	for name, f := range formats {
		if has(f) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

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

// Render writes a report of pairs or of a fleet, given as its JSON, in a format.
func Render(w io.Writer, document []byte, name string, o Options) error {
	var b bytes.Buffer
	err := render(&b, document, name, o)
	if err == nil {
		_, err = w.Write(b.Bytes())
	}
	return err
}

func render(w io.Writer, document []byte, name string, o Options) error {
	var head struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(document, &head); err != nil {
		return fmt.Errorf("read the report: %w", err)
	}
	switch head.Schema {
	case preflight.Schema:
		if err := Known(name); err != nil {
			return err
		}
		d, err := read[preflight.Document](document)
		if err != nil {
			return err
		}
		return formats[name].pairs(w, d, o)
	case fleet.Schema:
		if err := FleetKnown(name); err != nil {
			return err
		}
		d, err := read[fleet.Document](document)
		if err != nil {
			return err
		}
		if err := d.Check(); err != nil {
			return fmt.Errorf("read the report: %w", err)
		}
		return formats[name].fleet(w, d, o)
	}
	return fmt.Errorf("read the report: its schema is %.40q, and this migcheck reads %s and %s", head.Schema, preflight.Schema, fleet.Schema)
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
