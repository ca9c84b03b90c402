package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"migcheck/cmd/internal/world"
	"migcheck/fixtures/distributions"
	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute"
	"migcheck/hostinfo/libvirt/client"
	"migcheck/preflight"
	"migcheck/preflight/rules"
)

// TestDoctorOnDistributions writes down what doctor says on each kind of host:
// to root, to a user in libvirt's group, to the same by sudo, and to one whom
// libvirt refuses.
func TestDoctorOnDistributions(t *testing.T) {
	for _, name := range distributions.Names() {
		t.Run(name, func(t *testing.T) {
			of := distributions.Load(name)
			var b bytes.Buffer
			for _, c := range []struct {
				what, answer, login string
				sudo                bool
			}{
				{"root", "root", "root", false},
				{"alice, who is in libvirt's group", "alice", "alice", false},
				{"alice, by sudo", "root", "alice", true},
				{"paula, who is in no group", "paula", "paula", false},
			} {
				fmt.Fprintf(&b, "== %s\n", c.what)
				h, sockets := hostOf(t, name, of.Answers[c.answer])
				d := &diagnosis{out: &b, host: h, route: routeOf(name, c.login, c.sudo, sockets)}
				d.askLibvirt(of, accessOf(of, c.login, c.login != "root"))
				mustDiagnose(t, d)
			}
			told := map[string]bool{"paula": true} // above
			for _, a := range of.Access {
				if told[a.Who] {
					told[a.Who] = false
					continue
				}
				fmt.Fprintf(&b, "== %s, whom libvirt refuses in other words\n", a.Who)
				h, sockets := hostOf(t, name, of.Answers[a.Who])
				d := &diagnosis{out: &b, host: h, route: routeOf(name, a.Who, false, sockets)}
				d.askLibvirt(of, a)
				mustDiagnose(t, d)
			}
			fmt.Fprintf(&b, "== a VLAN that is missing there\n%s", lastingWords(t, name, of.Answers["root"]))
			golden(t, name, b.Bytes())
		})
	}
}

// A host with 4,000 links is judged like any other, and not for long.
func TestDoctorOnContainerHost(t *testing.T) {
	began := time.Now()
	h, sockets := hostOf(t, "containers", distributions.Containers(4000))
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("reading it took %s", took)
	}
	if len(h.Devices) != 4000 {
		t.Fatalf("%d devices", len(h.Devices))
	}
	var b bytes.Buffer
	d := &diagnosis{out: &b, host: h, route: routeOf("containers", "root", false, sockets)}
	d.askLibvirt(&distributions.Distribution{Libvirt: "10.0.0", Hypervisor: "8.2.2"}, distributions.Access{How: "rw"})
	mustDiagnose(t, d)
	golden(t, "containers", b.Bytes())
}

// Where sudo refuses, nothing of the host is known, and its words say what helps.
func TestDoctorWhereSudoRefuses(t *testing.T) {
	for _, c := range []struct{ words, want string }{
		{"sudo: a password is required", "alice ALL=(root) NOPASSWD: /bin/sh"},
		{"sudo: sorry, you must have a tty to run sudo", "Defaults:alice !requiretty"},
		{"alice is not in the sudoers file.", "alice ALL=(root) NOPASSWD: /bin/sh"},
		{"sh: 1: exec: sudo: not found", "install sudo on z"},
		{"sudo: effective uid is not 0, is /usr/bin/sudo on a file system with the 'nosuid' option set or an NFS file system without root privileges?", "can't become root there at all"},
	} {
		var b bytes.Buffer
		h := hostinfo.Unobserved("z", "become root on z: sudo -n: exit status 1 ("+c.words+")")
		d := &diagnosis{out: &b, host: h, route: world.Route{SSH: "alice@z:22", Login: "alice", Sudo: true}}
		if err := d.write(); err == nil || !strings.Contains(b.String(), c.want) || strings.Contains(b.String(), "fleet file:") {
			t.Errorf("%s: %v\n%s", c.words, err, b.String())
		}
	}
}

func hostOf(t *testing.T, name string, answer []byte) (*hostinfo.Host, []iproute.Socket) {
	t.Helper()
	r, err := iproute.Decode(answer, "MARKER")
	if err != nil {
		t.Fatal(err)
	}
	r.Host.Name, r.Host.Gathered = name, time.Now()
	return r.Host, r.Sockets
}

