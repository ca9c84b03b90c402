//go:build cgo && libvirt_dlopen

package client

import (
	"errors"
	"fmt"
	"strings"

	golibvirt "libvirt.org/go/libvirt"
)

// daemonError prints what libvirt said without the binding's frame around it.
type daemonError struct{ err golibvirt.Error }

func (e daemonError) Error() string { return e.err.Message }
func (e daemonError) Unwrap() error { return e.err }

// words makes an error print libvirt's own message.
func words(err error) error {
	var e golibvirt.Error
	if errors.As(err, &e) && e.Message != "" {
		return daemonError{e}
	}
	return err
}

// noLibrary marks the error of a missing libvirt.so, which has no code of its
// own.
func noLibrary(err error) error {
	if strings.Contains(err.Error(), "Failed to open libvirt") {
		return fmt.Errorf("%w: %w", ErrNoClient, err)
	}
	return err
}

// noGuest is a daemon's "no such domain", with ErrNoGuest to find in it.
type noGuest struct{ error }

func (e *noGuest) Unwrap() []error { return []error{e.error, ErrNoGuest} }
