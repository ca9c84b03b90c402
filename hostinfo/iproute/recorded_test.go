package iproute_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute"
	"migcheck/hostinfo/iproute/parity"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decode(t testing.TB, output []byte) *iproute.Result {
	t.Helper()
	r, err := iproute.Decode(output, "MARKER")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// One host, looked at in four ways at one moment: what the kernel told
// hostinfo/netlink decides.
func TestRecordedHostAgreesWithItsKernel(t *testing.T) {
	for _, file := range []string{"iproute2.txt", "sysfs-root.txt", "sysfs-user.txt"} {
		t.Run(file, func(t *testing.T) {
			var kernel hostinfo.Host
			if err := json.Unmarshal(read(t, "kernel.json"), &kernel); err != nil {
				t.Fatal(err)
			}
			if file == "sysfs-user.txt" {
				kernel.User = "alice"
			}
			told := decode(t, read(t, file)).Host
			if via := strings.TrimSuffix(strings.TrimSuffix(file, ".txt"), "-root"); !strings.HasPrefix(via, told.Via) {
				t.Errorf("read via %q", told.Via)
			}
			if diff := parity.Diff(&kernel, told); diff != "" {
				t.Errorf("-kernel +told:\n%s", diff)
			}
		})
	}
}

// What /sys can't show must be a gap of the device that lacks it.
func TestSysGaps(t *testing.T) {
	root, user := decode(t, read(t, "sysfs-root.txt")).Host, decode(t, read(t, "sysfs-user.txt")).Host
	for _, c := range []struct {
		host   *hostinfo.Host
		fact   hostinfo.Fact
		device string
		want   string // part of the reason; empty: no gap
	}{
		{root, hostinfo.FactDetails, "bond0", ""},
		{root, hostinfo.FactDetails, "bond0.623", ""},
		{root, hostinfo.FactLACP, "lacpA", ""},
		{root, hostinfo.FactLACP, "lacpD", ""},
		{root, hostinfo.FactForwarding, "bond0", ""},
		{root, hostinfo.FactDetails, "macvtap0", "does not show its mode"},
		{root, hostinfo.FactDetails, "eth1", "does not show its kind"},
		{root, hostinfo.FactAltNames, "", `exit status 255: Option "-json" is unknown`},
		{user, hostinfo.FactDetails, "bond0.623", "Permission denied"},
		{user, hostinfo.FactLACP, "lacpA", "to root only"},
		{user, hostinfo.FactLACP, "lacpD", ""}, // that no aggregator is active is for all to see
		{user, hostinfo.FactDevices, "", ""},
		{user, hostinfo.FactNamespaces, "", "not asked"}, // an answer from before it was
		{root, hostinfo.FactAddresses, "", "ip -o address show: not asked"},
		{root, hostinfo.FactHardware, "", "not asked"},
		{root, hostinfo.FactShaping, "", "not asked"},
		{root, hostinfo.FactTaps, "", "/dev can't be listed"},
		{root, hostinfo.FactLLDPAD, "", "not known"},
		{root, hostinfo.FactDaemon, "", "not known"},
		{root, hostinfo.FactConfigured, "", "not asked"},
	} {
		gap := c.host.Missing(c.fact, c.device)
		switch {
		case c.want == "" && gap != nil:
			t.Errorf("%s of %q for %s: gap %q", c.fact, c.device, c.host.User, gap.Reason)
		case c.want != "" && (gap == nil || !strings.Contains(gap.Reason, c.want)):
			t.Errorf("%s of %q for %s: gap %+v, want %q", c.fact, c.device, c.host.User, gap, c.want)
		}
	}
}
