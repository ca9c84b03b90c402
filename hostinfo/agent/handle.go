package agent

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"migcheck/hostinfo/snapshot"
)

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /inventory", s.inventory)
	mux.HandleFunc("GET /changes", s.changes)
	mux.HandleFunc("GET /version", s.version)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 || len(r.TransferEncoding) > 0 {
			// What follows is neither looked at nor waited for, as net/http would.
			_ = http.NewResponseController(w).SetReadDeadline(time.Now())
			w.Header().Set("Connection", "close")
			http.Error(w, "a question has no body", http.StatusRequestEntityTooLarge)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (s *Server) inventory(w http.ResponseWriter, r *http.Request) {
	maxAge, ok := maxAgeOf(r.Header.Get("Cache-Control"))
	if !ok {
		http.Error(w, "Cache-Control: only max-age and no-cache are known", http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readTimeout)
	defer cancel()
	got, err := s.memory.fresh(ctx, maxAge)
	// The wait for the facts is not the reader's fault. A connection that is
	// over by now has no use for a deadline.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTimeout))
	if err != nil {
		http.Error(w, "the host could not be read: "+err.Error(), http.StatusServiceUnavailable)
		return
	}
	h := w.Header()
	h.Set("ETag", got.etag)
	h.Set("Age", strconv.Itoa(int((time.Since(got.began)+time.Second-1)/time.Second)))
	h.Set("Cache-Control", "no-cache") // whoever keeps it asks again
	if got.memory != "" {
		h.Set(memoryHeader, got.memory)
	}
	if word := socketsWord(s.libvirtSockets()); word != "" {
		h.Set(socketsHeader, word)
	}
	if matches(r.Header.Get("If-None-Match"), got.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(got.body)))
	_, _ = w.Write(got.body) // a reader who went away needs no answer
}

// maxAgeOf is how old the facts may be for a question with that Cache-Control.
func maxAgeOf(header string) (time.Duration, bool) {
	age := MaxAge
	for word := range strings.SplitSeq(header, ",") {
		word = strings.ToLower(strings.TrimSpace(word))
		seconds, given := strings.CutPrefix(word, "max-age=")
		switch {
		case word == "":
		case word == "no-cache":
			age = 0
		case given:
			n, err := strconv.ParseUint(seconds, 10, 31)
			if err != nil {
				return 0, false
			}
			age = min(age, time.Duration(n)*time.Second)
		default:
			return 0, false
		}
	}
	return age, true
}

// matches says whether an If-None-Match names the tag.
func matches(header, tag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		one = strings.TrimPrefix(strings.TrimSpace(one), "W/")
		if one == tag || one == "*" {
			return true
		}
	}
	return false
}

func (s *Server) version(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(Version{
		Schema: schema, Version: s.Version, Host: snapshot.Schema,
		Capabilities: []string{"inventory", "changes"},
	})
}
