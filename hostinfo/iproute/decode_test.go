package iproute_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute"
)

// section is a section as the script frames it.
func section(name, body string, status int, stderr string) string {
	return fmt.Sprintf("\nMARKER begin %s\n%s\nMARKER end %s %d\n%s\n", name, body, name, status, stderr)
}

const done = "\nMARKER done\n"

// links is an answer with nothing but that JSON.
func links(json string) []byte { return []byte(section("link", json, 0, "") + done) }

func device(t *testing.T, h *hostinfo.Host, name string) *hostinfo.Device {
	t.Helper()
	for i := range h.Devices {
		if h.Devices[i].Name == name {
			return &h.Devices[i]
		}
	}
	t.Fatalf("no device %q among %d", name, len(h.Devices))
	return nil
}

func TestBannersAndLeftOutSections(t *testing.T) {
	output := "Welcome!\r\nMARKER is not ours\n" + section("facts", "hostname kvm7\nboot_id not-one\nsocket -rw /run/libvirt/libvirt-sock\nsocket -r /run/libvirt/libvirt-sock-ro\ncommand \ncommand /usr/bin/nc", 0, "") +
		"some banner between\n" + section("link", `[{"ifindex":1,"ifname":"lo","flags":["LOOPBACK"]}]`, 0, "") + done
	r := decode(t, []byte(output))
	if r.Host.Hostname != "kvm7" || r.Host.BootID != "" || r.NC != "/usr/bin/nc" || r.VirtSSHHelper != "" || len(r.Host.Devices) != 1 {
		t.Errorf("got %+v of %+v", r, r.Host)
	}
	want := []iproute.Socket{
		{Path: "/run/libvirt/libvirt-sock", Readable: true, Writable: true},
		{Path: "/run/libvirt/libvirt-sock-ro", Readable: true},
	}
	if diff := cmp.Diff(want, r.Sockets); diff != "" || r.Sockets[0].ReadOnly() || !r.Sockets[1].ReadOnly() {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, fact := range []hostinfo.Fact{hostinfo.FactModules, hostinfo.FactVhost, hostinfo.FactForwarding, hostinfo.FactNamespaces} {
		if r.Host.Missing(fact, "") == nil {
			t.Errorf("no gap for %s", fact)
		}
	}
	if g := r.Host.Missing(hostinfo.FactDevices, ""); g != nil {
		t.Errorf("devices: gap %q", g.Reason)
	}
}

func TestSomethingElseAnswered(t *testing.T) {
	for output, want := range map[string]string{
		"":  "printed nothing",
		" ": "printed nothing",
		"This account is currently not available.\n": "This account is currently not available.",
	} {
		if _, err := iproute.Decode([]byte(output), "MARKER"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", output, err, want)
		}
	}
	if _, err := iproute.Decode([]byte("\n begin x\n"), ""); err == nil {
		t.Error("an empty marker was found")
	}
}

// An answer that ends anywhere must never look like a whole one, and never
// make up a device.
func TestCutAnywhere(t *testing.T) {
	whole := read(t, "iproute2.txt")
	all := map[string]hostinfo.Device{}
	for _, d := range decode(t, whole).Host.Devices {
		d.Held = nil
		all[d.Name] = d
	}
	end := len(whole) - len("MARKER done\n") - 1
	for n := 0; n < end; n += 37 {
		r, err := iproute.Decode(whole[:n], "MARKER")
		if err != nil {
			continue
		}
		ended := strings.Contains(string(whole[:n]), "\nMARKER end link 0\n")
		if gap := r.Host.Missing(hostinfo.FactDevices, ""); gap == nil && !ended {
			t.Fatalf("cut after %d bytes: no gap", n)
		}
		if gap := r.Host.Missing(hostinfo.FactForwarding, ""); gap == nil && !strings.Contains(string(whole[:n]), "\nMARKER end fdb 0\n") {
			t.Fatalf("cut after %d bytes: no gap for forwarding", n)
		}
		for _, d := range r.Host.Devices {
			if _, ok := all[d.Name]; !ok || all[d.Name].Index != d.Index {
				t.Fatalf("cut after %d bytes: device %q with index %d", n, d.Name, d.Index)
			}
		}
	}
}

func TestInterruptedDump(t *testing.T) {
	bad := section("link", `[{"ifindex":1,"ifname":"lo"}]`, 0, "Dump was interrupted and may be inconsistent.")
	good := section("link", `[{"ifindex":1,"ifname":"lo"},{"ifindex":2,"ifname":"eth0"}]`, 0, "")
	if h := decode(t, []byte(bad+good+done)).Host; len(h.Devices) != 2 || h.Missing(hostinfo.FactDevices, "") != nil {
		t.Errorf("the second try does not count: %+v", h)
	}
	if g := decode(t, []byte(bad+done)).Host.Missing(hostinfo.FactDevices, ""); g == nil || !strings.Contains(g.Reason, "interrupted") {
		t.Errorf("gap %+v", g)
	}
}

func TestForwarding(t *testing.T) {
	link := section("link", `[{"ifindex":2,"ifname":"eth0","link_type":"ether","address":"52:54:00:00:00:01"},
		{"ifindex":3,"ifname":"vx","link_type":"ether","linkinfo":{"info_kind":"vxlan"}},
		{"ifindex":4,"ifname":"lo","link_type":"loopback"},
		{"ifindex":5,"ifname":"self","link_type":"ether"}]`, 0, "")
	fdb := `52:54:00:00:00:09 dev eth0 self permanent
52:54:00:00:00:01 dev eth0 self permanent
5a:54:00:00:00:02 dev eth0 vlan 7 self offload permanent
52:54:00:00:00:09 dev eth0 vlan 7 self permanent ` + `
52:54:00:00:00:0a dev eth0 master br0 permanent
52:54:00:00:00:0b dev eth0 self
52:54:00:00:00:0c dev eth0 self static
01:00:5e:00:00:01 dev eth0 self permanent
5b:00:5e:00:00:01 dev eth0 self permanent
33:33:00:00:00:01 dev self self permanent
52:54:00:00:00:0d dev self master br0 permanent
52:54:00:00:00:03 dev vx dst 10.0.0.1 self permanent
52:54:00:00:00:04 dev lo self permanent
52:54:00:00:00:05 dev nobody self permanent
nonsense
52:54:00:00:00 dev eth0 self permanent
`
	h := decode(t, []byte(link+section("fdb", fdb, 0, "")+done)).Host
	if diff := cmp.Diff([]string{"52:54:00:00:00:09", "5a:54:00:00:00:02"}, device(t, h, "eth0").Held); diff != "" {
		t.Error(diff)
	}
	for _, name := range []string{"vx", "lo", "self"} {
		if got := device(t, h, name).Held; got != nil {
			t.Errorf("%s holds %v", name, got)
		}
	}

	var many strings.Builder
	for i := range 1026 {
		fmt.Fprintf(&many, "52:54:00:00:%02x:%02x dev eth0 self permanent\n", i>>8, i&255)
	}
	h = decode(t, []byte(link+section("fdb", many.String(), 0, "")+done)).Host
	if device(t, h, "eth0").Held != nil || h.Missing(hostinfo.FactForwarding, "eth0") == nil || h.Missing(hostinfo.FactForwarding, "vx") != nil {
		t.Errorf("more than the cap: gaps %+v", h.Gaps)
	}
	for _, s := range []string{section("fdb", "", 127, "sh: bridge: not found"), "\nMARKER begin fdb\n52:54:00:00:00:09 dev eth0 self permanent\n"} {
		if h := decode(t, []byte(link+s)).Host; h.Missing(hostinfo.FactForwarding, "") == nil || device(t, h, "eth0").Held != nil {
			t.Errorf("%q: no gap", s)
		}
	}
}
