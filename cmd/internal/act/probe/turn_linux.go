package probe

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// turns hold all who send frames on one host to one pace: who sends a frame holds
// a lock until the pace is over. The lock is on the network namespace itself, so
// that nothing is made for it, and it ends with whoever holds it, whatever ends
// that. Anybody on the host may take it; what was not sent for that is undecided.
type turns struct{ space *os.File }

// pace is the least time between two frames of a host.
const pace = 2 * time.Millisecond

// forTurn is how long is waited for a turn at most.
const forTurn = 5 * time.Second

var errBusy = errors.New("others on this host send frames all the time, or hold the lock for it")

func openTurns() (*turns, error) {
	f, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		return nil, fmt.Errorf("open the lock that frames are sent under: %w", err)
	}
	return &turns{f}, nil
}

// take waits for the turn. After an error there are none any more.
func (t *turns) take(patience time.Duration) error {
	got := make(chan error, 1)
	go func() { got <- t.flock(unix.LOCK_EX) }()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case err := <-got:
		return err
	case <-late.C:
		_ = t.space.Close() // else it would be taken when nobody waits for it
		return errBusy
	}
}

// give ends a turn that was taken, once the pace is over.
func (t *turns) give() {
	time.Sleep(pace)
	_ = t.flock(unix.LOCK_UN)
}

func (t *turns) flock(how int) error {
	raw, err := t.space.SyscallConn()
	if err != nil {
		return err
	}
	var failure error
	err = raw.Control(func(fd uintptr) {
		failure = unix.EINTR
		for failure == unix.EINTR {
			failure = unix.Flock(int(fd), how)
		}
	})
	return errors.Join(err, failure)
}

func (t *turns) close() { _ = t.space.Close() }
