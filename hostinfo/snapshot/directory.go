package snapshot

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"

	"migcheck/hostinfo/libvirt"
)

// What a directory may hold at most.
const (
	maxEntries  = 500_000
	maxHosts    = 20_000
	maxGuests   = 20_000   // of one host
	maxHostFile = 64 << 20 // bytes
	maxXMLFile  = libvirt.MaxXML
	maxTotal    = 2 << 30 // bytes of all files that are read
)

// directory reads a snapshot's files. Nothing outside it is ever opened: an
// os.Root resolves every name, symbolic links included.
type directory struct {
	root *os.Root
	left int64 // bytes that may still be read
}

func openDirectory(dir string) (*directory, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &directory{root: root, left: maxTotal}, nil
}

func (d *directory) close() { _ = d.root.Close() }

// hostFiles are the names of the directory's host files, sorted.
func (d *directory) hostFiles() ([]string, error) {
	f, err := d.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var names []string
	for seen := 0; ; {
		batch, err := f.ReadDir(1000)
		for _, e := range batch {
			if name := e.Name(); strings.HasSuffix(name, ".json") && name[0] != '.' {
				names = append(names, name)
			}
		}
		seen += len(batch)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if seen > maxEntries || len(names) > maxHosts {
			return nil, fmt.Errorf("it holds more than %d hosts or %d files", maxHosts, maxEntries)
		}
	}
	slices.Sort(names)
	return names, nil
}

// read returns a regular file's content of at most limit bytes.
func (d *directory) read(name string, limit int64) ([]byte, error) {
	// O_NONBLOCK: opening a FIFO must not wait for its writer.
	f, err := d.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", name)
	}
	limit = min(limit, d.left)
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if int64(len(data)) > limit {
		if limit == d.left {
			return nil, fmt.Errorf("the snapshot is larger than %d bytes", int64(maxTotal))
		}
		return nil, fmt.Errorf("%s is larger than %d bytes", name, limit)
	}
	d.left -= int64(len(data))
	return data, nil
}

// host reads one host file without the XML that it names.
func (d *directory) host(name string) (*hostFile, error) {
	data, err := d.read(name, maxHostFile)
	if err != nil {
		return nil, err
	}
	f, err := decodeHost(data)
	if err != nil {
		return nil, fmt.Errorf("%s %w", name, err)
	}
	return f, nil
}
