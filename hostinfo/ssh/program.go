package ssh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// program is the link through the user's own ssh: one process a command.
type program struct {
	host  string
	argv  []string
	ended chan struct{}
	end   sync.Once
}

// newProgram puts the host behind the user's words:
// CMD... -T [-p port] -- [user@]host.
func newProgram(d *Dialer, t *Target) *program {
	argv := append(slices.Clone(d.command), "-T")
	if t.Port != 0 {
		argv = append(argv, "-p", strconv.Itoa(t.Port))
	}
	if t.ConnectTimeout > 0 {
		argv = append(argv, "-o", fmt.Sprintf("ConnectTimeout=%d", max(1, int(t.ConnectTimeout/time.Second))))
	}
	host := t.Host
	if t.User != "" {
		host = t.User + "@" + host
	}
	return &program{host: t.Name, argv: append(argv, "--", host), ended: make(chan struct{})}
}

func (p *program) close() error {
	p.end.Do(func() { close(p.ended) })
	return nil
}

func (p *program) done() <-chan struct{} { return p.ended }

// leftover is how long output is awaited from a process that has exited but
// left its pipe to a child, such as a ControlMaster in the background.
const leftover = 2 * time.Second

func (p *program) start(ctx context.Context, command string, out, errs io.Writer) (*process, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	cmd := exec.CommandContext(run, p.argv[0], slices.Concat(p.argv[1:], []string{command})...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = leftover
	said := &bounded{limit: 16 << 10}
	cmd.Stdout, cmd.Stderr = out, io.MultiWriter(&lenient{said}, errs)
	stdin, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		return nil, &Error{Kind: BadConfig, Host: p.host, Op: "start " + p.argv[0], Err: err}
	}
	exited := make(chan struct{})
	go func() {
		select {
		case <-p.ended:
			cancel()
		case <-exited:
		}
	}()
	return &process{
		stdin: stdin,
		kill:  cancel,
		wait: func() (int, error) {
			defer cancel()
			defer close(exited)
			err := cmd.Wait()
			if errors.Is(err, exec.ErrWaitDelay) {
				err = nil
			}
			return p.exitStatus(cmd, err, said.Bytes())
		},
	}, nil
}

// exitStatus takes 255 for ssh's own, as its manual says; a remote command that
// exits with 255 cannot be told apart.
func (p *program) exitStatus(cmd *exec.Cmd, err error, stderr []byte) (int, error) {
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return -1, fmt.Errorf("%s: %w", p.argv[0], err)
	}
	switch status := cmd.ProcessState.ExitCode(); status {
	case -1:
		return -1, fmt.Errorf("%s: %s", p.argv[0], cmd.ProcessState)
	case 255:
		text := words(stderr)
		if text == "" {
			text = "exit status 255"
		}
		return -1, &Error{Kind: sshSays(string(stderr)), Host: p.host, Op: "run " + p.argv[0], Err: errors.New(text)}
	default:
		return status, nil
	}
}

func (p *program) dialUnix(context.Context, string) (net.Conn, error) {
	return nil, fmt.Errorf("%w: %s forwards no sockets", errNoForwarding, p.argv[0])
}

// lenient takes everything, so that the writers beside it get it too.
type lenient struct{ w io.Writer }

func (l *lenient) Write(p []byte) (int, error) {
	_, _ = l.w.Write(p)
	return len(p), nil
}
