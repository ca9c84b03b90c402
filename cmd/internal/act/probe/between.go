package probe

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"migcheck/hostinfo"
	"migcheck/hostinfo/probe"
)

// At is a device on a host.
type At struct {
	Host  string
	Name  string // the device's own name
	Index int    // its ifindex
	MAC   string
}

// How long it may take to bring both programs to life, and the frames then.
const (
	toStart = 3 * time.Minute
	toProbe = 90 * time.Second
)

// Between lets frames go both ways between two devices, with a program started
// for it on each host.
func Between(ctx context.Context, from, to At, mtu int, source, destination func(context.Context) (*End, error)) hostinfo.Probe {
	ctx, cancel := context.WithTimeout(ctx, toStart+toProbe)
	defer cancel()
	var ends [2]*End
	p := hostinfo.Probe{}
	if host, err := open(ctx, [2]At{from, to}, &ends, source, destination); err != nil {
		p.Undecided, p.Host = err.Error(), host
	} else {
		p = probe.Run(ctx, ends[0], ends[1], mtu)
	}
	for _, e := range ends {
		if e != nil {
			e.Close()
		}
	}
	p.From, p.FromDevice, p.To, p.ToDevice = from.Host, from.Name, to.Host, to.Name
	return p
}

// open starts both programs and has them take their devices. If that fails, or one
// is another migcheck's which sends other frames, it says on which host.
func open(ctx context.Context, at [2]At, ends *[2]*End, start ...func(context.Context) (*End, error)) (string, error) {
	var run probe.RunID
	var key probe.Key
	_, _ = rand.Read(run[:]) // never fails
	_, _ = rand.Read(key[:])
	var errs [2]error
	var g errgroup.Group
	for i := range ends {
		g.Go(func() error {
			if ends[i], errs[i] = start[i](ctx); errs[i] != nil {
				return nil
			}
			o := probe.Order{Device: at[i].Name, Index: at[i].Index, Peer: at[1-i].MAC, Direction: probe.Direction(i + 1)}
			o.SetRun(run, key)
			if errs[i] = ends[i].Open(ctx, o); errs[i] == nil && ends[i].mac != at[i].MAC {
				errs[i] = fmt.Errorf("%s has another address than a moment ago", at[i].Name)
			}
			return nil
		})
	}
	_ = g.Wait() // its functions return none
	for i, err := range errs {
		if err != nil {
			return at[i].Host, err
		}
	}
	return sameFrames(at, *ends)
}

// sameFrames refuses two programs of which neither would hear the other, and says
// on which host the older one is.
func sameFrames(at [2]At, ends [2]*End) (string, error) {
	older, newer := 0, 1
	switch a, b := ends[0].version, ends[1].version; {
	case a == b:
		return "", nil
	case b < a:
		older, newer = 1, 0
	}
	return at[older].Host, fmt.Errorf("its frames are of version %d, and those of %s's of version %d: neither hears the other, so install the same migcheck on both",
		ends[older].version, at[newer].Host, ends[newer].version)
}
