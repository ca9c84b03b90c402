package ssh

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"migcheck/hostinfo/shell"
)

// What the script below exits with if there is nothing that it could become.
const (
	exitNoSocket = 93
	exitDenied   = 94
	exitNoTool   = 95
)

// maxPreamble is how much a login shell's start-up files may print first.
const maxPreamble = 64 << 10

// bridge connects to a socket by way of a session that runs virt-ssh-helper or
// nc. The marker tells its bytes from what start-up files print.
func (c *Client) bridge(ctx context.Context, s Socket) (net.Conn, string, error) {
	marker := "migcheck-" + rand.Text()
	pr, pw := io.Pipe()
	stderr := &bounded{limit: 16 << 10}
	p, err := c.link.start(ctx, "exec /bin/sh -c "+shell.Quote(bridgeScript(s, marker)), pw, stderr)
	if err != nil {
		return nil, "", err
	}
	b := &bridgeConn{p: p, host: c.name, user: c.user, stderr: stderr, ended: make(chan struct{})}
	go func() {
		b.status, b.err = p.wait()
		close(b.ended)
		pw.Close()
	}()
	stop := context.AfterFunc(ctx, func() { pr.CloseWithError(context.Cause(ctx)) })
	b.out = bufio.NewReader(pr)
	b.end = pr
	via, err := b.await(marker)
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		b.Close()
		if ctx.Err() != nil {
			return nil, "", context.Cause(ctx)
		}
		return nil, "", b.explain(s, err)
	}
	return b, via, nil
}

// bridgeScript is one line for any login shell. libvirt asks nc in the same way
// whether it is the one that needs -q0 to end with its input.
func bridgeScript(s Socket, marker string) string {
	var b strings.Builder
	b.WriteString("LC_ALL=C; export LC_ALL; PATH=$PATH:/usr/sbin:/sbin; d=; u=; for s in ")
	b.WriteString(shell.Join(s.Paths...))
	b.WriteString(`; do if [ -S "$s" ]; then if [ -w "$s" ]; then `)
	if s.URI != "" {
		args := []string{s.URI}
		if s.ReadOnly {
			args = []string{"-r", s.URI}
		}
		fmt.Fprintf(&b, "if command -v virt-ssh-helper >/dev/null 2>&1; then echo; echo %s virt-ssh-helper; "+
			"exec virt-ssh-helper %s; fi; ", marker, shell.Join(args...))
	}
	fmt.Fprintf(&b, "if command -v nc >/dev/null 2>&1; then q=; "+
		"if nc -q 2>&1 | grep 'requires an argument' >/dev/null 2>&1; then q=-q0; fi; "+
		"echo; echo %s nc; exec nc $q -U \"$s\"; fi; u=1; ", marker)
	fmt.Fprintf(&b, "else d=1; fi; fi; done; [ -n \"$u\" ] && exit %d; [ -n \"$d\" ] && exit %d; exit %d", exitNoTool, exitDenied, exitNoSocket)
	return b.String()
}

// bridgeConn is a session as a net.Conn.
type bridgeConn struct {
	p      *process
	host   string
	user   string // empty: the user's own ssh decides
	out    *bufio.Reader
	end    *io.PipeReader
	stderr *bounded
	close  sync.Once
	killed atomic.Bool // by us, before it came to an end of its own

	ended  chan struct{} // the session is over; status and err are set
	status int
	err    error
}

// await reads up to the marker's line and returns the word behind it.
func (b *bridgeConn) await(marker string) (string, error) {
	for read := 0; read < maxPreamble; {
		line, err := b.out.ReadSlice('\n')
		read += len(line)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return "", err
		}
		if via, ok := strings.CutPrefix(strings.TrimRight(string(line), "\r\n"), marker+" "); ok {
			return via, nil
		}
	}
	return "", errors.New("the login shell printed too much before the command")
}

// explain is why no stream came about, after the session has ended or was ended.
func (b *bridgeConn) explain(s Socket, err error) error {
	if !errors.Is(err, io.EOF) {
		return err
	}
	<-b.ended
	if b.err != nil {
		return b.err
	}
	paths := strings.Join(s.Paths, " or ")
	e := &Error{Host: b.host, Op: "connect to " + paths}
	switch b.status {
	case exitNoSocket:
		return s.Missing(b.host)
	case exitDenied:
		e.Kind, e.Err = SocketDenied, fmt.Errorf("user %s may not write to it", b.user)
		if b.user == "" {
			e.Err = errors.New("the user may not write to it")
		}
		if s.URI != "" {
			e.Hint = "the members of the host's group libvirt may, as a rule"
		}
	case exitNoTool:
		e.Kind = ForwardingForbidden
		e.Err = errors.New("sshd forwards no sockets, and the host has neither virt-ssh-helper nor nc")
		if s.URI == "" {
			e.Err = errors.New("sshd forwards no sockets, and the host has no nc")
		}
		e.Hint = "allow it in the host's sshd_config (AllowStreamLocalForwarding yes), or install libvirt-daemon or netcat-openbsd there"
	default:
		e.Kind = CommandNotRun
		e.Err = fmt.Errorf("the login shell exited with status %d: %s", b.status, words(b.stderr.Bytes()))
	}
	return e
}

// failure is what the program at the other end said when it gave up, or nil.
func (b *bridgeConn) failure() error {
	select {
	case <-b.ended:
	default:
		return nil
	}
	said := words(b.stderr.Bytes())
	switch {
	case b.killed.Load():
		return nil
	case b.err != nil:
		return b.err
	case b.status != 0 || said != "":
		return fmt.Errorf("exit status %d: %s", b.status, said)
	}
	return nil
}

func (b *bridgeConn) Read(p []byte) (int, error)  { return b.out.Read(p) }
func (b *bridgeConn) Write(p []byte) (int, error) { return b.p.stdin.Write(p) }
func (b *bridgeConn) CloseWrite() error           { return b.p.stdin.Close() }

func (b *bridgeConn) Close() error {
	b.close.Do(func() {
		select {
		case <-b.ended:
		default:
			b.killed.Store(true)
		}
		b.p.kill()
		b.end.CloseWithError(net.ErrClosed)
	})
	return nil
}

func (b *bridgeConn) LocalAddr() net.Addr              { return &net.UnixAddr{Net: "unix"} }
func (b *bridgeConn) RemoteAddr() net.Addr             { return &net.UnixAddr{Net: "unix"} }
func (b *bridgeConn) SetDeadline(time.Time) error      { return os.ErrNoDeadline }
func (b *bridgeConn) SetReadDeadline(time.Time) error  { return os.ErrNoDeadline }
func (b *bridgeConn) SetWriteDeadline(time.Time) error { return os.ErrNoDeadline }
