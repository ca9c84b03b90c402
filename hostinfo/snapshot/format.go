package snapshot

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"migcheck/hostinfo"
)

// Schema is the "schema" of every host file that Write makes.
const Schema = schemaName + "/1"

const (
	schemaName    = "migcheck.host"
	schemaVersion = 1
)

// ErrLater is what errors.Is finds where a schema is later than this package.
var ErrLater = errors.New("was recorded by a later migcheck")

// hostFile is a host's JSON file.
type hostFile struct {
	Schema string `json:"schema"`
	// Facts are those that the migcheck which wrote the file knew of: each was
	// read or has a gap. A later one's are gaps to the reader. Nil in files from
	// before the list, which had firstFacts.
	Facts    []hostinfo.Fact `json:"facts,omitempty"`
	Host     *hostinfo.Host  `json:"host"`
	RawNames []rawNames      `json:"raw_names,omitempty"`
	Guests   []guestEntry    `json:"guests,omitempty"`
	Fits     []hostinfo.Fit  `json:"fits,omitempty"`
}

// firstFacts are the facts of files without a list of them.
var firstFacts = []hostinfo.Fact{
	hostinfo.FactDevices, hostinfo.FactAltNames, hostinfo.FactDetails, hostinfo.FactLACP, hostinfo.FactForwarding,
	hostinfo.FactNamespaces, hostinfo.FactModules, hostinfo.FactVhost, hostinfo.FactLibvirt, hostinfo.FactDomains,
	hostinfo.FactNetworks,
}

// noteUnknownFacts adds a gap for every fact that was not thought of when the
// file was written: it looks as if there were nothing of it.
func (f *hostFile) noteUnknownFacts() {
	had := f.Facts
	if len(had) == 0 {
		had = firstFacts
	}
	for _, fact := range hostinfo.EveryFact() {
		if !slices.Contains(had, fact) {
			f.Host.AddGap(fact, "", "it was recorded by an earlier migcheck, which did not read it")
		}
	}
}

// EncodeHost writes a host alone as a host file, on one line; facts are those
// that whoever gathered it knows of (see Read).
func EncodeHost(h *hostinfo.Host, facts []hostinfo.Fact) ([]byte, error) {
	return json.Marshal(&hostFile{Schema: Schema, Facts: facts, Host: h, RawNames: rawNamesOf(h)})
}

// DecodeHost reads what EncodeHost wrote, here or on another machine. A fact
// that its writer did not know of is a gap. The error reads on from the name of
// what was read, and is ErrLater's for a later schema.
func DecodeHost(data []byte) (*hostinfo.Host, error) {
	f, err := decodeHost(data)
	if err != nil {
		return nil, err
	}
	return f.Host, nil
}

// guestEntry is a guest in a host's JSON file: a hostinfo.Guest whose views are
// the names of XML files in the same directory, empty where there is none.
type guestEntry struct {
	Name       string               `json:"name"`
	UUID       string               `json:"uuid"`
	ID         int                  `json:"id,omitempty"`
	State      hostinfo.DomainState `json:"state,omitempty"`
	Persistent hostinfo.Tri         `json:"persistent,omitzero"`
	Job        string               `json:"job,omitempty"`
	Live       string               `json:"live,omitempty"`
	Migratable string               `json:"migratable,omitempty"`
	Inactive   string               `json:"inactive,omitempty"`
	Gaps       []hostinfo.Gap       `json:"gaps,omitempty"`
	Rest       *hostinfo.Rest       `json:"rest,omitempty"`
}

// fileOf is where an entry names the file of a view.
func (e *guestEntry) fileOf(view hostinfo.Fact) *string {
	switch view {
	case hostinfo.FactLive:
		return &e.Live
	case hostinfo.FactMigratable:
		return &e.Migratable
	}
	return &e.Inactive
}

// files are the XML files that a host's entries name.
func (f *hostFile) files() []string {
	var names []string
	for _, g := range f.Guests {
		for _, n := range []string{g.Live, g.Migratable, g.Inactive} {
			if n != "" {
				names = append(names, n)
			}
		}
	}
	return names
}

// decodeHost reads a host's JSON file, the schema before everything else, so
// that a later format is named and not misread.
func decodeHost(data []byte) (*hostFile, error) {
	var head struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("is not JSON of a recorded host: %w", err)
	}
	if err := checkSchema(head.Schema); err != nil {
		return nil, err
	}
	var f hostFile
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("is not JSON of a recorded host: %w", err)
	}
	if f.Host == nil || f.Host.Name == "" {
		return nil, errors.New("holds no host with a name")
	}
	f.restoreNames()
	f.noteUnknownFacts()
	if len(f.Guests) > maxGuests {
		return nil, fmt.Errorf("holds %d guests, more than %d", len(f.Guests), maxGuests)
	}
	if len(f.Fits) > maxGuests {
		return nil, fmt.Errorf("holds what was said of %d guests, more than %d", len(f.Fits), maxGuests)
	}
	for _, g := range f.Guests {
		if g.Name == "" {
			return nil, errors.New("holds a guest without a name")
		}
	}
	for _, name := range f.files() {
		if err := plainName(name); err != nil {
			return nil, err
		}
	}
	return &f, nil
}

func checkSchema(schema string) error {
	name, version, _ := strings.Cut(schema, "/")
	if schema == "" || name != schemaName {
		return fmt.Errorf("is not a recorded host: its schema is %.60q, not %q", schema, Schema)
	}
	n, err := strconv.ParseUint(version, 10, 31)
	switch {
	case err != nil || n == 0:
		return fmt.Errorf("has schema %.60q, which is no version of %s", schema, schemaName)
	case n > schemaVersion:
		return fmt.Errorf("%w: it has schema %.60q, this one reads up to %q", ErrLater, schema, Schema)
	}
	return nil
}

// plainName refuses every name that could lead out of the directory or is not
// one that Write makes.
func plainName(name string) error {
	if name == "" || len(name) > 255 || name[0] == '.' || strings.ContainsAny(name, "/\\\x00") {
		return fmt.Errorf("names the file %.80q, which is not a plain file name", name)
	}
	return nil
}
