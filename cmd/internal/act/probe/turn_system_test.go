//go:build system

package probe

import (
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// inSpace runs f on a thread in a network namespace of its own.
func inSpace(t *testing.T, f func()) {
	t.Helper()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		err := unix.Unshare(unix.CLONE_NEWNET)
		if err == nil {
			f()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func turnsHere(t *testing.T) *turns {
	s, err := openTurns()
	if err != nil {
		t.Error(err)
		runtime.Goexit()
	}
	return s
}

// Eight at once send no faster than one: never two in one pace.
func TestTurns(t *testing.T) {
	var all [8]*turns
	inSpace(t, func() {
		for i := range all {
			all[i] = turnsHere(t)
		}
	})
	const each = 10
	var mu sync.Mutex
	var taken []time.Time
	var wg sync.WaitGroup
	for _, s := range all {
		wg.Go(func() {
			defer s.close()
			for range each {
				if err := s.take(time.Minute); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				taken = append(taken, time.Now())
				mu.Unlock()
				s.give()
			}
		})
	}
	wg.Wait()
	if len(taken) != len(all)*each {
		t.Errorf("%d turns", len(taken))
	}
	for i := 1; i < len(taken); i++ {
		if gap := taken[i].Sub(taken[i-1]); gap < pace {
			t.Errorf("turn %d came %v after the one before", i, gap)
		}
	}
}

// Another host's turns are its own; one that is held too long is an error, and
// the lock that comes too late is not kept.
func TestTurnHeld(t *testing.T) {
	var holder, late, next, elsewhere *turns
	inSpace(t, func() { holder, late, next = turnsHere(t), turnsHere(t), turnsHere(t) })
	inSpace(t, func() { elsewhere = turnsHere(t) })
	defer next.close()
	defer elsewhere.close()
	if err := holder.take(time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := elsewhere.take(time.Minute); err != nil {
		t.Errorf("another host's turn is held up: %v", err)
	}
	if err := late.take(10 * time.Millisecond); !errors.Is(err, errBusy) {
		t.Fatalf("a turn that another has was had: %v", err)
	}
	holder.close()
	if err := next.take(time.Minute); err != nil {
		t.Errorf("the turn was not given back: %v", err)
	}
}
