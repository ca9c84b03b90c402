//go:build !linux

package netlink

import (
	"fmt"
	"os"
	"runtime"
)

// Subscription hears of changes on Linux; here there is none.
type Subscription struct{}

// Subscribe returns an error: there is no rtnetlink here.
func Subscribe() (*Subscription, error) {
	return nil, fmt.Errorf("subscribe to the kernel's links: %s has no rtnetlink, only linux does", runtime.GOOS)
}

// Next returns an error.
func (s *Subscription) Next() (lost bool, err error) { return false, os.ErrClosed }

// Close does nothing.
func (s *Subscription) Close() error { return nil }
