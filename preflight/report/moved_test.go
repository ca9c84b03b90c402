package report_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/preflight"
	"migcheck/preflight/report"
)

// movedDocument is what a run over three guests came to.
func movedDocument(t *testing.T) []byte {
	t.Helper()
	nic := 0
	one := func(name string, m *preflight.Moved) preflight.Report {
		return preflight.Report{Guest: preflight.GuestIdentity{Name: name, State: "running"}, From: "hostA", To: "hostB", NICs: []preflight.NICReport{}, Findings: []preflight.Finding{}, Moved: m}
	}
	raw, err := json.Marshal(&preflight.Document{Schema: preflight.Schema, Reports: []preflight.Report{
		one("web1", &preflight.Moved{
			Outcome: "arrived", Where: "web1 runs on hostB (libvirt says: hostA does not have it; hostB: running (migrated))",
			Seconds: 44.2, DowntimeMS: 310, Bytes: 3 << 20, Frames: map[string]int{"macvtap1": 12, "macvtap2": -1},
			Verdict: preflight.Warning, Findings: []preflight.Finding{{
				ID: "x", Rule: "no-frames-after-arrival", Level: preflight.Warning, Phase: preflight.After,
				Subject: preflight.Subject{Guest: "web1", NIC: &nic, MAC: "52:54:00:aa:00:01", Host: "hostB", Device: "bond0.623"},
				Reason:  "no frame of the guest was seen on macvtap2 in 10 s", Hint: "virsh qemu-monitor-command web1 --hmp announce_self",
			}},
		}),
		one("db\x1b1", &preflight.Moved{
			Outcome: "halted", Error: "migrate on hostA: Timed out during operation", Where: "db1 is paused on hostA",
			Commands: []string{"on hostA: virsh resume db1"},
		}),
		one("mail", &preflight.Moved{Outcome: "declined", Error: "one before it failed"}),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestMoved(t *testing.T) {
	const want = `
  warning    no-frames-after-arrival  nic 0 52:54:00:aa:00:01, hostB, bond0.623
             no frame of the guest was seen on macvtap2 in 10 s
             when: seen only by looking after the migration
             hint: virsh qemu-monitor-command web1 --hmp announce_self

ARRIVED  web1 hostA -> hostB: web1 runs on hostB (libvirt says: hostA does not have it; hostB:
         running (migrated)). 44.2 s, downtime 310 ms, 3.0 MiB moved, 12 frames of the guest seen on
         macvtap1

HALTED  db\x1b1 hostA -> hostB: migrate on hostA: Timed out during operation. db1 is paused on hostA
        on hostA: virsh resume db1

DECLINED  mail hostA -> hostB: one before it failed

GUEST    FROM   TO     OUTCOME   SECONDS  NETWORK
web1     hostA  hostB  arrived   44.2     warning
db\x1b1  hostA  hostB  halted    -        -
mail     hostA  hostB  declined  -        -
`
	var b bytes.Buffer
	if err := report.Moved(&b, movedDocument(t), report.Options{Width: 100}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var whole bytes.Buffer
	if err := report.Render(&whole, movedDocument(t), "text", report.Options{Width: 100}); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(whole.String(), want) {
		t.Errorf("the whole report does not end with it:\n%s", &whole)
	}
}

// TestArrivedWithoutItsNetwork: nobody may take that for a success.
func TestArrivedWithoutItsNetwork(t *testing.T) {
	raw := bytes.Replace(movedDocument(t), []byte(`"verdict":"warning"`), []byte(`"verdict":"blocked"`), 1)
	var b bytes.Buffer
	if err := report.Moved(&b, raw, report.Options{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "ARRIVED WITHOUT ITS NETWORK  web1") {
		t.Errorf("%s", &b)
	}
}
