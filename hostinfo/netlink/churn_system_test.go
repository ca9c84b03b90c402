//go:build system && linux

package netlink_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"migcheck/hostinfo"
	"migcheck/hostinfo/netlink"
)

// While links come and go, a dump may be interrupted and taken again. What
// stays must be in every answer that has no gap, once.
func TestCollectWhileLinksChange(t *testing.T) {
	inNamespace(t, func() {
		var stay, change []string
		for i := range 300 {
			stay = append(stay, fmt.Sprintf("link add s%d type bridge", i))
		}
		for i := range 60 {
			change = append(change, fmt.Sprintf("link add c%d type bridge", i), fmt.Sprintf("link del c%d", i))
		}
		batch(t, "ip", stay...)
		cmd := exec.Command("ip", "-batch", "-")
		cmd.Stdin = strings.NewReader(strings.Join(change, "\n") + "\n")
		var said strings.Builder
		cmd.Stderr = &said
		if err := cmd.Start(); err != nil {
			t.Error(err)
			return
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		whole, gaps := 0, 0
		for running := true; running; {
			select {
			case err := <-ended:
				if running = false; err != nil {
					t.Errorf("ip -batch: %v: %s", err, said.String())
				}
			default:
			}
			h, err := netlink.Collector{}.Collect(t.Context())
			if err != nil {
				t.Error(err)
				continue
			}
			if h.Missing(hostinfo.FactDevices, "") != nil {
				gaps++
				continue
			}
			whole++
			seen := map[string]int{}
			for _, d := range h.Devices {
				if strings.HasPrefix(d.Name, "s") {
					seen[d.Name]++
				}
			}
			if len(seen) != 300 {
				t.Errorf("%d of 300 devices that stay", len(seen))
			}
			for name, n := range seen {
				if n != 1 {
					t.Errorf("%s is there %d times", name, n)
				}
			}
		}
		if whole == 0 {
			t.Error("not one whole answer, not even at the end")
		}
		t.Logf("%d whole answers, %d with a gap", whole, gaps)
	})
}
