package change

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// AddFile adds the writing of a file; what it undoes is a file that was not there.
func (p *Plan) AddFile(path string, content []byte, mode fs.FileMode) error {
	there, err := Exists(path)
	undo := func() { _ = os.Remove(path) }
	if there {
		undo = nil
	}
	p.Add(fmt.Sprintf("write %s (%d bytes, mode %#o)", path, len(content), mode),
		func() error { return Put(path, bytes.NewReader(content), mode) }, undo)
	return err
}

// Delete adds the deletion of a file, if it is there.
func (p *Plan) Delete(path string) error {
	there, err := Exists(path)
	if there {
		p.Add("delete "+path, func() error { return os.Remove(path) }, nil)
	}
	return err
}

// DeleteDir adds the deletion of a directory, if nothing is in it by then.
func (p *Plan) DeleteDir(path string) {
	p.Add(fmt.Sprintf("delete the directory %s if it is empty", path), func() error {
		entries, err := os.ReadDir(path)
		if errors.Is(err, fs.ErrNotExist) || len(entries) > 0 {
			return nil
		}
		return errors.Join(err, os.Remove(path))
	}, nil)
}

// Put writes a file in one step: it is there whole, or as it was before.
func Put(path string, content io.Reader, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = io.Copy(f, content)
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
	return err
}

// Exists says whether anything has that name, a dangling link included.
func Exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
