//go:build system && linux

package iproute_test

import (
	"os/exec"
	"testing"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute"
)

// The one command is read whole by every shell that may be somebody's login
// shell.
func TestCommandInEveryLoginShell(t *testing.T) {
	for _, shell := range []string{"sh", "bash", "csh", "fish"} {
		marker := iproute.NewMarker()
		output, err := exec.Command(shell, "-c", iproute.Command(marker)).Output()
		if err != nil {
			t.Errorf("%s: %v", shell, err)
			continue
		}
		r, err := iproute.Decode(output, marker)
		if err != nil {
			t.Errorf("%s: %v", shell, err)
			continue
		}
		for _, fact := range []hostinfo.Fact{hostinfo.FactDevices, hostinfo.FactForwarding, hostinfo.FactAddresses, hostinfo.FactHardware, hostinfo.FactTaps, hostinfo.FactLLDPAD} {
			if g := r.Host.Missing(fact, ""); g != nil {
				t.Errorf("%s: %s: gap %q", shell, fact, g.Reason)
			}
		}
	}
}
