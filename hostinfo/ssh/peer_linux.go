package ssh

import (
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// ownPeer checks that the other end of a Unix socket is this process.
func ownPeer(conn *net.UnixConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var cred *unix.Ucred
	var asked error
	if err := raw.Control(func(fd uintptr) {
		cred, asked = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); err != nil {
		return err
	}
	if asked != nil {
		return os.NewSyscallError("getsockopt SO_PEERCRED", asked)
	}
	if int(cred.Pid) != os.Getpid() || int(cred.Uid) != os.Geteuid() {
		return stranger(cred.Pid)
	}
	return nil
}
