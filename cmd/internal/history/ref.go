package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Ref is a run as somebody names it.
type Ref struct {
	words string
	id    int64     // 0: it is not named by its number
	back  int       // runs before the last one
	until time.Time // zero: it is not named by a time
}

// RefWords are what a run can be named by.
const RefWords = "the number of a run; latest, or latest-1 for the one before it, which is also -2; yesterday, a day (2026-11-01), a time (2026-11-01T12:00:00Z) or an age (36h, 7d) for the last run until then"

// ParseRef reads a run's name. Days and yesterday are those of now's place.
func ParseRef(text string, now time.Time) (Ref, error) {
	r := Ref{words: text}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		switch {
		case n > 0 && text[0] != '+':
			r.id = n
			return r, nil
		case n < 0 && n > -math.MaxInt32:
			r.back = int(-n) - 1
			return r, nil
		}
		return r, fmt.Errorf("%.40q is the number of no run", text)
	}
	if rest, ok := strings.CutPrefix(text, "latest"); ok {
		n, err := back(rest)
		r.back = n
		return r, err
	}
	year, month, day := now.Date()
	if text == "yesterday" {
		r.until = time.Date(year, month, day, 0, 0, 0, -1, now.Location())
		return r, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, now.Location()); err == nil {
		r.until = t.AddDate(0, 0, 1).Add(-1)
		return r, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02T15:04:05", time.DateTime} {
		if t, err := time.ParseInLocation(layout, text, now.Location()); err == nil {
			r.until = t
			return r, nil
		}
	}
	if age, err := ParseAge(text); err == nil {
		r.until = now.Add(-age)
		return r, nil
	}
	return r, fmt.Errorf("%.40q names no run", text)
}

// back is N of latest-N.
func back(rest string) (int, error) {
	if rest == "" {
		return 0, nil
	}
	digits, ok := strings.CutPrefix(rest, "-")
	n, err := strconv.ParseUint(digits, 10, 31)
	if !ok || err != nil {
		return 0, fmt.Errorf("%.40q names no run", "latest"+rest)
	}
	return int(n), nil
}

// ParseAge reads a length of time: as time.ParseDuration does, or in days: "90d".
func ParseAge(text string) (time.Duration, error) {
	if digits, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseUint(digits, 10, 31); err == nil && n <= 36500 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%.40q is no time like 36h or 90d", text)
	}
	return d, nil
}

// Find gives the run that is meant, or an error that says which there are.
func (f *File) Find(ctx context.Context, r Ref) (*Line, error) {
	where, arg := "1 ORDER BY id DESC LIMIT 1 OFFSET ?", any(r.back)
	switch {
	case r.id != 0:
		where, arg = "id = ?", r.id
	case !r.until.IsZero():
		where, arg = "created <= ? ORDER BY created DESC, id DESC LIMIT 1", r.until.UnixNano()
	}
	l, err := scanLine(f.db.QueryRowContext(ctx, "SELECT "+lineColumns+" FROM run WHERE "+where, arg))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, f.missing(ctx, r)
	}
	return l, f.wrap("read", err)
}

// missing says that there is no such run, and which there are.
func (f *File) missing(ctx context.Context, r Ref) error {
	var n, from, to int64
	var oldest sql.NullInt64
	err := f.db.QueryRowContext(ctx, "SELECT count(*), coalesce(min(id), 0), coalesce(max(id), 0), min(created) FROM run").Scan(&n, &from, &to, &oldest)
	if err != nil {
		return f.wrap("read", err)
	}
	e := &Error{"read", f.path, noneError{errEmpty}, adviceNone}
	if n > 0 {
		e.Err = noneError{fmt.Errorf("it holds no run %s", r.words)}
		e.Advice = fmt.Sprintf("there are %d, from %d (%s) to %d: migcheck history", n, from, time.Unix(0, oldest.Int64).UTC().Format(time.RFC3339), to)
		if n == 1 {
			e.Advice = fmt.Sprintf("there is one, %d (%s)", from, time.Unix(0, oldest.Int64).UTC().Format(time.RFC3339))
		}
	}
	return e
}
