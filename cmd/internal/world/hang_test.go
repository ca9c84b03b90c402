package world

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"migcheck/cmd/internal/fleetfile"
	"migcheck/hostinfo"
	"migcheck/hostinfo/ssh"
)

// A host that lets a user in and then says nothing, or something now and then, is
// given up, and what it is asked again, too.
func TestHostThatHangs(t *testing.T) {
	for name, what := range map[string]string{
		"silent": "exec sleep 600",
		"drip":   "while :; do echo .; sleep 0.01; done",
	} {
		t.Run(name, func(t *testing.T) {
			own := filepath.Join(t.TempDir(), "ssh")
			check(t, os.WriteFile(own, fmt.Appendf(nil, "#!/bin/sh\n%s\n", what), 0o755))
			w, err := Live(&fleetfile.Fleet{}, Options{SSH: ssh.Config{Command: own}, HostTime: 50 * time.Millisecond})
			check(t, err)
			defer w.Close()
			for range 2 {
				h, err := w.Host(t.Context(), "hv")
				if g := h.Missing(hostinfo.FactDevices, ""); err != nil || g == nil || !strings.Contains(g.Reason, "it has not answered within 50ms") {
					t.Fatalf("%+v, %v", h, err)
				}
				w.Refresh(t.Context(), []string{"hv"})
			}
		})
	}
}
