package ssh

import (
	"context"
	"io"
)

// Running is a command on a host that is talked to while it runs.
type Running struct {
	// Stdin is the command's; closing it ends what it reads.
	Stdin io.WriteCloser
	// Stdout is what the command prints. It must be read: a command whose output
	// nobody takes stands still. It ends with the command or the connection.
	Stdout io.Reader

	client *Client
	errs   *bounded
	p      *process
	done   chan struct{}
	status int
	err    error
}

// maxComplaints is how much of a running command's stderr is kept, in bytes.
const maxComplaints = 16 << 10

// Start runs a command in the login shell of the user and returns while it runs.
// When ctx ends the command is killed. Errors are *Error.
func (c *Client) Start(ctx context.Context, command string) (*Running, error) {
	out, in := io.Pipe()
	errs := &bounded{limit: maxComplaints}
	p, err := c.link.start(ctx, command, in, &lenient{errs})
	if err != nil {
		return nil, c.explain("run a command", err, nil)
	}
	r := &Running{Stdin: p.stdin, Stdout: out, client: c, errs: errs, p: p, done: make(chan struct{})}
	stop := context.AfterFunc(ctx, r.Kill)
	go func() {
		defer stop()
		r.status, r.err = p.wait()
		_ = in.Close()
		close(r.done)
	}()
	return r, nil
}

// Kill ends the command, as far as the host lets it be ended.
func (r *Running) Kill() {
	_ = r.Stdout.(*io.PipeReader).Close() // whoever writes there must not hang
	r.p.kill()
}

// Wait returns the command's exit status and what it said on stderr, at most 16
// KiB of it. The error says that there is no status.
func (r *Running) Wait() (status int, stderr []byte, err error) {
	<-r.done
	if r.err != nil {
		return -1, r.errs.Bytes(), r.client.explain("run a command", r.err, r.errs.Bytes())
	}
	return r.status, r.errs.Bytes(), nil
}
