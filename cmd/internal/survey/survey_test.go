package survey

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"migcheck/cmd/internal/world"
	"migcheck/hostinfo"
)

// site is a world whose hosts answer as a function says. It notes who was asked
// and who was left.
type site struct {
	world.World // nil: nothing else is asked

	answer func(ctx context.Context, name string) ([]*hostinfo.Guest, error)

	mu                 sync.Mutex
	asked, left, again []string
	now, most          int
}

func (s *site) note(list *[]string, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*list = append(*list, name)
}

func (s *site) Census(ctx context.Context, name string) (*hostinfo.Host, []*hostinfo.Guest, error) {
	s.note(&s.asked, name)
	s.mu.Lock()
	s.now++
	s.most = max(s.most, s.now)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.now--
	}()
	guests, err := s.answer(ctx, name)
	if err != nil {
		return hostinfo.Unobserved(name, err.Error()), nil, err
	}
	return &hostinfo.Host{Name: name, BootID: "boot of " + name}, guests, nil
}

func (s *site) Leave(name string) { s.note(&s.left, name) }

func (s *site) Refresh(_ context.Context, names []string) { s.note(&s.again, strings.Join(names, " ")) }

func names(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("host%03d", i)
	}
	return out
}

func TestTake(t *testing.T) {
	s := &site{answer: func(_ context.Context, name string) ([]*hostinfo.Guest, error) {
		if name == "host007" {
			return nil, errors.New("connection refused")
		}
		return []*hostinfo.Guest{{Name: "a of " + name}, {Name: "b of " + name}}, nil
	}}
	progress := &Progress{}
	got := Take(t.Context(), s, names(20), Options{Connections: 4, Progress: progress})
	if s.most > 4 {
		t.Errorf("%d hosts were asked at once", s.most)
	}
	if len(s.asked) != 20 || len(s.left) != 20 || len(s.again) != 0 {
		t.Errorf("%d were asked, %d left, %d asked again", len(s.asked), len(s.left), len(s.again))
	}
	if len(got.Hosts) != 20 || len(got.Guests) != 38 || got.Unasked != 0 || got.Taken.IsZero() {
		t.Errorf("%d hosts, %d guests, %d unasked", len(got.Hosts), len(got.Guests), got.Unasked)
	}
	for _, g := range got.Guests {
		if !strings.HasSuffix(g.Name, got.Hosts[g.Host].Name) {
			t.Errorf("%s is said to be on %s", g.Name, got.Hosts[g.Host].Name)
		}
	}
	if len(got.Failed) != 1 || got.Failed[0] != (Failure{7, "connection refused"}) {
		t.Errorf("%+v", got.Failed)
	}
	if said := progress.String(); said != "19 of 20 hosts read, 1 failed, 0 in flight" {
		t.Error(said)
	}
	f := got.Fleet(func(g *hostinfo.Guest) bool { return g.Name[0] == 'b' }, func(host string) map[string]string { return map[string]string{host: "x"} })
	if len(f.Guests) != 19 || len(f.Hosts) != 20 || f.Hosts[3].Map["host003"] != "x" || f.Now != got.Taken {
		t.Errorf("%d guests, %d hosts", len(f.Guests), len(f.Hosts))
	}
}

// Kept connections are used again, and nobody is left.
func TestAgain(t *testing.T) {
	s := &site{answer: func(context.Context, string) ([]*hostinfo.Guest, error) { return nil, nil }}
	Take(t.Context(), s, names(3), Options{Connections: 1, Keep: true})
	Take(t.Context(), s, names(3), Options{Connections: 1, Keep: true, Again: true})
	if len(s.left) != 0 || strings.Join(s.again, " ") != "host000 host001 host002" {
		t.Errorf("left %q, again %q", s.left, s.again)
	}
}

// A host that does not end ends at its time, and the others do not wait for it.
func TestSlowHost(t *testing.T) {
	others := make(chan struct{}, 9)
	s := &site{answer: func(ctx context.Context, name string) ([]*hostinfo.Guest, error) {
		if name != "host000" {
			others <- struct{}{}
			return nil, nil
		}
		for range cap(others) { // all others are read while this one hangs
			<-others
		}
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}}
	got := Take(t.Context(), s, names(10), Options{Connections: 2, HostTime: 50 * time.Millisecond})
	if len(got.Failed) != 1 || got.Failed[0].Reason != "it was not read within 50ms" || got.Unasked != 0 {
		t.Errorf("%+v, %d unasked", got.Failed, got.Unasked)
	}
}

// What is known when the survey is ended early is in it.
func TestInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancelCause(t.Context())
	s := &site{answer: func(ctx context.Context, name string) ([]*hostinfo.Guest, error) {
		if name == "host002" {
			interrupt(errors.New("")) // a signal says nothing
			<-ctx.Done()
			return nil, context.Cause(ctx)
		}
		return nil, nil
	}}
	got := Take(ctx, s, names(6), Options{Connections: 1})
	var why []string
	for _, h := range got.Hosts {
		reason := "read"
		if g := h.Missing(hostinfo.FactDevices, ""); g != nil {
			reason = g.Reason
		}
		why = append(why, reason)
	}
	if want := "read read interrupted interrupted interrupted interrupted"; strings.Join(why, " ") != want {
		t.Errorf("%q", why)
	}
	if got.Unasked != 4 || len(s.asked) != 3 {
		t.Errorf("%d unasked, asked %q", got.Unasked, s.asked)
	}
}

func TestTwice(t *testing.T) {
	at := map[string]hostinfo.DomainState{"host000": hostinfo.StateRunning, "host001": hostinfo.StateRunning, "host002": hostinfo.StatePaused}
	s := &site{answer: func(_ context.Context, name string) ([]*hostinfo.Guest, error) {
		return []*hostinfo.Guest{{Name: "web1", UUID: "1", State: at[name]}, {Name: "db " + name, UUID: name, State: hostinfo.StateRunning}}, nil
	}}
	twice := Take(t.Context(), s, names(3), Options{Connections: 1}).Twice()
	if len(twice) != 1 || len(twice["1"]) != 2 || twice["1"][1].Host != 1 {
		t.Errorf("%+v", twice)
	}
	if twice := Take(t.Context(), s, names(3)[1:], Options{}).Twice(); len(twice) != 0 {
		t.Errorf("a guest that arrives is paused there: %+v", twice)
	}
}

// Of a later survey of one host the others are what they were.
func TestOnly(t *testing.T) {
	state := hostinfo.StateRunning
	s := &site{answer: func(_ context.Context, name string) ([]*hostinfo.Guest, error) {
		return []*hostinfo.Guest{{Name: "g", UUID: name, State: state}}, nil
	}}
	o := Options{Connections: 1, Keep: true}
	first := Take(t.Context(), s, names(3), o)
	o.Again, o.Only = true, map[string]bool{"host001": true}
	if second := Take(t.Context(), s, names(3), o); !second.SameGuests(first) {
		t.Error("the same guests are others")
	}
	if strings.Join(s.again, " ") != "host001" {
		t.Errorf("again %q", s.again)
	}
	state = hostinfo.StatePaused
	if third := Take(t.Context(), s, names(3), o); third.SameGuests(first) {
		t.Error("a guest was paused, and nobody saw it")
	}
}
