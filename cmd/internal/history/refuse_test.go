package history

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestRefused: what is no history of this version is an error that says why,
// and stays as it is.
func TestRefused(t *testing.T) {
	ctx := context.Background()
	for name, c := range map[string]struct {
		spoil func(t *testing.T, path string)
		says  string
	}{
		"later":    {by("PRAGMA user_version = 2"), "it was written by a later migcheck: its version is 2, this one reads up to 1"},
		"foreign":  {by("PRAGMA application_id = 7"), "it is an SQLite file, but no history of migcheck"},
		"trigger":  {by("CREATE TRIGGER more AFTER INSERT ON run BEGIN DELETE FROM body; END"), "no history of migcheck"},
		"view":     {by("CREATE VIEW more AS SELECT * FROM run"), "no history of migcheck"},
		"no table": {by("DROP TABLE seen"), "no history of migcheck"},
		"header":   {func(t *testing.T, path string) { overwrite(t, path, 0, 100) }, "it is damaged"},
		"schema":   {func(t *testing.T, path string) { overwrite(t, path, 100, 2000) }, "it is damaged"},
		"cut":      {func(t *testing.T, path string) { truncate(t, path, 1000) }, "it is damaged"},
	} {
		path := temporary(t)
		f, err := Open(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		record(t, f, 0, DefaultKeep)
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		c.spoil(t, path)
		was, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, open := range []func(context.Context, string) (*File, error){Open, Read} {
			f, err := open(ctx, path)
			if err == nil {
				_ = f.Close()
				t.Errorf("%s: it is opened", name)
				continue
			}
			e, ok := errors.AsType[*Error](err)
			if !ok || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) || !strings.Contains(e.Hint(), "nothing was changed in it") {
				t.Errorf("%s: %v; hint %q", name, err, e.Hint())
			}
		}
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(was, now) {
			t.Errorf("%s: %v: the file was changed", name, err)
		}
	}
}

func by(query string) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		t.Helper()
		f := opened(t, path)
		if _, err := f.db.Exec(query); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func overwrite(t *testing.T, path string, at, n int) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copy(data[at:at+n], bytes.Repeat([]byte{0xa5}, n))
	if err := os.WriteFile(path, data, 0o640); err != nil {
		t.Fatal(err)
	}
}

func truncate(t *testing.T, path string, n int64) {
	t.Helper()
	if err := os.Truncate(path, n); err != nil {
		t.Fatal(err)
	}
}

