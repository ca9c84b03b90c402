package ssh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
)

// Client is one host that was logged in to. It is safe for concurrent use.
type Client struct {
	name string
	user string // on the host; empty if the user's own ssh decides
	link link
	// printed is how many bytes the last command printed: the next one, which as a
	// rule is the same, may print as many.
	printed atomic.Int64
}

// link is the way to a host: our own connection, or the user's own ssh.
type link interface {
	// start runs a command whose output goes to out and errs.
	start(ctx context.Context, command string, out, errs io.Writer) (*process, error)
	// dialUnix opens a stream to a socket on the host, or fails with errNoForwarding.
	dialUnix(ctx context.Context, path string) (net.Conn, error)
	// done is closed when the connection is lost or closed.
	done() <-chan struct{}
	close() error
}

// process is a command that runs on the host.
type process struct {
	stdin io.WriteCloser
	// wait returns the exit status; an error says that there is none. All
	// output has been written by then.
	wait func() (int, error)
	// kill ends it; wait returns soon after, but not at once.
	kill func()
}

// Name is the host as the user named it.
func (c *Client) Name() string { return c.name }

// Close ends the connection and everything that it carries.
func (c *Client) Close() error { return c.link.close() }

func (c *Client) lost() bool {
	select {
	case <-c.link.done():
		return true
	default:
		return false
	}
}

// Result is what a command left behind.
type Result struct {
	Stdout, Stderr []byte
	// ExitStatus is the command's, 128 and the signal's number if one ended it,
	// or -1 if it did not come to an end.
	ExitStatus int
	// Truncated says that a stream was longer than allowed. The command was
	// stopped then, and ExitStatus is -1.
	Truncated bool
}

// Run runs a command in the login shell of the user and collects its output, at
// most maxOutput bytes of each stream; a nil stdin is empty. A command that
// exits with any status is no error. When ctx ends or the connection is lost,
// the error comes with the output until then. Errors are *Error.
func (c *Client) Run(ctx context.Context, command string, stdin io.Reader, maxOutput int64) (Result, error) {
	full := make(chan struct{}, 2)
	out := &bounded{limit: maxOutput, full: full, b: room(min(c.printed.Load(), maxOutput))}
	errs := &bounded{limit: maxOutput, full: full}
	r := Result{ExitStatus: -1}
	p, err := c.link.start(ctx, command, out, errs)
	if err != nil {
		return r, c.explain("run a command", err, nil)
	}
	go func() {
		if stdin != nil {
			// A command need not read its input to the end.
			_, _ = io.Copy(p.stdin, stdin)
		}
		p.stdin.Close()
	}()
	type end struct {
		status int
		err    error
	}
	ended := make(chan end, 1)
	go func() {
		status, err := p.wait()
		ended <- end{status, err}
	}()
	select {
	case e := <-ended:
		r.ExitStatus, err = e.status, e.err
	case <-full:
		p.kill()
	case <-ctx.Done():
		p.kill()
		err = context.Cause(ctx)
	}
	r.Stdout, r.Stderr = out.Bytes(), errs.Bytes()
	c.printed.Store(int64(len(r.Stdout)))
	if r.Truncated = out.over() || errs.over(); r.Truncated {
		r.ExitStatus = -1
		return r, nil
	}
	if err != nil {
		r.ExitStatus = -1
		return r, c.explain("run a command", err, r.Stderr)
	}
	return r, nil
}

// explain makes an *Error of what ended an operation on the connection.
func (c *Client) explain(op string, err error, stderr []byte) error {
	var own *Error
	if errors.As(err, &own) {
		return err
	}
	e := &Error{Kind: ConnectionLost, Host: c.name, Op: op, Err: err}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		e.Kind = kindOfContext(err)
	case len(stderr) > 0:
		e.Err = fmt.Errorf("%w: %s", err, words(stderr))
	}
	return e
}