// routeOf is how that user comes to the host and to the first socket that lets
// him in.
func routeOf(name, login string, sudo bool, sockets []iproute.Socket) world.Route {
	r := world.Route{SSH: login + "@" + name + ":22", Login: login, Sudo: sudo}
	for _, s := range sockets {
		if s.Writable && r.Libvirt == "" {
			r.Libvirt = "sshd " + s.Path
		}
		if !s.ReadOnly() && !s.Writable {
			r.ReadOnly = fmt.Sprintf("user %s may not connect to %s", login, s.Path)
		}
	}
	return r
}

// accessOf is what the story says of someone; those of whom it says nothing may
// do everything.
func accessOf(of *distributions.Distribution, who string, told bool) distributions.Access {
	for _, a := range of.Access {
		if a.Who == who && told {
			return a
		}
	}
	return distributions.Access{Who: who, How: "rw"}
}

// askLibvirt fills in what libvirt says, or its refusal in the words in which
// the client passes it on.
func (d *diagnosis) askLibvirt(of *distributions.Distribution, a distributions.Access) {
	refused := &client.OpenError{URI: "qemu:///system", Host: d.host.Name, Err: errors.New(a.Why)}
	words := refused.Error()
	if a.Who != "root" { // world.reasonFor
		words += " (" + refused.Hint() + ")"
	}
	if a.How == "none" {
		d.host.Unreached(words)
		return
	}
	d.host.Libvirt = &hostinfo.Libvirt{URI: "qemu:///system", Version: of.Libvirt, Hypervisor: of.Hypervisor, ReadOnly: a.How == "ro"}
	if a.How == "ro" && !strings.HasSuffix(d.route.Libvirt, "-ro") {
		d.route.Libvirt += "-ro"
	}
	if a.How == "rw" {
		d.route.ReadOnly = ""
	} else if a.Why != "" {
		d.route.ReadOnly = words
	}
	if of.Networks != "" {
		d.host.AddGap(hostinfo.FactNetworks, "", "libvirt: list networks: "+of.Networks)
	}
}

// lastingWords are how a VLAN that the source has is made on a host of that kind,
// so that it lasts, in the words of what makes its devices.
func lastingWords(t *testing.T, name string, answer []byte) string {
	t.Helper()
	dst, _ := hostOf(t, name, answer)
	src, _ := hostOf(t, "source", answer)
	parent := "bond0"
	if name == "z" {
		parent = "enc1100"
	}
	dev := parent + ".700"
	for _, d := range src.Devices {
		if d.Name == parent {
			src.Devices = append(src.Devices, hostinfo.Device{
				Index: 700, Name: dev, Kind: hostinfo.KindVLAN, LinkType: "ether", Parent: d.Index,
				Up: d.Up, MTU: d.MTU, VLAN: &hostinfo.VLAN{ID: 700, Protocol: "802.1Q"},
			})
		}
	}
	src.BootID = "another"
	live := &hostinfo.Definition{Type: "kvm", Arch: dst.Arch, NICs: []hostinfo.NIC{{Type: "direct", Dev: dev, Mode: "bridge", MAC: "52:54:00:aa:00:01", Model: "virtio"}}}
	plan := &preflight.Plan{
		Guest: &hostinfo.Guest{Name: "guest", State: hostinfo.StateRunning, Live: live, Migratable: live},
		From:  preflight.NewView(src), To: preflight.NewView(dst), Now: time.Now(),
	}
	for _, f := range preflight.Run(plan, rules.All).Findings {
		if f.Rule == "source-dev-missing" {
			return strings.Join(append([]string{"by " + or(f.PermanentFor, "nobody")}, f.Permanent...), "\n  ") + "\n"
		}
	}
	t.Fatalf("%s: %s is not missing", name, dev)
	return ""
}

func mustDiagnose(t *testing.T, d *diagnosis) {
	t.Helper()
	if err := d.write(); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(d.out)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("..", "..", "fixtures", "distributions", name+".doctor")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got; -update rewrites it):\n%s", file, diff)
	}
}
