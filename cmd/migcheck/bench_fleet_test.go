//go:build system && cgo && libvirt_dlopen

package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	xssh "golang.org/x/crypto/ssh"
	"golang.org/x/sync/errgroup"

	"migcheck/fixtures/hosts"
	"migcheck/hostinfo/iproute"
	"migcheck/preflight/fleet"
)

// crowdSize is how many hosts one sshd stands for.
const crowdSize = 100

// BenchmarkFleet gathers and judges a fleet of hosts without libvirt. The floor is
// bare Go, which logs in to as many at once, runs the same and throws it away.
func BenchmarkFleet(b *testing.B) {
	crowd := hosts.StartCrowd(b, "host", 80, crowdSize, "MaxStartups 1000:30:1000")
	dir := b.TempDir()
	config, file, out := filepath.Join(dir, "ssh_config"), filepath.Join(dir, "fleet.yaml"), filepath.Join(dir, "fleet.json")
	must(b, os.WriteFile(config, []byte(crowd.SSHConfig), 0o600))
	must(b, os.WriteFile(file, []byte("hosts:\n  "+strings.Join(crowd.Names, ": {}\n  ")+": {}\n"), 0o600))
	raw, err := os.ReadFile(crowd.Key)
	must(b, err)
	key, err := xssh.ParsePrivateKey(raw)
	must(b, err)
	floor := &xssh.ClientConfig{
		User: "root", Auth: []xssh.AuthMethod{xssh.PublicKeys(key)},
		HostKeyCallback: xssh.InsecureIgnoreHostKey(), // the floor knows no known_hosts
	}
	bare := func() {
		var g errgroup.Group
		g.SetLimit(128)
		for _, address := range crowd.Addresses {
			g.Go(func() error {
				c, err := xssh.Dial("tcp", address, floor)
				if err != nil {
					return err
				}
				defer c.Close()
				s, err := c.NewSession()
				if err != nil {
					return err
				}
				s.Stdout = io.Discard
				return s.Run(iproute.Command(iproute.NewMarker()))
			})
		}
		must(b, g.Wait())
	}
	against(b, bare, func() {
		if code := run([]string{"fleet", "--fleet", file, "-F", config, "-q", "-o", "json=" + out, "--no-history"}); code != 0 {
			b.Fatalf("exit status %d", code)
		}
	})
	raw, err = os.ReadFile(out)
	must(b, err)
	var d fleet.Document
	must(b, json.Unmarshal(raw, &d))
	for _, h := range d.Hosts {
		if !h.Observed {
			b.Errorf("%s: %s", h.Name, h.Reason)
		}
	}
	ours, theirs := measure(func() {
		if code := run([]string{"fleet", "--fleet", file, "-F", config, "-q", "-o", "json=" + out, "--no-history"}); code != 0 {
			b.Fatalf("exit status %d", code)
		}
	}), measure(bare)
	b.ReportMetric(float64(ours.cpu.Microseconds())/1000/crowdSize, "cpu-ms/host")
	b.ReportMetric(float64(theirs.cpu.Microseconds())/1000/crowdSize, "bare-cpu-ms/host")
	b.ReportMetric(crowdSize/ours.wall.Seconds(), "hosts/s")
	b.ReportMetric(crowdSize/theirs.wall.Seconds(), "bare-hosts/s")
}
