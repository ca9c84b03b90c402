package netlink

import (
	"errors"
	"io/fs"
	"os"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/files"
)

// LibvirtSockets says whether a libvirt daemon of this machine can be connected to:
// No only where none of its sockets is there, Unknown where one may not be looked at.
func LibvirtSockets() hostinfo.Tri { return socketsAmong(files.LibvirtSockets) }

func socketsAmong(paths []string) hostinfo.Tri {
	there := hostinfo.No
	for _, path := range paths {
		_, err := os.Stat(path)
		switch {
		case err == nil:
			return hostinfo.Yes
		case !errors.Is(err, fs.ErrNotExist):
			there = hostinfo.Unknown
		}
	}
	return there
}
