//go:build cgo && libvirt_dlopen

package client

import "sync"

// answer is one that stays true for as long as the connection lasts. The zero
// value was not asked for yet.
type answer[T any] struct {
	mu    sync.Mutex
	known bool
	value T
}

// once returns the answer, and asks for it until it was given. Whoever asks at the
// same time does so by himself: the one before may be given up late.
func (a *answer[T]) once(ask func() (T, error)) (T, error) {
	a.mu.Lock()
	known, value := a.known, a.value
	a.mu.Unlock()
	if known {
		return value, nil
	}
	value, err := ask()
	if err != nil {
		return value, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.known, a.value = true, value
	return value, nil
}
