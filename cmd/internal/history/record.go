package history

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/snapshot"
	"migcheck/preflight/change"
	"migcheck/preflight/fleet"
)

// Record stores a run, and deletes what is not to be kept any longer. All of it
// is on the disk when it returns, or nothing of it is there. It gives the run's
// number.
func (f *File) Record(ctx context.Context, of *fleet.Fleet, d *fleet.Document, k Keep) (int64, error) {
	run, err := render(of, d)
	if err == nil {
		err = f.known(ctx, run)
	}
	var id int64
	if err == nil {
		id, err = f.store(ctx, run, d, k)
	}
	if err != nil {
		return 0, f.wrap("record in", err)
	}
	// The run is stored; giving pages back can wait for the next one.
	_ = f.shrink(ctx)
	return id, nil
}

// rendered is a run as it is stored.
type rendered struct {
	document, options []byte
	hosts             []renderedHost
}

type renderedHost struct {
	name          string
	facts, guests body
	moment        []byte
}

// body is something shared between runs. It is packed only if it is not in the
// file yet.
type body struct {
	hash   [sha256.Size]byte
	packed []byte
	make   func() ([]byte, error)
}

func newBody(make func() ([]byte, error)) (body, error) {
	data, err := make()
	return body{hash: sha256.Sum256(data), make: make}, err
}

func render(of *fleet.Fleet, d *fleet.Document) (*rendered, error) {
	if len(of.Hosts) != len(d.Hosts) || len(of.Guests) != len(d.Guests) {
		return nil, errors.New("the document is of another fleet")
	}
	data, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	run := &rendered{document: pack(data)}
	if run.options, err = json.Marshal(d.Options); err != nil {
		return nil, err
	}
	at := make([][]*hostinfo.Guest, len(of.Hosts))
	for i := range of.Guests {
		g := &of.Guests[i]
		at[g.Host] = append(at[g.Host], g.Guest)
	}
	for i := range of.Hosts {
		h, err := renderHost(of.Hosts[i].View.Host, at[i])
		if err != nil {
			return nil, err
		}
		run.hosts = append(run.hosts, *h)
	}
	return run, nil
}

func renderHost(h *hostinfo.Host, guests []*hostinfo.Guest) (*renderedHost, error) {
	rest, m := split(h)
	out := &renderedHost{name: h.Name}
	var err error
	if out.moment, err = json.Marshal(m); err != nil {
		return nil, fmt.Errorf("host %s: %w", h.Name, err)
	}
	if out.facts, err = newBody(func() ([]byte, error) { return snapshot.EncodeHost(rest, hostinfo.EveryFact()) }); err != nil {
		return nil, err
	}
	out.guests, err = newBody(func() ([]byte, error) { return guestsOf(guests) })
	if err != nil {
		return nil, fmt.Errorf("host %s: its guests: %w", h.Name, err)
	}
	return out, nil
}

func (r *rendered) bodies(do func(*body) error) error {
	for i := range r.hosts {
		for _, b := range []*body{&r.hosts[i].facts, &r.hosts[i].guests} {
			if err := do(b); err != nil {
				return err
			}
		}
	}
	return nil
}

const findBody = "SELECT id FROM body WHERE hash = ?"

// known packs what the file does not have yet, before anybody is held up by it.
func (f *File) known(ctx context.Context, r *rendered) error {
	find, err := f.db.PrepareContext(ctx, findBody)
	if err != nil {
		return err
	}
	defer find.Close()
	return r.bodies(func(b *body) error {
		var id int64
		err := find.QueryRowContext(ctx, b.hash[:]).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return b.pack()
		}
		return err
	})
}

func (b *body) pack() error {
	if b.packed != nil {
		return nil
	}
	data, err := b.make()
	b.packed = pack(data)
	return err
}

func (f *File) store(ctx context.Context, r *rendered, d *fleet.Document, k Keep) (int64, error) {
	tx, err := f.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }()
	c := change.Count(d)
	res, err := tx.ExecContext(ctx, `INSERT INTO run (created, tool, options, hosts, unobserved, guests, free, stuck, undecided, document)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, d.Created.UnixNano(), d.Tool.Version, string(r.options),
		c.Hosts, c.Unobserved, c.Guests, c.Free, c.Stuck, c.Undecided, r.document)
	if err != nil {
		return 0, err
	}
	id, err := res.LastInsertId()
	if err != nil {
		return 0, err
	}
	if err := storeHosts(ctx, tx, id, r); err != nil {
		return 0, err
	}
	if err := prune(ctx, tx, id, d.Created, k); err != nil {
		return 0, err
	}
	return id, tx.Commit()
}

func storeHosts(ctx context.Context, tx *sql.Tx, run int64, r *rendered) error {
	ids := map[[sha256.Size]byte]int64{}
	err := r.bodies(func(b *body) error {
		id, err := storeBody(ctx, tx, b)
		ids[b.hash] = id
		return err
	})
	if err != nil {
		return err
	}
	put, err := tx.PrepareContext(ctx, "INSERT INTO seen (run, host, name, facts, guests, moment) VALUES (?, ?, ?, ?, ?, ?)")
	if err != nil {
		return err
	}
	defer put.Close()
	for i := range r.hosts {
		h := &r.hosts[i]
		if _, err := put.ExecContext(ctx, run, i, h.name, ids[h.facts.hash], ids[h.guests.hash], string(h.moment)); err != nil {
			return err
		}
	}
	return nil
}

func storeBody(ctx context.Context, tx *sql.Tx, b *body) (int64, error) {
	var id int64
	err := tx.QueryRowContext(ctx, findBody, b.hash[:]).Scan(&id)
	if !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}
	if err := b.pack(); err != nil { // it was deleted meanwhile
		return 0, err
	}
	res, err := tx.ExecContext(ctx, "INSERT INTO body (hash, json) VALUES (?, ?)", b.hash[:], b.packed)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}
