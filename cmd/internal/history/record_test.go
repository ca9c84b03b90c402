package history

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
)

// TestRoundTrip: what was recorded is read back, to the last fact.
func TestRoundTrip(t *testing.T) {
	f := opened(t, temporary(t))
	ctx := context.Background()
	for n := range 3 {
		of, d := run(t, small, n)
		id, err := f.Record(ctx, of, d, DefaultKeep)
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.Load(ctx, id, nil)
		if err != nil {
			t.Fatal(err)
		}
		var hosts []*hostinfo.Host
		for i := range of.Hosts {
			hosts = append(hosts, of.Hosts[i].View.Host)
		}
		for what, pair := range map[string][2]any{"document": {d, got.Document}, "hosts": {hosts, got.Hosts}, "guests": {storedGuests(of), got.Guests}} {
			if diff := cmp.Diff(asJSON(t, pair[0]), asJSON(t, pair[1])); diff != "" {
				t.Errorf("run %d: %s (-recorded +read):\n%s", id, what, diff)
			}
		}
	}
	lines, err := f.Runs(ctx, 2)
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != 2 || lines[1].ID != lines[0].ID+1 || lines[1].Tool != "v2" || lines[1].Hosts != small.Hosts || lines[1].Guests != small.Guests {
		t.Errorf("the last two are %+v", lines)
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestOnlyWhatChanged: an unchanged host costs a reference, though it was read
// at another time and its counters went on.
func TestOnlyWhatChanged(t *testing.T) {
	f := opened(t, temporary(t))
	record(t, f, 0, DefaultKeep)
	bodies := number(t, f, "SELECT count(*) FROM body")
	if bodies < int64(small.Hosts) {
		t.Fatalf("%d bodies for %d hosts", bodies, small.Hosts)
	}
	of, d := run(t, small, 0)
	of.Now, d.Created = of.Now.Add(time.Hour), d.Created.Add(time.Hour)
	for i := range of.Hosts {
		h := of.Hosts[i].View.Host
		h.Gathered = h.Gathered.Add(time.Hour)
		for k := range h.Devices {
			h.Devices[k].Promiscuity += 7
		}
		for k := range of.Guests {
			of.Guests[k].ID += 100
		}
	}
	if _, err := f.Record(context.Background(), of, d, DefaultKeep); err != nil {
		t.Fatal(err)
	}
	if now := number(t, f, "SELECT count(*) FROM body"); now != bodies {
		t.Errorf("%d bodies became %d, and nothing has changed", bodies, now)
	}
	record(t, f, 1, DefaultKeep)
	if now := number(t, f, "SELECT count(*) FROM body"); now != bodies+1 {
		t.Errorf("%d bodies became %d, and one host has changed", bodies, now)
	}
}

// TestNoXML: guests' XML is not in the file, nor in what is packed there.
func TestNoXML(t *testing.T) {
	f := opened(t, temporary(t))
	record(t, f, 0, DefaultKeep)
	rows, err := f.db.QueryContext(context.Background(), "SELECT json FROM body UNION ALL SELECT document FROM run")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var packed []byte
		if err := rows.Scan(&packed); err != nil {
			t.Fatal(err)
		}
		data, err := unpack(packed, maxDocument)
		if err != nil {
			t.Fatal(err)
		}
		if s := string(data); strings.Contains(s, "<domain") || strings.Contains(s, "<interface") || strings.Contains(s, `\u003cinterface`) {
			t.Errorf("there is XML in %.200s", s)
		}
		n++
	}
	if n < small.Hosts {
		t.Errorf("only %d things were looked at", n)
	}
}

// TestKeep: runs go by number and by age, and what only they had goes with
// them; the file ends up no larger.
func TestKeep(t *testing.T) {
	path := temporary(t)
	f := opened(t, path)
	ctx := context.Background()
	var sizes []int64
	for n := range 60 {
		id := record(t, f, n, Keep{Runs: 5})
		if last := number(t, f, "SELECT max(id) FROM run"); last != id {
			t.Fatalf("the last is %d, not %d", last, id)
		}
		if runs := number(t, f, "SELECT count(*) FROM run"); runs > 5 {
			t.Fatalf("%d runs are kept", runs)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, info.Size())
	}
	if float64(sizes[59]) > 1.3*float64(sizes[9]) {
		t.Errorf("the file grows: %v", sizes)
	}
	if n := number(t, f, "SELECT count(*) FROM body WHERE id NOT IN (SELECT facts FROM seen UNION SELECT guests FROM seen)"); n != 0 {
		t.Errorf("%d bodies belong to nothing", n)
	}
	record(t, f, 61, Keep{For: 90 * time.Minute, Runs: 400}) // run 59 was two hours before
	if n := number(t, f, "SELECT count(*) FROM run"); n != 1 {
		t.Errorf("%d runs are kept, and all but one are too old", n)
	}
	if _, err := f.Load(ctx, number(t, f, "SELECT max(id) FROM run"), nil); err != nil {
		t.Error(err)
	}
	if free, pages := number(t, f, "PRAGMA freelist_count"), number(t, f, "PRAGMA page_count"); free*8 > pages {
		t.Errorf("%d of %d pages are free", free, pages)
	}
	if info, err := os.Stat(path); err != nil || info.Size() >= sizes[59] {
		t.Errorf("%v: the file was not given back: %d bytes, before %d", err, info.Size(), sizes[59])
	}
	if record(t, f, 62, Keep{}); number(t, f, "SELECT count(*) FROM run") != 2 {
		t.Error("no limit is not none")
	}
}
