package snapshot

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
)

// rendered is one host as the files that it becomes.
type rendered struct {
	name string // of the host file
	json []byte
	file *hostFile
	xml  map[string][]byte // by file name
}

func render(hosts []Recorded, o Options) ([]rendered, error) {
	names, err := fileNames(hosts)
	if err != nil {
		return nil, err
	}
	var all []rendered
	for i, h := range hosts {
		r := rendered{name: names[i], file: &hostFile{Schema: Schema, Facts: hostinfo.EveryFact(), Host: h.Host, RawNames: rawNamesOf(h.Host), Fits: h.Fits}, xml: map[string][]byte{}}
		for _, g := range h.Guests {
			e, err := r.guest(g, o)
			if err != nil {
				return nil, fmt.Errorf("host %s: guest %q: %w", h.Host.Name, g.Name, err)
			}
			r.file.Guests = append(r.file.Guests, *e)
		}
		if r.json, err = json.MarshalIndent(r.file, "", "  "); err != nil {
			return nil, fmt.Errorf("host %s: %w", h.Host.Name, err)
		}
		r.json = append(r.json, '\n')
		// What cannot be read back must not be written.
		if _, err := decodeHost(r.json); err != nil {
			return nil, fmt.Errorf("host %s: the record %w", h.Host.Name, err)
		}
		all = append(all, r)
	}
	return all, nil
}

// fileNames names the hosts' files by UUID, by the name's hash where it is not
// known, and by both where cloned machines share one.
func fileNames(hosts []Recorded) ([]string, error) {
	keys := make([]string, len(hosts))
	count, seen := map[string]int{}, map[string]bool{}
	for i, h := range hosts {
		if h.Host == nil || h.Host.Name == "" {
			return nil, fmt.Errorf("host %d has no name", i+1)
		}
		if seen[h.Host.Name] {
			return nil, fmt.Errorf("host %s is given twice", h.Host.Name)
		}
		seen[h.Host.Name] = true
		uuid, err := libvirt.ParseUUID(h.Host.UUID)
		if err != nil {
			uuid = "name-" + hash([]byte(h.Host.Name))
		}
		keys[i] = uuid
		count[uuid]++
	}
	for i, h := range hosts {
		if count[keys[i]] > 1 {
			keys[i] += "-" + hash([]byte(h.Host.Name))
		}
		keys[i] += ".json"
	}
	return keys, nil
}

// guest renders the views that a guest has.
func (r *rendered) guest(g Guest, o Options) (*guestEntry, error) {
	e := &guestEntry{
		Name: g.Name, UUID: g.UUID, ID: g.ID, State: g.State,
		Persistent: g.Persistent, Job: g.Job, Gaps: g.Gaps, Rest: g.Rest,
	}
	key, err := libvirt.ParseUUID(g.UUID)
	if err != nil {
		key = "guest-" + hash([]byte(g.Name))
	}
	for _, view := range g.XML.Of(g.Guest) {
		if *view.Definition == nil {
			continue
		}
		doc, err := document(g, view, o)
		if err != nil {
			return nil, fmt.Errorf("its %s view: %w", view.Fact, err)
		}
		name := fmt.Sprintf("%s.%s.%s.xml", key, view.Fact, hash(doc))
		r.xml[name] = doc
		*e.fileOf(view.Fact) = name
	}
	return e, nil
}

// document is a view's XML as it is recorded. It must read back to the same.
func document(g Guest, view libvirt.View, o Options) ([]byte, error) {
	doc := *view.XML
	switch {
	case o.Redact:
		d := &libvirt.Domain{Name: g.Name, UUID: g.UUID, Definition: *view.Definition}
		if view.Fact == hostinfo.FactLive {
			d.ID = g.ID
		}
		doc = libvirt.FormatDomain(d)
	case len(doc) == 0:
		return nil, fmt.Errorf("its XML is not there to be recorded")
	case !o.FullXML:
		var err error
		if doc, err = libvirt.ReduceDomain(doc); err != nil {
			return nil, err
		}
	}
	back, err := libvirt.ParseDomain(doc)
	if err != nil {
		return nil, err
	}
	if back.Name != g.Name || back.UUID != g.UUID || !reflect.DeepEqual(back.Definition, *view.Definition) {
		return nil, fmt.Errorf("its XML is not the one that it was read from")
	}
	return doc, nil
}

// hash is short, for names only; nothing relies on it being hard to forge.
func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}
