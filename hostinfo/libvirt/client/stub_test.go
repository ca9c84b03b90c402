//go:build !cgo || !libvirt_dlopen

package client

import (
	"context"
	"errors"
	"strings"
	"testing"

	"migcheck/hostinfo"
)

func TestWithoutClient(t *testing.T) {
	c, err := Open(context.Background(), Options{URI: "qemu:///system", Host: "kvm1"})
	var open *OpenError
	if c != nil || !errors.Is(err, ErrNoClient) || !errors.As(err, &open) || !strings.Contains(open.Hint(), "libvirt_dlopen") {
		t.Fatalf("%v, %v", c, err)
	}
	var h hostinfo.Host
	c.Facts(context.Background(), &h)
	for _, f := range []hostinfo.Fact{hostinfo.FactLibvirt, hostinfo.FactNetworks, hostinfo.FactNWFilters, hostinfo.FactDomains} {
		if h.Missing(f, "") == nil {
			t.Errorf("no gap for %s", f)
		}
	}
}
