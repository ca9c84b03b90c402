package world

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"migcheck/cmd/internal/fleetfile"
	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute"
	"migcheck/hostinfo/libvirt/client"
	"migcheck/hostinfo/ssh"
)

// Options say how live hosts are reached.
type Options struct {
	SSH ssh.Config
	// LocalURI is the libvirt URI of this machine; empty means qemu:///system.
	LocalURI string
	// URIs are libvirt URIs to be reached directly instead of over SSH, by host.
	URIs map[string]string
	// Connections is how many hosts are asked at once.
	Connections int
	// HostTime bounds what is asked of one host, after the login, where who asks
	// sets no time of their own; 0 means hostTime.
	HostTime time.Duration
	// Census reads all guests with their host.
	Census bool
	// Keep remembers what hosts and guests' XML said, so that of a later look only
	// what has changed is read again.
	Keep bool
}

// live is the World of running hosts. Each host is asked once, over one
// connection, whoever wants to know.
type live struct {
	fleet  *fleetfile.Fleet
	opts   Options
	dialer *ssh.Dialer

	mu       sync.Mutex
	sessions map[string]*session
}

// Live is the World of the hosts that the fleet file or the command line name.
func Live(fleet *fleetfile.Fleet, o Options) (World, error) {
	d, err := ssh.New(o.SSH)
	if err != nil {
		return nil, err
	}
	return &live{fleet: fleet, opts: o, dialer: d, sessions: map[string]*session{}}, nil
}

// session is the host's, opened by whoever comes first.
func (l *live) session(ctx context.Context, name string) *session {
	return l.sessionOf(ctx, ctx, name)
}

// sessionOf opens the session with one context and waits for it with another.
func (l *live) sessionOf(ctx, patience context.Context, name string) *session {
	l.mu.Lock()
	s := l.sessions[name]
	if s == nil {
		s = &session{name: name, ready: make(chan struct{}), census: l.opts.Census}
		if l.opts.Keep {
			s.seen, s.decoder = &client.Seen{}, &iproute.Decoder{}
		}
		l.sessions[name] = s
		go l.open(ctx, s)
	}
	l.mu.Unlock()
	select {
	case <-s.ready:
	case <-patience.Done():
		why := "interrupted"
		if cause := context.Cause(ctx); cause.Error() != "" && !errors.Is(cause, context.Canceled) {
			why = cause.Error()
		}
		return &session{name: name, host: hostinfo.Unobserved(name, why), err: context.Cause(ctx)}
	}
	return s
}

func (l *live) open(ctx context.Context, s *session) {
	defer close(s.ready)
	if s.name == Local {
		s.openLocal(ctx, l)
		return
	}
	s.openRemote(ctx, l)
}

// hostTime is far more than a slow host needs. One may hang for good, and still
// answer as sshd and as libvirt's keep-alive do.
const hostTime = 5 * time.Minute

// bounded is ctx with an end, if it has none.
func (l *live) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, has := ctx.Deadline(); has {
		return ctx, func() {}
	}
	limit := cmp.Or(l.opts.HostTime, hostTime)
	return context.WithTimeoutCause(ctx, limit, fmt.Errorf("it has not answered within %v", limit))
}

func (l *live) Host(ctx context.Context, name string) (*hostinfo.Host, error) {
	s := l.session(ctx, name)
	return s.host, s.err
}

// Census waits a little longer than ctx for the host: what it had said by then is
// worth having.
func (l *live) Census(ctx context.Context, name string) (*hostinfo.Host, []*hostinfo.Guest, error) {
	patience, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })()
	s := l.sessionOf(ctx, patience, name)
	return s.host, s.guests, s.err
}

// grace is how long a question takes at most to notice that it was given up.
const grace = 2 * time.Second

func (l *live) Leave(name string) {
	l.mu.Lock()
	s := l.sessions[name]
	delete(l.sessions, name)
	l.mu.Unlock()
	if s != nil {
		s.close()
	}
}

func (l *live) Guest(ctx context.Context, host, ref string) (*Guest, error) {
	s := l.session(ctx, host)
	if s.libvirt == nil {
		return nil, fmt.Errorf("%s", s.noLibvirt)
	}
	g, xml, err := s.libvirt.GuestXML(ctx, ref)
	if err != nil {
		return nil, guestError(err)
	}
	return &Guest{Guest: g, XML: xml}, nil
}

func (l *live) GuestNames(ctx context.Context, host string) ([]string, error) {
	hosts := []string{host}
	if host == "" {
		hosts = l.candidates()
	}
	var names []string
	for _, h := range hosts {
		if s := l.session(ctx, h); s.libvirt != nil {
			more, err := s.libvirt.GuestNames(ctx)
			if err != nil {
				return names, err
			}
			names = append(names, more...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// candidates are the hosts where a guest may be if nobody said where.
func (l *live) candidates() []string { return append([]string{Local}, l.fleet.Names()...) }

// Locate asks this machine first, and the fleet's hosts only if it does not
// have the guest.
func (l *live) Locate(ctx context.Context, ref string) ([]Place, error) {
	if p := l.locateOn(ctx, Local, ref); p != nil {
		return []Place{*p}, nil
	}
	names := l.fleet.Names()
	found := make([]*Place, len(names))
	g := new(errgroup.Group)
	g.SetLimit(max(1, l.opts.Connections))
	for i, name := range names {
		g.Go(func() error {
			found[i] = l.locateOn(ctx, name, ref)
			return nil
		})
	}
	_ = g.Wait() // its functions return none
	var out []Place
	for _, p := range found {
		if p != nil {
			out = append(out, *p)
		}
	}
	return out, ctx.Err()
}

func (l *live) locateOn(ctx context.Context, host, ref string) *Place {
	s := l.session(ctx, host)
	if s.libvirt == nil {
		return nil
	}
	g, err := s.libvirt.Guest(ctx, ref)
	if err != nil {
		return nil
	}
	return &Place{Host: host, State: g.State}
}

func (l *live) Route(ctx context.Context, name string) Route { return l.session(ctx, name).route }

func (l *live) HostNames() []string { return l.fleet.Names() }

func (l *live) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	var wg sync.WaitGroup
	for _, s := range l.sessions {
		wg.Go(s.close)
	}
	wg.Wait()
}
