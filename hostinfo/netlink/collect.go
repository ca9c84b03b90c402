//go:build linux

package netlink

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"time"

	"golang.org/x/sys/unix"

	"migcheck/hostinfo"
)

// Collect reads this machine's facts. The devices are those of the network
// namespace of the calling thread: a caller that entered another one keeps the
// thread locked until Collect returns. What could not be read is a Gap; the
// error is ctx's.
func (c Collector) Collect(ctx context.Context) (*hostinfo.Host, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("read the devices of %s: %w", c.Name, err)
	}
	h := &hostinfo.Host{Name: c.Name}
	var uts unix.Utsname
	if unix.Uname(&uts) == nil {
		h.Hostname = unix.ByteSliceToString(uts.Nodename[:])
		h.Kernel = unix.ByteSliceToString(uts.Release[:])
		h.Arch = unix.ByteSliceToString(uts.Machine[:])
	}
	if os.Geteuid() == 0 {
		h.User = "root" // even where no name service can say so
	} else if u, err := user.Current(); err == nil {
		h.User = u.Username
	}
	machine := root("/")
	h.BootID = machine.line("proc/sys/kernel/random/boot_id")
	machine.modules(h)
	machine.vhost(h)
	machine.lldpad(h)
	machine.daemon(h)
	machine.taps(h)
	machine.shaping(h)
	machine.routes(h)
	machine.memory(h)
	machine.system(h)
	machine.configured(h)

	h.Gathered = time.Now().UTC()
	readDevices(ctx, h)
	readAddresses(ctx, h)
	readHeld(ctx, h)
	readPortVLANs(ctx, h)
	machine.hardware(h)
	machine.namespaces(ctx, h)
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("read the devices of %s: %w", c.Name, err)
	}
	return h, nil
}
