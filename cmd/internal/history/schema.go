package history

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

// What the file says of itself: application_id is "migc", user_version the
// version of the tables below.
const (
	application = 0x6d696763
	version     = 1
)

// tables are all that is in a file of this version.
var tables = []string{
	// body holds what is shared between runs. hash is SHA-256 of the JSON, json is
	// that JSON compressed with gzip: a host's facts in the format of a snapshot,
	// or the list of a host's guests.
	`CREATE TABLE body (
	id INTEGER PRIMARY KEY,
	hash BLOB NOT NULL UNIQUE,
	json BLOB NOT NULL
)`,
	// run holds one line a run. created is in nanoseconds since 1970, options is
	// JSON, document the fleet's document (migcheck.fleet/1) compressed with gzip.
	`CREATE TABLE run (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	created INTEGER NOT NULL,
	tool TEXT NOT NULL,
	options TEXT NOT NULL,
	hosts INTEGER NOT NULL,
	unobserved INTEGER NOT NULL,
	guests INTEGER NOT NULL,
	free INTEGER NOT NULL,
	stuck INTEGER NOT NULL,
	undecided INTEGER NOT NULL,
	document BLOB NOT NULL
)`,
	// seen holds one line a run and host; host is its place in the document, moment
	// is JSON of what changes while nothing happens.
	`CREATE TABLE seen (
	run INTEGER NOT NULL REFERENCES run (id),
	host INTEGER NOT NULL,
	name TEXT NOT NULL,
	facts INTEGER NOT NULL REFERENCES body (id),
	guests INTEGER NOT NULL REFERENCES body (id),
	moment TEXT NOT NULL,
	PRIMARY KEY (run, host)
) WITHOUT ROWID`,
	`CREATE INDEX seen_facts ON seen (facts)`,
	`CREATE INDEX seen_guests ON seen (guests)`,
}

// state is what a file turned out to be.
type state int

const (
	empty state = iota
	current
)

// examine says what the file is at one moment: another migcheck may be making
// it.
func (f *File) examine(ctx context.Context) (state, error) {
	tx, err := f.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return empty, err
	}
	defer func() { _ = tx.Rollback() }()
	return examine(ctx, tx)
}

// examine says what the file is, or why it can't be used.
func examine(ctx context.Context, c querier) (state, error) {
	var app, has int64
	var made []string
	for _, q := range []struct {
		sql string
		to  *int64
	}{{"PRAGMA application_id", &app}, {"PRAGMA user_version", &has}} {
		if err := c.QueryRowContext(ctx, q.sql).Scan(q.to); err != nil {
			return empty, err
		}
	}
	rows, err := c.QueryContext(ctx, "SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
	if err != nil {
		return empty, err
	}
	defer rows.Close()
	for rows.Next() {
		var text sql.NullString
		if err := rows.Scan(&text); err != nil {
			return empty, err
		}
		made = append(made, text.String)
	}
	if err := rows.Err(); err != nil {
		return empty, err
	}
	switch {
	case app == 0 && has == 0 && len(made) == 0:
		return empty, nil
	case app != application:
		return empty, errForeign
	case has > version:
		return empty, &laterError{has}
	case has != version || !sameTables(made):
		return empty, errForeign
	}
	return current, nil
}

func sameTables(made []string) bool {
	want := slices.Clone(tables)
	slices.Sort(want)
	slices.Sort(made)
	return slices.Equal(want, made)
}

// create makes the tables, unless another migcheck has just made them.
func (f *File) create(ctx context.Context) error {
	// It counts for a file without tables only, and would write into any other.
	if _, err := f.db.ExecContext(ctx, "PRAGMA auto_vacuum = INCREMENTAL"); err != nil {
		return err
	}
	tx, err := f.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if now, err := examine(ctx, tx); err != nil || now == current {
		return err
	}
	for _, t := range tables {
		if _, err := tx.ExecContext(ctx, t); err != nil {
			return err
		}
	}
	for _, p := range []string{fmt.Sprintf("PRAGMA application_id = %d", application), fmt.Sprintf("PRAGMA user_version = %d", version)} {
		if _, err := tx.ExecContext(ctx, p); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// querier is a connection or a transaction on it.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}
