package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"migcheck/preflight/report"
)

// write renders a document of any kind to every output, and returns it as it was
// read back. Files appear whole or not
// at all, and before anything goes to stdout.
func write(stdout io.Writer, d any, outs []output, o showing) (*report.Report, error) {
	raw, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("write the report: %w", err)
	}
	r, err := report.Read(raw)
	if err != nil {
		return nil, err
	}
	if err := o.redaction.document(r); err != nil {
		return nil, err
	}
	return r, writeReport(stdout, r, outs, o.Options)
}

// writeReport is write for a report that was read back. Files are not coloured. One
// that can't be written keeps nothing else from being written.
func writeReport(stdout io.Writer, r *report.Report, outs []output, o report.Options) error {
	var toStdout []byte
	var failed []error
	for _, out := range outs {
		var b bytes.Buffer
		look := o
		if out.file != "" {
			look.Color, look.Width = false, 100
		}
		if err := r.Render(&b, out.format, look); err != nil {
			return err
		}
		if out.file == "" {
			toStdout = b.Bytes()
			continue
		}
		failed = append(failed, writeWhole(out.file, b.Bytes(), 0o644))
	}
	if _, err := stdout.Write(toStdout); err != nil {
		failed = append(failed, fmt.Errorf("write the report: %w", err))
	}
	return errors.Join(failed...)
}

// writeWhole puts a file in its place in one step, on the disk by then: the one
// before it is whole until the new one is, even if the power goes.
func writeWhole(path string, content []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(content)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
