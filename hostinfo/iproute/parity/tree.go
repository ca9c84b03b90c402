package parity

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/tools/txtar"

	"migcheck/hostinfo"
)

// Tree is a host told by its files: what stands below /sys, /proc, /etc, /run
// and /dev, which devices the kernel shows, and what both readings of it must
// say. A part of the story is "PATH" with its content, "PATH mode=0600",
// "PATH mode=socket" (or socket:0660:GID), "PATH/" for a directory, which may have
// a mode, or "PATH -> TARGET"; "$ COMMAND" has what a command prints, and
// "$ COMMAND => STATUS" what it says as an error.
type Tree struct {
	Text    string
	Devices []hostinfo.Device // index, name and kind
	Want    Facts
	files   []txtar.File
}

// Facts are what a tree says of a host.
type Facts struct {
	Setup   hostinfo.Setup             `json:"setup"`
	System  hostinfo.System            `json:"system,omitzero"`
	Memory  *hostinfo.Memory           `json:"memory,omitempty"`
	Devices map[string]hostinfo.Device `json:"devices,omitempty"` // by name, those of which something is known
	Gaps    []hostinfo.Fact            `json:"gaps,omitempty"`
}

// ReadTree reads the story in a file, after those that it builds on.
func ReadTree(files ...string) (*Tree, error) {
	t := &Tree{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if err := t.read(raw); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return t, nil
}

func (t *Tree) read(raw []byte) (err error) {
	ar := txtar.Parse(raw)
	t.Text = string(ar.Comment)
	for _, f := range ar.Files {
		switch f.Name {
		case "want":
			err = json.Unmarshal(f.Data, &t.Want)
		case "links":
			err = t.links(string(f.Data))
		case "libvirt": // which is not the script's
		default:
			t.files = append(t.files, f)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}

// links reads "INDEX NAME KIND" lines.
func (t *Tree) links(text string) error {
	for line := range strings.Lines(text) {
		d := hostinfo.Device{LinkType: "ether"}
		if _, err := fmt.Sscan(line, &d.Index, &d.Name, &d.Kind); err != nil {
			return err
		}
		t.Devices = append(t.Devices, d)
	}
	return nil
}

// FactsOf is what h knows of what trees tell.
func FactsOf(h *hostinfo.Host) Facts {
	f := Facts{Setup: h.Setup, System: h.System, Memory: h.Memory}
	for _, d := range h.Devices {
		about := hostinfo.Device{Speed: d.Speed, Duplex: d.Duplex, VF: d.VF, QETH: d.QETH}
		if about.Speed != 0 || about.Duplex != "" || about.VF != nil || about.QETH != nil {
			if f.Devices == nil {
				f.Devices = map[string]hostinfo.Device{}
			}
			f.Devices[d.Name] = about
		}
	}
	for _, g := range h.Gaps {
		switch g.Fact {
		case hostinfo.FactHardware, hostinfo.FactShaping, hostinfo.FactTaps, hostinfo.FactLLDPAD,
			hostinfo.FactDaemon, hostinfo.FactMemory, hostinfo.FactConfigured, hostinfo.FactAddresses:
			f.Gaps = append(f.Gaps, g.Fact)
		}
	}
	return f
}
