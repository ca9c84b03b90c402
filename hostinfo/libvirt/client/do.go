//go:build cgo && libvirt_dlopen

package client

import (
	"context"

	golibvirt "libvirt.org/go/libvirt"

	"migcheck/hostinfo"
)

// Do hands libvirt's own connection to f, for the one package that changes
// hosts. What f returns comes back with what was attempted and libvirt's words;
// if ctx ends first f is given up, and goes on until it returns. f must not
// keep the connection.
func (c *Conn) Do(ctx context.Context, what string, f func(*golibvirt.Connect) error) error {
	_, err := call(ctx, c, what+c.on(), func(conn *golibvirt.Connect) (struct{}, error) {
		return struct{}{}, f(conn)
	})
	return err
}

// StateOf puts libvirt's number for a domain's state into virsh's words.
func StateOf(s golibvirt.DomainState) hostinfo.DomainState { return stateOf(s) }

// JobOf is what libvirt is doing with a domain, as [hostinfo.Guest] has it.
func JobOf(dom *golibvirt.Domain) (string, error) { return jobOf(dom) }
