package ssh

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"golang.org/x/crypto/ssh"
)

// Dial connects, checks the host key and logs in; the whole of it takes at most
// the target's connect time-out (for each hop), not counting the time in which
// a person is asked for a passphrase. When ctx ends before that, so does the
// attempt; afterwards ctx means nothing to the Client. With the user's own ssh
// there is nothing to do yet, and no error. Errors are *Error.
func (d *Dialer) Dial(ctx context.Context, t Target) (*Client, error) {
	if d.command != nil {
		return &Client{name: t.Name, user: t.User, link: newProgram(d, &t)}, nil
	}
	return d.dial(ctx, &t)
}

func (d *Dialer) dial(ctx context.Context, t *Target) (*Client, error) {
	known := d.known.load(t.KnownHosts)
	if known.err != nil {
		return nil, &Error{
			Kind: BadConfig, Host: t.Name, Op: "read known_hosts", Err: known.err,
			Hint: "correct or remove that line; one that cannot be read might be the one that revokes a key",
		}
	}
	var err error
	var via *Client
	release := func() {}
	if t.Jump != nil {
		if via, release, err = d.hops.acquire(ctx, d, t.Jump); err != nil {
			return nil, &Error{Kind: kindOf(err), Host: t.Name, Op: "reach its jump host", Err: err, Hint: Hint(err)}
		}
	}
	c, err := d.attempts(ctx, t, via, newHostKeyCheck(t, known), release)
	if err != nil {
		release()
	}
	return c, err
}

// attempts connects, and once more if the connection was dropped, up to the
// number that was asked for.
func (d *Dialer) attempts(ctx context.Context, t *Target, via *Client, keys *hostKeyCheck, release func()) (*Client, error) {
	for drops := 0; ; drops++ {
		c, err := d.connect(ctx, t, via, keys, release)
		if err == nil || !dropped(err) || d.cfg.Retries == 0 {
			return c, err
		}
		if drops == d.cfg.Retries {
			e, _ := errors.AsType[*Error](err)
			e.Err = fmt.Errorf("%w, %d times in a row", e.Err, drops+1)
			return nil, e
		}
		rest := restAfter(drops)
		d.log.Debug("dropped before the login", "host", t.Name, "address", t.Address(), "again after", rest)
		if pause(ctx, rest) != nil {
			return nil, t.stopped(ctx, ctx, "wait for the next attempt")
		}
	}
}

// connect makes the connection, directly or through a jump host.
func (d *Dialer) connect(outer context.Context, t *Target, via *Client, keys *hostKeyCheck, release func()) (*Client, error) {
	if via != nil {
		logins := via.link.(*connection).logins
		select {
		case logins <- struct{}{}:
			defer func() { <-logins }()
		case <-outer.Done():
			return nil, t.stopped(outer, outer, "wait for the jump host")
		}
	}
	leave, err := d.doors.enter(outer, t.way())
	if err != nil {
		return nil, t.stopped(outer, outer, "wait for other logins there")
	}
	defer leave()
	ctx, clock := startClock(outer, t.ConnectTimeout)
	defer clock.stop()
	begin := time.Now()
	conn, err := openTCP(ctx, t, via)
	if err != nil {
		return nil, t.explainOpen(outer, ctx, err)
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	login := &login{target: t, keys: &d.keys, ctx: ctx, pause: clock.pause}
	defer func() {
		if login.close != nil {
			login.close()
		}
	}()
	sc, channels, requests, err := ssh.NewClientConn(conn, t.Address(), &ssh.ClientConfig{
		User:              t.User,
		AuthCallback:      login.next,
		HostKeyCallback:   keys.check,
		HostKeyAlgorithms: keys.algorithms(),
		BannerCallback: func(message string) error {
			d.log.Debug("login banner", "host", t.Name, "text", words([]byte(message)))
			return nil
		},
	})
	if err == nil && !stop() {
		err = context.Cause(ctx)
		sc.Close()
	}
	if err != nil {
		conn.Close()
		return nil, t.explainHandshake(outer, ctx, err, keys, login)
	}
	if a, ok := sc.(ssh.AlgorithmsConnMetadata); ok {
		n := a.Algorithms()
		d.log.Debug("logged in", "host", t.Name, "address", t.Address(), "user", t.User, "took", time.Since(begin),
			"server", words(sc.ServerVersion()), "kex", n.KeyExchange, "hostkey", n.HostKey, "cipher", n.Read.Cipher)
	}
	interval := d.cfg.KeepAlive
	if interval <= 0 {
		interval = DefaultKeepAlive
	}
	return &Client{name: t.Name, user: t.User, link: newConnection(t, ssh.NewClient(sc, channels, requests), interval, release)}, nil
}

// openTCP connects to the target's address.
func openTCP(ctx context.Context, t *Target, via *Client) (net.Conn, error) {
	if via != nil {
		return via.link.(*connection).ssh.DialContext(ctx, "tcp", t.Address())
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", t.Address())
	if err != nil {
		return nil, err
	}
	return acknowledgeQuickly(conn), nil
}

// stopped is why an attempt was given up from this side: the user's context, or
// the connect time-out; nil if it was not.
func (t *Target) stopped(outer, ctx context.Context, op string) *Error {
	if err := context.Cause(outer); err != nil {
		return &Error{Kind: kindOfContext(err), Host: t.Name, Op: op, Err: err}
	}
	if errors.Is(context.Cause(ctx), errTooSlow) {
		return &Error{
			Kind: Timeout, Host: t.Name, Op: op, Err: fmt.Errorf("no answer within %v", t.ConnectTimeout),
			Hint: "is the host up, and does a firewall drop the connection? More time: --connect-timeout",
		}
	}
	return nil
}

func (t *Target) explainOpen(outer, ctx context.Context, err error) error {
	op := "connect to " + t.Address()
	if e := t.stopped(outer, ctx, op); e != nil {
		return e
	}
	return explainNetwork(t, op, err)
}

func (t *Target) explainHandshake(outer, ctx context.Context, err error, keys *hostKeyCheck, l *login) error {
	var negotiation *ssh.AlgorithmNegotiationError
	switch {
	case keys.failed.Load() != nil:
		return keys.failed.Load()
	case errors.As(err, &negotiation) && negotiation.What == "host key":
		return keys.mismatch(negotiation)
	case errors.As(err, &negotiation):
		return &Error{
			Kind: NoCommonAlgorithm, Host: t.Name, Op: "agree on algorithms with " + t.Address(),
			Err: errors.New(words([]byte(err.Error()))), Hint: "use the installed ssh for this: --ssh-command ssh",
		}
	}
	if e := t.stopped(outer, ctx, "log in as "+t.User+" at "+t.Address()); e != nil {
		return e
	}
	if len(l.allowed) > 0 {
		return l.explain(err)
	}
	return explainBeforeLogin(t, err)
}
