package world

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"migcheck/hostinfo"
	"migcheck/hostinfo/agent"
)

// document is an inventory as it is sent.
type document map[string]any

func (d document) host() map[string]any { return d["host"].(map[string]any) }

func (d document) device(n int) map[string]any {
	return d.host()["devices"].([]any)[n].(map[string]any)
}

// memory is the header by which an agent tells of it.
const memory = "Migcheck-Memory"

// sent is what the agent sends now, and what it says of its host's memory.
func (r *resident) sent() (document, string) {
	r.t.Helper()
	c := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return agent.Local(r.socket)(ctx)
	}}}
	defer c.CloseIdleConnections()
	res, err := c.Get("http://agent/inventory")
	check(r.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	check(r.t, err)
	var d document
	check(r.t, json.Unmarshal(body, &d))
	return d, res.Header.Get(memory)
}

// becomes has another migcheck's agent answer in its place: with what change makes
// of its inventory, or with 404 where that is nil.
func (r *resident) becomes(change func(document)) {
	r.t.Helper()
	d, free := r.sent()
	r.stop()
	l, err := agent.Listen(r.socket)
	check(r.t, err)
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if change == nil || q.URL.Path != "/inventory" {
			http.NotFound(w, q)
			return
		}
		w.Header().Set(memory, free)
		_ = json.NewEncoder(w).Encode(d)
	})}
	if change != nil {
		change(d)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = s.Serve(l) }()
	r.t.Cleanup(func() { _ = s.Close(); <-done })
}

// without drops a fact as an agent would that was made before it was thought of.
func without(f hostinfo.Fact) func(document) {
	return func(d document) {
		d["facts"] = slices.DeleteFunc(d["facts"].([]any), func(had any) bool { return had == string(f) })
	}
}

// later is an agent that knows more than this migcheck.
func later(d document) {
	d["facts"] = append(d["facts"].([]any), "telepathy")
	d["colour"], d.host()["colour"], d.device(0)["colour"] = "red", []any{1}, map[string]any{"of": "lo"}
	gaps, _ := d.host()["gaps"].([]any)
	d.host()["gaps"] = append(gaps, map[string]any{"fact": "telepathy", "reason": "only root may"})
}

// TestAgentVersions: an agent of another version is read as far as it is understood,
// what it does not know is not known, and else the one exec is the way.
func TestAgentVersions(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(document)
		via    string
		why    string // the agent is not asked
	}{
		{"more of everything", later, agent.Via, ""},
		{"a later schema", func(d document) { d["schema"] = "migcheck.host/2" }, byCommand, "a later migcheck's"},
		{"another schema", func(d document) { d["schema"] = "telemetry/1" }, byCommand, "its schema is"},
		{"other paths", nil, byCommand, "status 404"},
		{"another word", func(d document) { d.device(0)["lower_up"] = "maybe" }, byCommand, "neither true, false nor null"},
		{"another type", func(d document) { d.device(0)["name"] = []any{"lo"} }, byCommand, "is not JSON of a recorded host"},
		{"devices by another name", func(d document) {
			d.host()["links"] = d.host()["devices"]
			delete(d.host(), "devices")
		}, byCommand, "it has no device"},
	} {
		for _, told := range []bool{true, false} {
			t.Run(c.name, func(t *testing.T) {
				w := watchedHost(t, told)
				w.agent.becomes(c.change)
				w.session()
				looks := 2 // each time
				switch {
				case c.via == byCommand:
				case told:
					looks = 0
				default:
					looks = 1 // the one that saw the socket
				}
				w.again(c.via, 1, looks)
				if r := w.Route(t.Context(), "hostB"); (r.Agent == "") != (c.why == "") || !strings.Contains(r.Agent, c.why) {
					t.Errorf("%+v", r)
				}
			})
		}
	}
}

// TestEarlierAgent: each fact that an agent does not know of yet is unknown, and is
// read in another way where that is known to say more.
func TestEarlierAgent(t *testing.T) {
	all, _ := watchedHost(t, true).agent.sent()
	for _, fact := range all["facts"].([]any) {
		f := hostinfo.Fact(fact.(string))
		if f == hostinfo.FactDevices {
			continue // it has always been told
		}
		t.Run(string(f), func(t *testing.T) {
			w := watchedHost(t, true)
			w.agent.becomes(without(f))
			w.session()
			if h := w.again(agent.Via, 1, 0); h.Missing(f, "") == nil {
				t.Errorf("it is not unknown: %+v", h.Gaps)
			}
			w = watchedHost(t, false)
			w.agent.becomes(without(f))
			w.session()
			h, err := w.Host(t.Context(), "hostB")
			check(t, err)
			if h.Missing(f, "") != nil {
				w.again(agent.Via, 1, 1) // it is not known otherwise
				return
			}
			w.again(byCommand, 1, 2)
			if r := w.Route(t.Context(), "hostB"); !strings.Contains(r.Agent, "sees less than the user who logged in: "+string(f)) {
				t.Errorf("%+v", r)
			}
		})
	}
}

// TestAgentWithoutChanges: one that does not tell of changes is asked all the same.
func TestAgentWithoutChanges(t *testing.T) {
	w := watchedHost(t, true)
	w.agent.becomes(func(document) {})
	w.session()
	w.again(agent.Via, 1, 0)
	w.Hear(t.Context(), []string{"hostB"}, func(host string) { t.Errorf("told of %s", host) })
	<-w.session().hearing.ended
	w.again(agent.Via, 1, 0)
}
