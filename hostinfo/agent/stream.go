package agent

import (
	"encoding/json"
	"net/http"
	"reflect"
	"time"

	"migcheck/hostinfo"
)

// maxNames bounds each list of a Change.
const maxNames = 100

// changes sends a line with every change. It looks by itself for what the
// kernel does not tell.
func (s *Server) changes(w http.ResponseWriter, r *http.Request) {
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		w.Header().Set("Retry-After", "10")
		http.Error(w, "too many listen already", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/jsonl")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	send := func(c Change) error {
		// Each line has its own time: a stream has no end.
		if err := out.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
			return err
		}
		if err := json.NewEncoder(w).Encode(c); err != nil {
			return err
		}
		return out.Flush()
	}
	var sent *state
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for {
		heard := s.memory.hears() // before the reading, so that no word is missed
		now, err := s.memory.fresh(r.Context(), watchEvery/2)
		if err != nil {
			return // the reader asks again
		}
		if sent == nil || now.etag != sent.etag {
			if send(changeTo(sent, now)) != nil {
				return
			}
			sent = now
		}
		select {
		case <-r.Context().Done():
			return
		case <-sent.differs:
		case <-heard:
		case <-ticker.C:
		}
	}
}

// changeTo is the line that leads from one state to another; from is nil for
// the first.
func changeTo(from, to *state) Change {
	c := Change{ETag: to.etag}
	if from == nil {
		return c
	}
	put := func(list *[]string, name string) {
		if len(*list) == maxNames {
			c.More = true
			return
		}
		*list = append(*list, name)
	}
	before, after := hostinfo.IndexLinks(from.host), hostinfo.IndexLinks(to.host)
	for i := range to.host.Devices {
		d := &to.host.Devices[i]
		if old := before.ByIndex(d.Index); old == nil {
			put(&c.Added, d.Name)
		} else if !reflect.DeepEqual(old, d) {
			put(&c.Changed, d.Name)
		}
	}
	for i := range from.host.Devices {
		if d := &from.host.Devices[i]; after.ByIndex(d.Index) == nil {
			put(&c.Removed, d.Name)
		}
	}
	return c
}