// TestRowsAreHeld: rows that are not what was stored are damage, not facts.
func TestRowsAreHeld(t *testing.T) {
	for _, query := range []string{
		"UPDATE body SET json = x'00' WHERE id = 1", "UPDATE body SET json = (SELECT json FROM body WHERE id = 3) WHERE id = 1",
		"UPDATE run SET document = x'1f8b'", "UPDATE run SET document = (SELECT json FROM body WHERE id = 1)",
		`UPDATE seen SET moment = '{"promiscuity":[[-1,2]]}'`, `UPDATE seen SET moment = '{"connections":[[0,99999,2]]}'`, "UPDATE seen SET moment = 'x'",
		"UPDATE seen SET guests = facts", "DELETE FROM seen WHERE host = 3", "DELETE FROM seen WHERE host = 7",
		"PRAGMA foreign_keys = 0; DELETE FROM body WHERE id = 2",
	} {
		f := opened(t, temporary(t))
		id := record(t, f, 0, DefaultKeep)
		if _, err := f.db.Exec(query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		_, err := f.Load(context.Background(), id, nil)
		if e, ok := errors.AsType[*Error](err); !ok || !strings.Contains(err.Error(), "damaged") || e.Hint() != adviceDamaged {
			t.Errorf("%s: %v", query, err)
		}
	}
}

// TestNoFile: what is not there, or no file.
func TestNoFile(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	if _, err := Read(ctx, filepath.Join(dir, "none.db")); !errors.Is(err, ErrNone) {
		t.Errorf("%v", err)
	}
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{fifo, dir} {
		for _, open := range []func(context.Context, string) (*File, error){Open, Read} {
			if _, err := open(ctx, path); err == nil || !strings.Contains(err.Error(), "not a regular file") {
				t.Errorf("%v", err)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "empty.db"), nil, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(ctx, filepath.Join(dir, "empty.db")); !errors.Is(err, ErrNone) {
		t.Errorf("%v", err)
	}
	record(t, opened(t, filepath.Join(dir, "empty.db")), 0, DefaultKeep)
	odd := filepath.Join(dir, "a?mode=memory&b#c%41 'd")
	record(t, opened(t, odd), 0, DefaultKeep)
	if info, err := os.Stat(odd); err != nil || info.Size() == 0 {
		t.Errorf("%v: it went elsewhere", err)
	}
}

// TestPath: where the file is if nobody says so.
func TestPath(t *testing.T) {
	t.Setenv("STATE_DIRECTORY", "")
	t.Setenv("XDG_STATE_HOME", "/xdg")
	for _, c := range []struct{ state, given, want string }{
		{"", "/x/y.db", "/x/y.db"}, {"", "", "/xdg/migcheck/history.db"}, {"/var/lib/migcheck:/b", "", "/var/lib/migcheck/history.db"},
	} {
		t.Setenv("STATE_DIRECTORY", c.state)
		if got, err := Path(c.given); err != nil || got != c.want {
			t.Errorf("%+v: %s, %v", c, got, err)
		}
	}
}

// TestParseRef: names of runs, and what is none.
func TestParseRef(t *testing.T) {
	zone := time.FixedZone("JST", 9*3600)
	now := time.Date(2026, 11, 2, 8, 0, 0, 0, zone)
	at := func(d, h, m, s, ns int) time.Time { return time.Date(2026, 11, d, h, m, s, ns, zone) }
	for text, want := range map[string]Ref{
		"7": {id: 7}, "latest": {}, "latest-3": {back: 3}, "-1": {}, "-3": {back: 2},
		"yesterday": {until: at(1, 23, 59, 59, 999999999)}, "2026-11-01": {until: at(1, 23, 59, 59, 999999999)},
		"2026-11-01T07:30:00Z": {until: at(1, 16, 30, 0, 0)}, "2026-11-01 16:30": {until: at(1, 16, 30, 0, 0)},
		"36h": {until: now.Add(-36 * time.Hour)}, "7d": {until: now.AddDate(0, 0, -7)},
	} {
		got, err := ParseRef(text, now)
		if err != nil || got.id != want.id || got.back != want.back || !got.until.Equal(want.until) {
			t.Errorf("%s: %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "0", "+3", "-0", "latest3", "latest--1", "latest-x", "99999999999999999999", "-99999999999", "2026-13-01", "-3h", "99999999d", "tomorrow", "\x1b[31m", "1e3"} {
		if got, err := ParseRef(text, now); err == nil {
			t.Errorf("%q names %+v", text, got)
		}
	}
}

// FuzzParseRef: a name is a run in one way or none.
func FuzzParseRef(f *testing.F) {
	for _, s := range []string{"7", "-2", "latest-1", "yesterday", "2026-11-01", "36h", "7d"} {
		f.Add(s)
	}
	now := time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseRef(s, now)
		if err != nil {
			return
		}
		if r.id < 0 || r.back < 0 || r.id != 0 && (r.back != 0 || !r.until.IsZero()) || r.back != 0 && !r.until.IsZero() {
			t.Errorf("%q is %+v", s, r)
		}
	})
}

// FuzzRows: stored rows are facts or damage; they never bring a reader down.
func FuzzRows(f *testing.F) {
	of, d := run(f, small, 0)
	r, err := render(of, d)
	if err != nil {
		f.Fatal(err)
	}
	facts, _ := r.hosts[0].facts.make()
	guests, _ := r.hosts[0].guests.make()
	f.Add(r.document, facts, guests, r.hosts[0].moment)
	f.Add([]byte("x"), []byte("{}"), []byte("[null]"), []byte(`{"connections":[[0,0,1]]}`))
	f.Fuzz(func(t *testing.T, document, facts, guests, moment []byte) {
		if d, err := decodeDocument(document); err == nil {
			for i := range d.Guests {
				_ = d.Levels(i)
			}
		}
		if h, err := decodeHost(facts, moment); err == nil && h.Name == "" {
			t.Error("a host without a name")
		}
		if list, err := decodeGuests(guests); err == nil {
			for _, g := range list {
				_ = g.Sent()
			}
		}
	})
}
