//go:build linux && system

package netlink

import (
	"context"
	"errors"
	"testing"

	"migcheck/hostinfo"
)

// This asks the kernel that the test runs on. It is no unit test: qemu-user
// rewrites netlink messages only in part, and that is not what is tested.
func TestCollectHere(t *testing.T) {
	h, err := Collector{Name: "here"}.Collect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if h.Name != "here" || h.Via != "netlink" || h.BootID == "" || h.Arch == "" || h.Gathered.IsZero() || h.User == "" {
		t.Errorf("got %+v", h)
	}
	for _, fact := range []hostinfo.Fact{hostinfo.FactDevices, hostinfo.FactForwarding} {
		if g := h.Missing(fact, ""); g != nil {
			t.Errorf("%s: gap %q", fact, g.Reason)
		}
	}
	lo := hostinfo.IndexLinks(h).ByName("lo")
	if lo == nil || lo.Index != 1 || lo.LinkType != "loopback" || lo.Kind != hostinfo.KindHardware || lo.MAC != "" || lo.MTU == 0 {
		t.Errorf("lo is %+v", lo)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (Collector{}).Collect(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
