package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"migcheck/preflight"
)

// Options are how a format is to look; they never change what it says.
type Options struct {
	Color bool // use terminal colours
	Width int  // columns to wrap text at; 0 for no wrapping
}

// format writes a document that was read back from JSON.
type format func(w io.Writer, d *preflight.Document, o Options) error

var formats = map[string]format{
	"text": text,
	"json": indentedJSON,
}

// Formats are the names that Render takes, sorted.
func Formats() []string {
	var names []string
	for name := range formats {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Known returns an error that lists the formats if name is none of them.
func Known(name string) error {
	if _, ok := formats[name]; !ok {
		return fmt.Errorf("%q is no output format; there are %s", name, strings.Join(Formats(), " and "))
	}
	return nil
}

// Render writes a report document, given as its JSON, in a format.
func Render(w io.Writer, document []byte, name string, o Options) error {
	if err := Known(name); err != nil {
		return err
	}
	var d preflight.Document
	if err := json.Unmarshal(document, &d); err != nil {
		return fmt.Errorf("read the report: %w", err)
	}
	if err := unmark(&d); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := formats[name](&b, &d, o); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

func indentedJSON(w io.Writer, d *preflight.Document, _ Options) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(d)
}
