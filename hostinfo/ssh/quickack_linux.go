package ssh

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// quickConn acknowledges what it reads at once. OpenSSH writes a login in small
// pieces and waits for each to be acknowledged, which a kernel that delays its
// acknowledgements turns into some 40 ms a connection. The kernel forgets the
// option, so that it is set again after each read.
type quickConn struct {
	*net.TCPConn
	raw syscall.RawConn
}

func acknowledgeQuickly(conn net.Conn) net.Conn {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return conn
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return conn
	}
	q := &quickConn{tcp, raw}
	q.arm()
	return q
}

func (q *quickConn) Read(b []byte) (int, error) {
	n, err := q.TCPConn.Read(b)
	q.arm()
	return n, err
}

func (q *quickConn) arm() {
	// Without it the connection is slower, and nothing else.
	_ = q.raw.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_QUICKACK, 1)
	})
}
