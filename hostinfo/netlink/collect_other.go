//go:build !linux

package netlink

import (
	"context"
	"fmt"
	"runtime"

	"migcheck/hostinfo"
)

// Collect returns an error: there is no rtnetlink here.
func (c Collector) Collect(context.Context) (*hostinfo.Host, error) {
	return nil, fmt.Errorf("read the devices of %s: %s has no rtnetlink, only linux does", c.Name, runtime.GOOS)
}
