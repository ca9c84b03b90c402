package parity

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/tools/txtar"

	"migcheck/hostinfo"
)

// Tree is a host told by its files: what stands below /sys, /proc, /etc, /run
// and /dev, which devices the kernel shows, and what both readings of it must
// say. A part of the story is "PATH" with its content, "PATH mode=0600",
// "PATH mode=socket", "PATH/" for a directory, or "PATH -> TARGET".
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

// ReadTree reads the story in a file.
func ReadTree(file string) (*Tree, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	ar := txtar.Parse(raw)
	t := &Tree{Text: string(ar.Comment)}
	for _, f := range ar.Files {
		switch f.Name {
		case "want":
			err = json.Unmarshal(f.Data, &t.Want)
		case "links":
			err = t.links(string(f.Data))
		default:
			t.files = append(t.files, f)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", file, f.Name, err)
		}
	}
	return t, nil
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

// Plant makes the files of the story in a directory.
func (t *Tree) Plant(dir string) error {
	for _, f := range t.files {
		if err := plant(dir, f); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}

func plant(dir string, f txtar.File) error {
	name, target, link := strings.Cut(f.Name, " -> ")
	name, mode, special := strings.Cut(name, " mode=")
	path := filepath.Join(dir, name)
	if strings.HasSuffix(name, "/") {
		return os.MkdirAll(path, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	switch {
	case link:
		return os.Symlink(target, path)
	case mode == "socket":
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
		if err != nil {
			return err
		}
		l.SetUnlinkOnClose(false)
		return l.Close()
	}
	perm := uint64(0o644)
	if special {
		var err error
		if perm, err = strconv.ParseUint(mode, 8, 9); err != nil {
			return err
		}
	}
	return os.WriteFile(path, f.Data, os.FileMode(perm))
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
