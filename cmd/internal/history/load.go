package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/change"
	"migcheck/preflight/fleet"
)

// Line is one run in a list.
type Line struct {
	ID      int64             `json:"id"`
	Created time.Time         `json:"created"` // UTC
	Tool    string            `json:"tool"`    // migcheck's version
	Options preflight.Options `json:"options"`
	change.Counts
}

const lineColumns = "id, created, tool, options, hosts, unobserved, guests, free, stuck, undecided"

// Runs are the last runs, oldest first; all of them if last is 0.
func (f *File) Runs(ctx context.Context, last int) ([]Line, error) {
	if last <= 0 {
		last = -1
	}
	rows, err := f.db.QueryContext(ctx, "SELECT * FROM (SELECT "+lineColumns+" FROM run ORDER BY id DESC LIMIT ?) ORDER BY id", last)
	if err != nil {
		return nil, f.wrap("read", err)
	}
	defer rows.Close()
	var out []Line
	for rows.Next() {
		l, err := scanLine(rows)
		if err != nil {
			return nil, f.wrap("read", err)
		}
		out = append(out, *l)
	}
	return out, f.wrap("read", rows.Err())
}

func scanLine(row interface{ Scan(...any) error }) (*Line, error) {
	var l Line
	var created int64
	var options string
	c := &l.Counts
	err := row.Scan(&l.ID, &created, &l.Tool, &options, &c.Hosts, &c.Unobserved, &c.Guests, &c.Free, &c.Stuck, &c.Undecided)
	if err != nil {
		return nil, err
	}
	l.Created = time.Unix(0, created).UTC()
	if err := json.Unmarshal([]byte(options), &l.Options); err != nil {
		return nil, &damaged{fmt.Errorf("run %d: its options: %w", l.ID, err)}
	}
	return &l, nil
}

// Load reads a run. Hosts that have the same facts in other have them by the
// same pointer, and are not read again; other may be nil.
func (f *File) Load(ctx context.Context, id int64, other *Loaded) (*Loaded, error) {
	l, err := f.load(ctx, id, other)
	if errors.Is(err, sql.ErrNoRows) {
		err = noneError{fmt.Errorf("it holds no run %d", id)}
	}
	return l, f.wrap("read", err)
}

// Loaded is a run that was read.
type Loaded struct {
	change.Run
	facts, guests []int64 // the bodies of its hosts
	at            []*hostinfo.Host
	theirs        [][]*hostinfo.Guest
}

func (f *File) load(ctx context.Context, id int64, other *Loaded) (*Loaded, error) {
	tx, err := f.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }()
	l := &Loaded{Run: change.Run{ID: id}}
	var packed []byte
	if err := tx.QueryRowContext(ctx, "SELECT document FROM run WHERE id = ?", id).Scan(&packed); err != nil {
		return nil, err
	}
	stored, err := storedHosts(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if l.Document, err = decodeDocument(packed); err == nil {
		err = l.fill(ctx, tx, stored, other)
	}
	if err != nil {
		if _, ok := errors.AsType[*damaged](err); !ok && ctx.Err() == nil {
			return nil, fmt.Errorf("run %d: %w", id, err)
		}
	}
	return l, err
}

func decodeDocument(packed []byte) (*fleet.Document, error) {
	data, err := unpack(packed, maxDocument)
	if err != nil {
		return nil, &damaged{err}
	}
	var d fleet.Document
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, &damaged{err}
	}
	if err := d.Check(); err != nil {
		return nil, &damaged{err}
	}
	return &d, nil
}

// stored is a row of seen.
type stored struct {
	facts, guests int64
	moment        []byte
}

func storedHosts(ctx context.Context, tx *sql.Tx, id int64) ([]stored, error) {
	rows, err := tx.QueryContext(ctx, "SELECT host, facts, guests, moment FROM seen WHERE run = ? ORDER BY host", id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []stored
	for rows.Next() {
		var s stored
		var place int
		if err := rows.Scan(&place, &s.facts, &s.guests, &s.moment); err != nil {
			return nil, err
		}
		if place != len(out) {
			return nil, &damaged{fmt.Errorf("run %d: host %d is missing", id, len(out))}
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// fill reads the facts of the run's hosts and guests.
func (l *Loaded) fill(ctx context.Context, tx *sql.Tx, rows []stored, other *Loaded) error {
	if len(rows) != len(l.Document.Hosts) {
		return &damaged{fmt.Errorf("it has facts of %d hosts, and its document names %d", len(rows), len(l.Document.Hosts))}
	}
	have := newHave(other)
	for i := range rows {
		if err := l.host(ctx, tx, &rows[i], have); err != nil {
			return fmt.Errorf("host %s: %w", l.Document.Hosts[i].Name, err)
		}
	}
	return l.seat()
}

// have is what another run has by the number of its body.
type have struct {
	hosts  map[int64]*hostinfo.Host
	guests map[int64][]*hostinfo.Guest
}

func newHave(other *Loaded) *have {
	h := &have{map[int64]*hostinfo.Host{}, map[int64][]*hostinfo.Guest{}}
	if other != nil {
		for i := range other.facts {
			h.hosts[other.facts[i]], h.guests[other.guests[i]] = other.at[i], other.theirs[i]
		}
	}
	return h
}

func (l *Loaded) host(ctx context.Context, tx *sql.Tx, s *stored, have *have) error {
	h := have.hosts[s.facts]
	if h == nil {
		facts, err := readBody(ctx, tx, s.facts)
		if err != nil {
			return err
		}
		if h, err = decodeHost(facts, s.moment); err != nil {
			return &damaged{err}
		}
		have.hosts[s.facts] = h
	}
	guests, met := have.guests[s.guests]
	if !met {
		data, err := readBody(ctx, tx, s.guests)
		if err != nil {
			return err
		}
		if guests, err = decodeGuests(data); err != nil {
			return &damaged{err}
		}
		have.guests[s.guests] = guests
	}
	l.facts, l.guests = append(l.facts, s.facts), append(l.guests, s.guests)
	l.at, l.theirs = append(l.at, h), append(l.theirs, guests)
	return nil
}

func readBody(ctx context.Context, tx *sql.Tx, id int64) ([]byte, error) {
	var hash, packed []byte
	err := tx.QueryRowContext(ctx, "SELECT hash, json FROM body WHERE id = ?", id).Scan(&hash, &packed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, &damaged{errors.New("its facts are not there")}
	}
	if err != nil {
		return nil, err
	}
	data, err := unpackBody(hash, packed)
	if err != nil {
		return nil, &damaged{err}
	}
	return data, nil
}

// seat puts the guests in the order of the document: they are stored by host,
// in that order.
func (l *Loaded) seat() error {
	l.Run.Hosts = l.at
	next := make([]int, len(l.theirs))
	for i := range l.Document.Guests {
		g := &l.Document.Guests[i]
		n := next[g.Host]
		if n >= len(l.theirs[g.Host]) || l.theirs[g.Host][n].Name != g.Name {
			return &damaged{fmt.Errorf("the facts of guest %q are not there", g.Name)}
		}
		l.Run.Guests = append(l.Run.Guests, l.theirs[g.Host][n])
		next[g.Host]++
	}
	return nil
}
