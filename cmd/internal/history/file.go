package history

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// File is an open history. It must be closed.
type File struct {
	path string
	db   *sql.DB
}

// Open opens a history to record in, and makes the file if it is not there. A
// file of a later version, of something else or with damage is an error, and is
// left as it is.
func Open(ctx context.Context, path string) (*File, error) {
	if err := prepare(path); err != nil {
		return nil, wrap("open", path, err)
	}
	f, now, err := open(ctx, path, "")
	if err == nil && now == empty {
		err = f.create(ctx)
	}
	if err != nil {
		if f != nil {
			_ = f.Close()
		}
		return nil, wrap("open", path, err)
	}
	return f, nil
}

// Read opens a history to read what is in it. Where there is none, errors.Is
// finds ErrNone.
func Read(ctx context.Context, path string) (*File, error) {
	if err := regular(path); os.IsNotExist(err) {
		return nil, &Error{"read", path, noneError{err}, adviceNone}
	} else if err != nil {
		return nil, wrap("read", path, err)
	}
	f, now, err := open(ctx, path, "&_query_only=1")
	if err == nil && now == empty {
		err = &Error{"read", path, noneError{errEmpty}, adviceNone}
	}
	if err != nil {
		if f != nil {
			_ = f.Close()
		}
		return nil, wrap("read", path, err)
	}
	return f, nil
}

// open opens an SQLite file that is there; SQLite itself falls back to reading
// where it may not write. A file may come from anywhere: nothing in its schema
// is run.
func open(ctx context.Context, path, more string) (*File, state, error) {
	if strings.ContainsRune(path, 0) {
		return nil, empty, os.ErrInvalid
	}
	at := url.URL{Scheme: "file", Path: path}
	// A writer holds others up while it stores one run: they wait half a minute.
	db, err := sql.Open("sqlite", at.String()+"?mode=rw&_txlock=immediate&_busy_timeout=30000&_synchronous=EXTRA"+
		"&_foreign_keys=1&_defensive=1&_dqs=0&_error_rc=1&_pragma=trusted_schema(0)&_pragma=cell_size_check(1)"+
		// Pages that did not fit into the cache would lock readers out before the end.
		"&_pragma=cache_spill(0)&_pragma=temp_store(2)"+more)
	if err != nil {
		return nil, empty, err
	}
	db.SetMaxOpenConns(1)
	f := &File{path: path, db: db}
	now, err := f.examine(ctx)
	return f, now, err
}

// Path is where the file is.
func (f *File) Path() string { return f.path }

// Close lets go of the file.
func (f *File) Close() error { return f.wrap("close", f.db.Close()) }
