package hook

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/sys/unix"

	"migcheck/cmd/internal/act/change"
)

// Waive adds a waiver to the settings, takes out those that have ended, and
// leaves everything else in the file as it is, comments included. The file is
// made if there is none.
func (s Site) Waive(w Waiver, now time.Time) error {
	path := s.path(settingsPath)
	if err := s.contained(); err != nil {
		return fmt.Errorf("waive %s: %w", w.Guest, err)
	}
	if _, err := s.makeDirs(filepath.Dir(settingsPath)); err != nil {
		return fmt.Errorf("waive %s: %w", w.Guest, err)
	}
	unlock, err := lockDir(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("waive %s: %w", w.Guest, err)
	}
	defer unlock()
	raw, err := readFile(path, maxSettings)
	if errors.Is(err, fs.ErrNotExist) {
		raw, err = []byte(defaultSettings), nil
	}
	if err == nil {
		_, err = parseSettings(raw) // what is broken is not ours to guess at
	}
	if err == nil {
		raw, err = addWaiver(raw, w, now)
	}
	if err == nil {
		err = change.Put(path, bytes.NewReader(raw), 0o644)
	}
	if err != nil {
		return fmt.Errorf("add a waiver to %s: %w", path, err)
	}
	return nil
}

// lockDir keeps two administrators from writing over each other's waiver.
func lockDir(dir string) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	return func() { f.Close() }, nil
}

// addWaiver edits the settings' text.
func addWaiver(raw []byte, w Waiver, now time.Time) ([]byte, error) {
	doc, list, err := waiverList(raw)
	if err != nil {
		return nil, err
	}
	kept := list.Content[:0]
	for _, n := range list.Content {
		var old Waiver
		if err := n.Decode(&old); err != nil {
			return nil, err
		}
		if !old.Ended(now) {
			kept = append(kept, n)
		}
	}
	w.Until = w.Until.UTC().Truncate(time.Second)
	var one yaml.Node
	if err := one.Encode(w); err != nil {
		return nil, err
	}
	list.Content = append(kept, &one)
	return encode(doc)
}

// waiverList is the settings as a document that keeps its comments, and the list
// of waivers in it, made if it is not there.
func waiverList(raw []byte) (doc, list *yaml.Node, err error) {
	doc = &yaml.Node{}
	if err := yaml.Unmarshal(raw, doc); err != nil {
		return nil, nil, err
	}
	if doc.Kind == 0 {
		doc = &yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode}}}
	}
	top := doc.Content[0]
	if top.Kind != yaml.MappingNode { // a null document with comments
		*top = yaml.Node{Kind: yaml.MappingNode, HeadComment: top.HeadComment, FootComment: top.FootComment}
	}
	for i := 0; i+1 < len(top.Content); i += 2 {
		if top.Content[i].Value == "waivers" {
			list = top.Content[i+1]
		}
	}
	if list == nil {
		list = &yaml.Node{}
		top.Content = append(top.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: "waivers"}, list)
	}
	if list.Kind != yaml.SequenceNode {
		*list = yaml.Node{Kind: yaml.SequenceNode}
	}
	list.Style = 0
	return doc, list, nil
}

func encode(doc *yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(doc); err != nil {
		return nil, err
	}
	return b.Bytes(), enc.Close()
}

// untouched says whether nobody but install and waive has written a settings
// file: without its waivers it is the default one.
func untouched(raw []byte) bool {
	bare := func(text []byte) []byte {
		doc, list, err := waiverList(text)
		if err != nil {
			return nil
		}
		list.Content = nil
		out, err := encode(doc)
		if err != nil {
			return nil
		}
		return out
	}
	now := bare(raw)
	return now != nil && bytes.Equal(now, bare([]byte(defaultSettings)))
}
