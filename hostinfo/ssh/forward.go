package ssh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// Forward is a private socket on this machine that leads to a socket on a host,
// for one connection of this process (libvirt's client takes a path only).
type Forward struct {
	Path string // the local socket; it vanishes with the first connection
	Via  string // the way it goes: "sshd PATH", "virt-ssh-helper" or "nc"

	host   string
	dir    string
	remote net.Conn
	listen *net.UnixListener

	stop   sync.Once
	closed chan struct{}
	ended  chan struct{} // nothing is copied any more
	mu     sync.Mutex
	err    error
	onLoss func()    // nil: nobody wants to know
	mourn  sync.Once // runs it
}

// ForwardUnix connects to a socket on the host, as DialUnix does, and puts a
// socket on this machine before it: in a directory of mode 0700 under
// XDG_RUNTIME_DIR or the directory for temporary files. It accepts one
// connection, which must come from this very process (SO_PEERCRED); others are
// turned away. Close the Forward when the connection is closed.
func (c *Client) ForwardUnix(ctx context.Context, s Socket) (*Forward, error) {
	remote, via, err := c.dialSocket(ctx, s)
	if err != nil {
		return nil, err
	}
	f := &Forward{Via: via, host: c.name, remote: remote, closed: make(chan struct{}), ended: make(chan struct{})}
	if err := f.open(); err != nil {
		remote.Close()
		return nil, &Error{Kind: LocalSocket, Host: c.name, Op: "open a private socket on this machine", Err: err}
	}
	go func() {
		select {
		case <-c.link.done():
			f.lost()
			f.shut()
		case <-f.closed:
		}
	}()
	go f.serve()
	return f, nil
}

// open makes the directory and listens in it.
func (f *Forward) open() error {
	var err error
	if f.dir, err = os.MkdirTemp(runtimeDir(), "migcheck-"); err != nil {
		return err
	}
	f.Path = filepath.Join(f.dir, "sock")
	f.listen, err = net.ListenUnix("unix", &net.UnixAddr{Name: f.Path, Net: "unix"})
	if err != nil {
		f.unlink()
	}
	return err
}

// runtimeDir is XDG_RUNTIME_DIR if it is ours alone and short enough for a
// socket's name; under sudo it may be another user's.
func runtimeDir() string {
	dir := os.Getenv("XDG_RUNTIME_DIR")
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() || info.Mode().Perm()&0o077 != 0 || len(dir) > 70 {
		return os.TempDir()
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !ok || int(st.Uid) != os.Getuid() {
		return os.TempDir()
	}
	return dir
}

func (f *Forward) unlink() {
	// By full path and without looking inside: there is nothing else in it.
	_ = os.Remove(f.Path)
	_ = os.Remove(f.dir)
}

func (f *Forward) serve() {
	defer close(f.ended)
	defer f.shut()
	local, err := f.accept()
	f.listen.Close()
	f.unlink()
	if err != nil {
		f.fail(err)
		return
	}
	defer local.Close()
	f.copy(local)
}

// accept waits for this process; whoever else comes is turned away.
func (f *Forward) accept() (*net.UnixConn, error) {
	for {
		conn, err := f.listen.AcceptUnix()
		if err != nil {
			return nil, err
		}
		if err := ownPeer(conn); err != nil {
			conn.Close()
			f.fail(err)
			continue
		}
		return conn, nil
	}
}

// copy carries bytes in both directions until both are at their end, or the
// Forward is closed.
func (f *Forward) copy(local *net.UnixConn) {
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		select {
		case <-f.closed:
			f.lost()
			local.Close()
		case <-stop:
		}
	}()
	up := make(chan struct{})
	go func() {
		defer close(up)
		_, _ = io.Copy(f.remote, local)
		if w, ok := f.remote.(interface{ CloseWrite() error }); ok {
			_ = w.CloseWrite()
		}
	}()
	_, err := io.Copy(local, f.remote)
	f.lost()
	f.fail(err)
	_ = local.CloseWrite()
	// The host has said its last word; what the local side still writes has
	// nowhere to go.
	f.shut()
	<-up
}

// OnLoss has do called when the way to the host ends, before the one who uses
// the local socket can learn of it: until do returns, that end is held back. A
// nil do takes it back. It is called once, and for a Close of this side too.
func (f *Forward) OnLoss(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.onLoss = do
}

func (f *Forward) lost() {
	f.mu.Lock()
	do := f.onLoss
	f.mu.Unlock()
	if do != nil {
		f.mourn.Do(do)
	}
}

// Cut ends the way to the host at once, without waiting for anything.
func (f *Forward) Cut() { f.shut() }

// fail keeps the first error that is more than the end of the stream.
func (f *Forward) fail(err error) {
	for _, usual := range []error{nil, net.ErrClosed, io.EOF, io.ErrClosedPipe} {
		if errors.Is(err, usual) {
			return
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
	}
}

// Err is why the way to the host ended before its time, with the words of the
// program at its other end; nil if nothing is known against it. libvirt itself
// only sees that the stream ended.
func (f *Forward) Err() error {
	if b, ok := f.remote.(*bridgeConn); ok {
		if err := b.failure(); err != nil {
			return &Error{Kind: ConnectionLost, Host: f.host, Op: "connect through " + f.Via, Err: err}
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		return nil
	}
	return &Error{Kind: LocalSocket, Host: f.host, Op: "forward a socket", Err: f.err}
}

// shut ends everything without waiting.
func (f *Forward) shut() {
	f.stop.Do(func() {
		close(f.closed)
		f.listen.Close()
		f.remote.Close()
	})
}

// Close ends the connection and removes the socket if nobody came.
func (f *Forward) Close() error {
	f.shut()
	<-f.ended
	return f.Err()
}

var errStranger = errors.New("the peer is not this process")

func stranger(pid int32) error { return fmt.Errorf("%w but process %d", errStranger, pid) }
