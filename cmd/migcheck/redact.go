package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"sync"

	"github.com/spf13/pflag"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/fleetfile"
	"migcheck/cmd/internal/history"
	"migcheck/cmd/internal/redact"
	"migcheck/hostinfo"
	"migcheck/hostinfo/standin"
	"migcheck/preflight/report"
	"migcheck/preflight/rules"
)

// redaction is whether, and how, names are hidden in what is printed. It knows the
// facts that a run has seen, since a sentence may name whom no field does.
type redaction struct {
	on  bool
	key string // a file

	mu     sync.Mutex
	hosts  map[string]*hostinfo.Host
	guests map[string]*hostinfo.Guest
	named  []string // hosts' addresses in the fleet file
	names  *standin.Names
}

func (r *redaction) register(f *pflag.FlagSet) {
	f.BoolVar(&r.on, "redact", false, "replace names, addresses, UUIDs and remarks in reports, the same ones by the same; not on stderr")
	f.StringVar(&r.key, "redact-key", "", "redact, and alike in each run with this `FILE`, which holds a secret of 16 bytes or more")
}

// wanted says whether anything is hidden.
func (r *redaction) wanted() bool { return r != nil && (r.on || r.key != "") }

// secret is the key's content; nil if there is none.
func (r *redaction) secret() ([]byte, error) {
	if r == nil || r.key == "" {
		return nil, nil
	}
	f, err := os.Open(r.key)
	if err != nil {
		return nil, exit.Because(fmt.Errorf("--redact-key: %w", err), "make one: (umask 077; head -c 32 /dev/urandom | base64 >FILE)")
	}
	defer f.Close()
	const most = 4096
	key, err := io.ReadAll(io.LimitReader(f, most+1))
	key = bytes.TrimSpace(key)
	switch {
	case err != nil:
		return nil, exit.Because(fmt.Errorf("--redact-key: %w", err), "")
	case len(key) < 16, len(key) > most:
		return nil, exit.Because(fmt.Errorf("--redact-key: %s holds %d bytes; a secret has 16 to %d", r.key, len(key), most), "")
	}
	return key, nil
}

// ready gives the stand-ins, with all that was seen until now learned in an order
// that is the same in every run.
func (r *redaction) ready() (*standin.Names, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.names == nil {
		key, err := r.secret()
		if err != nil {
			return nil, err
		}
		r.names = standin.New(key)
		for _, rule := range rules.All {
			r.names.Keep(rule.ID)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.hosts)) {
		r.names.Learn(r.hosts[name])
	}
	for _, name := range slices.Sorted(maps.Keys(r.guests)) {
		r.names.LearnGuest(r.guests[name])
	}
	for _, name := range r.named {
		r.names.Host(name)
	}
	return r.names, nil
}

// document hides in a document that was read back.
func (r *redaction) document(d *report.Report) error {
	if !r.wanted() {
		return nil
	}
	names, err := r.ready()
	if err == nil {
		redact.Document(d.Document(), names)
	}
	return err
}

// host is a host as it is to be shown.
func (r *redaction) host(h *hostinfo.Host) (*hostinfo.Host, error) {
	if !r.wanted() {
		return h, nil
	}
	r.noteHost(h)
	names, err := r.ready()
	if err != nil {
		return nil, err
	}
	return names.HostFacts(h), nil
}

func (r *redaction) noteHost(h *hostinfo.Host) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.hosts == nil {
		r.hosts = map[string]*hostinfo.Host{}
	}
	if h != nil {
		r.hosts[h.Name] = h
	}
}

func (r *redaction) noteGuest(host string, g *hostinfo.Guest) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.guests == nil {
		r.guests = map[string]*hostinfo.Guest{}
	}
	if g != nil {
		r.guests[host+"\x00"+g.Name+"\x00"+g.UUID] = g
	}
}

// noteFleet notes by what addresses the fleet file reaches hosts: errors name them.
func (r *redaction) noteFleet(f *fleetfile.Fleet) {
	for _, name := range slices.Sorted(maps.Keys(f.Hosts)) {
		if ssh := f.Hosts[name].SSH; ssh != "" {
			r.named = append(r.named, ssh)
		}
	}
}

// noteRun notes the facts of a run that was kept.
func (r *redaction) noteRun(l *history.Loaded) {
	if !r.wanted() {
		return
	}
	for _, h := range l.Hosts {
		r.noteHost(h)
	}
	for i, g := range l.Guests {
		r.noteGuest(fmt.Sprint(l.Document.Guests[i].Host), g)
	}
}

// showing is how a report is to look, and what is hidden in it.
type showing struct {
	report.Options
	redaction *redaction // nil hides nothing
}

// shownAs is a document's JSON as it is to be shown.
func (s showing) shownAs(d any) ([]byte, error) {
	raw, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("write the report: %w", err)
	}
	if !s.redaction.wanted() {
		return raw, nil
	}
	r, err := report.Read(raw)
	if err == nil {
		err = s.redaction.document(r)
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(r.Document())
}
