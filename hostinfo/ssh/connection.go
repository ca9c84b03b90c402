package ssh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// connection is the link that this package makes itself.
type connection struct {
	target  *Target
	ssh     *ssh.Client
	release func()        // lets go of the jump host
	logins  chan struct{} // one for each login under way through this host

	ended chan struct{}
	end   sync.Once
	cause error // why it ended; read it after ended is closed
}

var errClosed = errors.New("the connection was closed on this side")

func newConnection(t *Target, client *ssh.Client, interval time.Duration, release func()) *connection {
	c := &connection{
		target: t, ssh: client, release: release,
		logins: make(chan struct{}, maxUnauthenticated), ended: make(chan struct{}),
	}
	go func() {
		err := client.Wait()
		if err == nil || errors.Is(err, io.EOF) {
			err = errors.New("the host closed the connection")
		}
		c.finish(err)
	}()
	go c.keepAlive(interval)
	return c
}

// finish ends the connection; the first cause counts.
func (c *connection) finish(cause error) {
	c.end.Do(func() {
		c.cause = cause
		close(c.ended)
		c.ssh.Close()
		c.release()
	})
}

func (c *connection) close() error {
	c.finish(errClosed)
	return nil
}

func (c *connection) done() <-chan struct{} { return c.ended }

// keepAlive asks the peer whether it is there, as ssh's ServerAliveInterval
// does. Any answer will do, also that the request is not known.
func (c *connection) keepAlive(interval time.Duration) {
	timer := time.NewTimer(interval)
	defer timer.Stop()
	for {
		select {
		case <-c.ended:
			return
		case <-timer.C:
		}
		answered := make(chan struct{})
		go func() {
			// An error means that the connection is over; Wait says why.
			_, _, _ = c.ssh.SendRequest("keepalive@openssh.com", true, nil)
			close(answered)
		}()
		timer.Reset(interval)
		select {
		case <-c.ended:
			return
		case <-answered:
		case <-timer.C:
			c.finish(fmt.Errorf("the host has not answered for %v", interval))
			return
		}
		timer.Reset(interval)
	}
}

// lostOr is the reason for which the connection ended, if it did.
func (c *connection) lostOr(err error) error {
	select {
	case <-c.ended:
		return &Error{Kind: ConnectionLost, Host: c.target.Name, Op: "use the connection to " + c.target.Address(), Err: c.cause}
	default:
		return err
	}
}

func (c *connection) start(ctx context.Context, command string, out, errs io.Writer) (*process, error) {
	type started struct {
		p   *process
		err error
	}
	ch := make(chan started, 1)
	go func() {
		p, err := c.session(command, out, errs)
		ch <- started{p, err}
	}()
	select {
	case s := <-ch:
		return s.p, s.err
	case <-ctx.Done():
		go func() { // a host that never answers ends this with the connection
			if s := <-ch; s.err == nil {
				s.p.kill()
			}
		}()
		return nil, context.Cause(ctx)
	}
}

// session opens a session and starts a command in it.
func (c *connection) session(command string, out, errs io.Writer) (*process, error) {
	s, err := c.ssh.NewSession()
	if err != nil {
		var refused *ssh.OpenChannelError
		if errors.As(err, &refused) {
			return nil, &Error{Kind: CommandNotRun, Host: c.target.Name, Op: "open a session", Err: errors.New(words([]byte(refused.Error())))}
		}
		return nil, c.lostOr(err)
	}
	s.Stdout, s.Stderr = out, errs
	stdin, err := s.StdinPipe()
	if err == nil {
		err = s.Start(command)
	}
	if err != nil {
		s.Close()
		return nil, c.lostOr(&Error{Kind: CommandNotRun, Host: c.target.Name, Op: "run a command", Err: err})
	}
	return &process{
		stdin: stdin,
		wait:  func() (int, error) { return c.exitStatus(s.Wait()) },
		kill: func() {
			go func() { // a peer that does not read must not hold us up
				_ = s.Signal(ssh.SIGTERM)
				s.Close()
			}()
		},
	}, nil
}

func (c *connection) exitStatus(err error) (int, error) {
	var exit *ssh.ExitError
	var missing *ssh.ExitMissingError
	switch {
	case err == nil:
		return 0, nil
	case errors.As(err, &exit):
		return exit.ExitStatus(), nil
	case errors.As(err, &missing):
		// sshd says nothing if it is killed itself; the connection's own end
		// may reach us a moment later.
		select {
		case <-c.ended:
		case <-time.After(100 * time.Millisecond):
		}
		return -1, c.lostOr(errors.New("the session ended without an exit status"))
	}
	return -1, c.lostOr(err)
}

// errNoForwarding is a socket that sshd did not open. OpenSSH gives one answer
// for "forbidden", "not there" and "no permission".
var errNoForwarding = errors.New("not opened")

func (c *connection) dialUnix(ctx context.Context, path string) (net.Conn, error) {
	conn, err := c.ssh.DialContext(ctx, "unix", path)
	if err == nil {
		return conn, nil
	}
	var refused *ssh.OpenChannelError
	if errors.As(err, &refused) {
		return nil, fmt.Errorf("%w: sshd says %s", errNoForwarding, words([]byte(refused.Error())))
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return nil, c.lostOr(err)
}
