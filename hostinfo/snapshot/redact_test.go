package snapshot

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
)

// kept are the fields whose text comes through: words of the kernel's and
// libvirt's own, and devices' names.
var kept = []string{
	"Host.Arch", "Host.Kernel", "Host.Via", "Host.Libvirt.Version", "Host.Libvirt.Hypervisor",
	"Host.Devices.Name", "Host.Devices.AltNames", "Host.Devices.Kind", "Host.Devices.LinkType",
	"Host.Devices.OperState", "Host.Devices.SlaveKind", "Host.Devices.VLAN.Protocol",
	"Host.Devices.Bond.Mode", "Host.Devices.Bond.FailOverMAC", "Host.Devices.Bond.ARPValidate",
	"Host.Devices.BondPort.State", "Host.Devices.BondPort.MIIStatus", "Host.Devices.Macvlan.Mode",
	"Host.Devices.Duplex", "Host.Devices.QETH.CardType", "Host.Devices.QETH.CHPID", "Host.Devices.QETH.State",
	"Host.Devices.QETH.Isolation", "Host.Devices.QETH.BridgeRole",
	"Host.Networks.Forward", "Host.Networks.Bridge", "Host.Networks.Devices.Dev",
	"Host.Networks.TrustGuestRxFilters", "Host.Networks.VirtualPort",
	"Host.Networks.Portgroups.TrustGuestRxFilters", "Host.Networks.Portgroups.VirtualPort",
	"Host.System.ID", "Host.System.Version", "Host.System.Like", "Host.System.Variant", "Host.System.SELinux", "Host.System.Group",
	"Host.Setup.ShapingLacks", "Host.Setup.DevFS", "Host.Setup.Managers", "Host.Setup.Configured",
	"Host.Setup.DefaultRoutes", "Host.Domains.State", "Host.Gaps.Fact", "Host.Gaps.Device", "Host.Gaps.Reason",
	"Guest.State", "Guest.Job", "Guest.Gaps.Fact", "Guest.Gaps.Device", "Guest.Gaps.Reason",
	".Type", ".NICs.Type", ".Arch", ".Machine", ".LaunchSecurity", ".NICs.Alias", ".NICs.Dev", ".NICs.Mode",
	".NICs.Bridge", ".NICs.Model", ".NICs.Target", ".NICs.TrustGuestRxFilters", ".NICs.DriverName",
	"Rest.Emulator", "Rest.CPU.Mode", "Rest.CPU.Check", "Rest.CPU.Model", "Rest.Disks.Target", "Rest.Disks.Device",
	"Rest.Disks.Type", "Rest.Disks.Cache", "Rest.Disks.StartupPolicy", "Rest.Hostdevs.Mode", "Rest.Hostdevs.Type",
	"Rest.Shmems.Role", "Rest.Shmems.Model", "Rest.Filesystems", "Rest.Memory.Model", "Rest.TPMs.Model", "Rest.TPMs.Backend",
	"Rest.BlockJobs", "Rest.Files.Magic", "Rest.Files.Reason", "Rest.Gaps.Fact", "Rest.Gaps.Device", "Rest.Gaps.Reason",
	"Fit.NoEmulator", "Fit.NoMachine", "Fit.NoCPU", "Fit.NoHostCPU", "Fit.TPMBackends", "Fit.Files.Magic", "Fit.Files.Reason",
	"Fit.Gaps.Fact", "Fit.Gaps.Device", "Fit.Gaps.Reason",
	".NICs.IOMMU", ".NICs.VirtualPort", ".NICs.LinkState", ".NICs.TeamingType", ".NICs.TeamingPartner",
	".NICs.PCI", ".NICs.Backend", ".NICs.TargetManaged",
	".PCIDevices.Address", ".PCIDevices.TeamingType", ".PCIDevices.TeamingPartner",
	"Host.Networks.Devices.PCI",
}

