package agent

import (
	"net/http"
	"testing"

	"migcheck/hostinfo"
)

// Whether libvirt's sockets are there is told with every answer, as it is then:
// also with one that says that nothing has changed.
func TestSockets(t *testing.T) {
	m := newMachine("up0")
	_, path := serve(t, m)
	c := NewClient(Local(path))
	defer c.Close()
	if got := c.Sockets(); got != hostinfo.Unknown {
		t.Errorf("before any answer: %v", got)
	}
	tag := ""
	for _, want := range []hostinfo.Tri{hostinfo.No, hostinfo.Yes, hostinfo.Unknown, hostinfo.No} {
		m.mu.Lock()
		m.sockets = want
		m.mu.Unlock()
		if _, err := c.Inventory(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		if got := c.Sockets(); got != want {
			t.Errorf("%v, want %v", got, want)
		}
		if tag != "" && c.Tag() != tag {
			t.Errorf("the tag %s became %s", tag, c.Tag())
		}
		tag = c.Tag()
	}
	res, _ := ask(t, path, "GET /inventory HTTP/1.1", "If-None-Match: "+tag)
	if res.StatusCode != http.StatusNotModified || res.Header.Get(socketsHeader) != "none" {
		t.Errorf("%s, %q", res.Status, res.Header.Get(socketsHeader))
	}
}

// A word that nobody knows says nothing.
func TestSocketsWord(t *testing.T) {
	for _, word := range []string{"", "None", "none, there", "0"} {
		if got := takeSockets(word); got != hostinfo.Unknown {
			t.Errorf("%q is %v", word, got)
		}
	}
}
