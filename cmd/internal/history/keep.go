package history

import (
	"context"
	"database/sql"
	"time"
)

// Keep is for how long runs are kept. Zero is no limit.
type Keep struct {
	For  time.Duration
	Runs int
}

// DefaultKeep is what --help says.
var DefaultKeep = Keep{For: 90 * 24 * time.Hour, Runs: 400}

// prune deletes runs that are too old or too many, and the facts that no other
// run has. The run that has just been stored stays.
func prune(ctx context.Context, tx *sql.Tx, stored int64, now time.Time, k Keep) error {
	oldest := int64(-1 << 63)
	if k.For > 0 {
		oldest = now.Add(-k.For).UnixNano()
	}
	most := int64(-1)
	if k.Runs > 0 {
		most = int64(k.Runs)
	}
	runs, err := numbers(ctx, tx, `SELECT id FROM run WHERE id <> ?1 AND
		(created < ?2 OR ?3 >= 0 AND id NOT IN (SELECT id FROM run ORDER BY id DESC LIMIT ?3))`, stored, oldest, most)
	if err != nil {
		return err
	}
	for _, run := range runs {
		if err := forget(ctx, tx, run); err != nil {
			return err
		}
	}
	return nil
}

// forget deletes a run, and what only it had.
func forget(ctx context.Context, tx *sql.Tx, run int64) error {
	bodies, err := numbers(ctx, tx, "SELECT facts FROM seen WHERE run = ?1 UNION SELECT guests FROM seen WHERE run = ?1", run)
	if err != nil {
		return err
	}
	for _, q := range []string{"DELETE FROM seen WHERE run = ?", "DELETE FROM run WHERE id = ?"} {
		if _, err := tx.ExecContext(ctx, q, run); err != nil {
			return err
		}
	}
	drop, err := tx.PrepareContext(ctx, `DELETE FROM body WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM seen WHERE facts = ?1)
		AND NOT EXISTS (SELECT 1 FROM seen WHERE guests = ?1)`)
	if err != nil {
		return err
	}
	defer drop.Close()
	for _, b := range bodies {
		if _, err := drop.ExecContext(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// shrink gives pages back to the file system if more than an eighth of the file
// is free; what is left free is used by the next run.
func (f *File) shrink(ctx context.Context) error {
	var pages, free int64
	if err := f.db.QueryRowContext(ctx, "PRAGMA page_count").Scan(&pages); err != nil {
		return err
	}
	if err := f.db.QueryRowContext(ctx, "PRAGMA freelist_count").Scan(&free); err != nil {
		return err
	}
	if free*8 <= pages {
		return nil
	}
	// It gives an empty row for each page, and goes on only as they are read.
	rows, err := f.db.QueryContext(ctx, "PRAGMA incremental_vacuum")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
	}
	return rows.Err()
}

// numbers is the first column of a query.
func numbers(ctx context.Context, q querier, query string, args ...any) ([]int64, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, rows.Err()
}