// A string field that hostinfo gains is either hidden or listed above.
func TestEveryFieldIsConsidered(t *testing.T) {
	in := filled()
	out := redact([]Recorded{in}, nil)[0]
	left := map[string]bool{}
	var compare func(path string, a, b reflect.Value)
	compare = func(path string, a, b reflect.Value) {
		switch a.Kind() {
		case reflect.Pointer:
			compare(path, a.Elem(), b.Elem())
		case reflect.Struct:
			for i := range a.NumField() {
				if f := a.Type().Field(i); f.IsExported() && !(f.Type.Kind() == reflect.String && f.Tag.Get("json") == "-") {
					compare(path+"."+f.Name, a.Field(i), b.Field(i))
				}
			}
		case reflect.Slice:
			if a.Len() != b.Len() {
				t.Fatalf("%s: %d became %d", path, a.Len(), b.Len())
			}
			for i := range a.Len() {
				compare(path, a.Index(i), b.Index(i))
			}
		case reflect.String:
			if b.String() == "" {
				t.Errorf("%s was emptied", path)
			}
			if a.String() == b.String() {
				left[path] = true
			}
		default:
			if !reflect.DeepEqual(a.Interface(), b.Interface()) {
				t.Errorf("%s: %v became %v", path, a, b)
			}
		}
	}
	compare("Host", reflect.ValueOf(in.Host), reflect.ValueOf(out.Host))
	compare("Guest", reflect.ValueOf(in.Guests[0].Guest), reflect.ValueOf(out.Guests[0].Guest))
	compare("Rest", reflect.ValueOf(in.Guests[0].Rest), reflect.ValueOf(out.Guests[0].Rest))
	compare("Fit", reflect.ValueOf(in.Fits[0]), reflect.ValueOf(out.Fits[0]))
	for path := range left {
		path = strings.Replace(path, "Host.Namespaces.Devices", "Host.Devices", 1)
		ok := slices.Contains(kept, path)
		for _, view := range []string{"Guest.Live", "Guest.Migratable", "Guest.Inactive"} {
			if field, found := strings.CutPrefix(path, view); found {
				ok = slices.Contains(kept, field)
			}
		}
		if !ok {
			t.Errorf("%s comes through: hide it, or list it as kept", path)
		}
	}
}

func TestRedact(t *testing.T) {
	const secretMAC = "52:54:00:ab:cd:ef"
	nics := "<interface type='direct' secret='Acme-attribute'><mac address='" + secretMAC + "'/>" +
		"<source network='Acme-lan' portgroup='Acme-pg' portid='" + uuidB + "' dev='bond0.623' mode='bridge'/>" +
		"<target dev='acme-web'/><filterref filter='Acme-filter'/><alias name='ua-Acme'/></interface>" +
		"<interface type='direct'><mac address='" + secretMAC + "'/><source dev='Acme-br.7'/><teaming type='transient' persistent='ua-Acme'/></interface>"
	web := guest(t, "Acme-web", web1, libvirt.Views{Live: xmlOf("Acme-web", web1, nics)})
	web.Gaps = []hostinfo.Gap{{Fact: hostinfo.FactInactive, Reason: `guest "Acme-web" (` + web1 + ") on kvm1.acme.example: refused by alice@192.168.7.9:22, [fd00::7:1]:22, " + strings.ToUpper(secretMAC)}}
	one := host("kvm1", uuidA)
	one.Hostname, one.BootID, one.User = "kvm1.acme.example", uuidB, "alice"
	one.Libvirt = &hostinfo.Libvirt{URI: "qemu+ssh://alice@kvm1.acme.example:22/system?keyfile=/home/alice/key", Version: "9.0.0"}
	one.Devices = []hostinfo.Device{
		{Index: 2, Name: "bond0", MAC: "52:54:00:00:00:01", Bond: &hostinfo.Bond{LACP: &hostinfo.LACP{PartnerMAC: "00:00:00:00:00:00"}}},
		{Index: 3, Name: "bond0.623", MAC: "52:54:00:00:00:01", Held: []string{secretMAC}},
		{Index: 4, Name: "acme-web", Kind: hostinfo.KindMacvtap, MAC: secretMAC, AltNames: []string{"altname-for-acme-web-nic"}},
		{Index: 5, Name: "Acme-br", MAC: "01:00:5e:00:00:01"},
		{Index: 6, Name: "Acme-br.7", MAC: "fe:54:00:00:00:01"},
		{Index: 7, Name: "macvtap0"},
		{Index: 8, Name: "hidden1"},
	}
	one.Devices[0].Addresses = []string{"10.77.1.1/22", "10.77.2.2/22", "fd00::7:2/64"}
	one.Namespaces = []hostinfo.Namespace{{Name: "Acme-box", Devices: []hostinfo.Device{{Index: 2, Name: "eth0", MAC: secretMAC}}}}
	one.Networks = []hostinfo.Network{{
		Name: "Acme-lan", UUID: uuidA, Devices: []hostinfo.NetworkDevice{{Dev: "bond0.623"}, {Dev: "Acme-br.7"}},
		Portgroups: []hostinfo.Portgroup{{Name: "Acme-pg"}},
	}}
	one.Domains = []hostinfo.Domain{{Name: "Acme-web", UUID: web1, MACs: []string{secretMAC}}}
	two := host("root@kvm2", "")
	two.BootID, two.User = uuidB, "root"
	two.Domains = []hostinfo.Domain{{Name: "Acme-web", UUID: web1}, {Name: "Acme"}}
	two.Gaps = []hostinfo.Gap{{Fact: hostinfo.FactDevices, Device: "Acme-br.7", Reason: "kvm1 and kvm2 (not kvm11) said 9.0.0; /home/alice; Acme!"}}

	in := []Recorded{{Host: one, Guests: []Guest{web}}, {Host: two}}
	dir, again := t.TempDir(), t.TempDir()
	write(t, dir, Options{Redact: true}, in...)
	write(t, again, Options{Redact: true}, in...)
	if !reflect.DeepEqual(files(t, dir), files(t, again)) {
		t.Error("two redactions of the same differ")
	}
	for name, content := range files(t, dir) {
		text := strings.ToLower(name + content)
		for _, secret := range []string{"acme", "alice", "kvm1\"", "kvm1.", "kvm2", "cd:ef", web1, uuidA, uuidB, "192.168.7.9", "fd00::7", "10.77.", "s3cret", "keyfile"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds %q:\n%s", name, secret, content)
			}
		}
	}

	s := read(t, dir)
	a, b := s.Host("host1").Host, s.Host("host3").Host
	g := s.Guest(a.Domains[0].Name)[0].Guest
	dev := a.Devices
	for relation, held := range map[string]bool{
		"boot id of both":          a.BootID == b.BootID && a.BootID != a.UUID && b.UUID == "",
		"short and long name":      a.Hostname == a.Name+".domain1",
		"addresses of one network": slices.Equal(dev[0].Addresses, []string{"10.0.1.1/24", "10.0.1.2/24", "2001:db8:0:2::1/64"}),
		"a MAC in a namespace":     a.Namespaces[0].Devices[0].MAC == dev[2].MAC,
		"users":                    a.User == "user1" && b.User == "root",
		"URI":                      a.Libvirt.URI == "qemu+ssh://"+a.Hostname+"/system",
		"MACs of one host":         dev[0].MAC == dev[1].MAC && dev[0].MAC != dev[2].MAC,
		"guest's MAC everywhere":   dev[2].MAC == g.Live.NICs[0].MAC && dev[2].MAC == a.Domains[0].MACs[0] && dev[1].Held[0] == dev[2].MAC,
		"no partner":               dev[0].Bond.LACP.PartnerMAC == "00:00:00:00:00:00",
		"group and host-side MACs": strings.HasPrefix(dev[3].MAC, "03:") && strings.HasPrefix(dev[4].MAC, "fe:"),
		"ordinary devices' names":  dev[0].Name == "bond0" && dev[1].Name == "bond0.623" && dev[5].Name == "macvtap0" && dev[6].Name == "hidden1",
		"a VLAN's name":            dev[4].Name == dev[3].Name+".7" && g.Live.NICs[1].Dev == dev[4].Name && a.Networks[0].Devices[1].Dev == dev[4].Name && b.Gaps[0].Device == dev[4].Name,
		"hidden devices' names":    dev[2].Name == g.Live.NICs[0].Target && dev[2].Name != "hidden1" && len(dev[2].Name) <= 15 && len(dev[2].AltNames[0]) > 15,
		"network and portgroup":    g.Live.NICs[0].Network == a.Networks[0].Name && g.Live.NICs[0].Portgroup == a.Networks[0].Portgroups[0].Name,
		"teaming":                  g.Live.NICs[1].TeamingPartner == g.Live.NICs[0].Alias && strings.HasPrefix(g.Live.NICs[0].Alias, "ua-"),
		"one guest, two hosts":     a.Domains[0].Name == b.Domains[0].Name && a.Domains[0].UUID == b.Domains[0].UUID && b.Domains[1].Name != b.Domains[0].Name,
	} {
		if !held {
			t.Errorf("%s: the relation is lost", relation)
		}
	}
	for got, want := range map[string]string{
		g.Gaps[0].Reason: `guest "guest1" (` + g.UUID + ") on host1.domain1: refused by user1@198.18.0.1:22, [2001:db8::2]:22, " + dev[2].MAC,
		b.Gaps[0].Reason: "host1 and host2 (not hidden4) said 9.0.0; /home/user1; guest2!",
	} {
		if got != want {
			t.Errorf("prose:\n%s\nnot:\n%s", got, want)
		}
	}
}
