package libvirt

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
)

const restXML = `<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>web</name>
  <cpu mode='custom' match='exact' check='full'>
    <model fallback='forbid'>Skylake-Server</model>
    <feature policy='require' name='invtsc'/>
    <feature policy='disable' name='hle'/>
  </cpu>
  <clock offset='utc'><timer name='rtc' tickpolicy='catchup'/><timer name='tsc' frequency='2400000000'/></clock>
  <devices>
    <emulator> /usr/bin/qemu-kvm </emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' cache='none'/>
      <source file='/nfs/a.qcow2' index='3'/>
      <backingStore type='file' index='4'><format type='qcow2'/><source file='/nfs/b.qcow2'/>
        <backingStore type='network'><format type='raw'/><source protocol='rbd' name='p/c'/><backingStore/></backingStore>
      </backingStore>
      <target dev='vda' bus='virtio'/>
      <shareable/>
    </disk>
    <disk type='block' device='lun'><source dev='/dev/mapper/x' startupPolicy='requisite'/><target dev='sda'/><transient/></disk>
    <disk type='network' device='disk'><source protocol='rbd' name='pool/x'><host name='mon'/></source><target dev='vdb'/></disk>
    <disk type='file' device='cdrom'><target dev='hda'/><readonly/></disk>
    <disk type='file' device='floppy'><source startupPolicy='optional'/><target dev='fda'/></disk>
    <interface type='direct'><source dev='eth0'/></interface>
    <hostdev mode='subsystem' type='pci' managed='yes'><teaming type='transient' persistent='ua-x'/></hostdev>
    <hostdev mode='capabilities' type='misc'><source><char>/dev/x</char></source></hostdev>
    <shmem name='ring' role='peer'><model type='ivshmem-doorbell'/></shmem>
    <filesystem type='mount'><driver type='virtiofs'/></filesystem>
    <filesystem type='mount'><driver type='path'/></filesystem>
    <memory model='nvdimm'><source><path>/nfs/nv</path></source><address type='dimm' slot='0'/></memory>
    <tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>
    <qemu:disk type='file'/>
  </devices>
</domain>`

func TestParseRest(t *testing.T) {
	got, err := ParseRest([]byte(restXML))
	if err != nil {
		t.Fatal(err)
	}
	xml := got.CPU.XML
	got.CPU.XML = ""
	want := &hostinfo.Rest{
		Emulator: "/usr/bin/qemu-kvm",
		CPU:      &hostinfo.GuestCPU{Mode: "custom", Check: "full", Model: "Skylake-Server", InvariantTSC: true, TSCFrequency: true},
		Disks: []hostinfo.Disk{
			{Target: "vda", Device: "disk", Type: "file", Path: "/nfs/a.qcow2", Backing: []string{"/nfs/b.qcow2"}, Cache: "none", Shareable: true},
			{Target: "sda", Device: "lun", Type: "block", Path: "/dev/mapper/x", StartupPolicy: "requisite", Transient: true},
			{Target: "vdb", Device: "disk", Type: "network"},
		},
		Hostdevs:    []hostinfo.Hostdev{{Mode: "subsystem", Type: "pci", Transient: true}, {Mode: "capabilities", Type: "misc"}},
		Shmems:      []hostinfo.Shmem{{Name: "ring", Role: "peer", Model: "ivshmem-doorbell"}},
		Filesystems: []string{"virtiofs", "9p"},
		Memory:      []hostinfo.MemoryDevice{{Model: "nvdimm", Path: "/nfs/nv", Placed: true}},
		TPMs:        []hostinfo.TPM{{Model: "tpm-crb", Backend: "emulator"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if strings.Contains(xml, "invtsc") || !strings.Contains(xml, "name='hle'") || !strings.HasPrefix(xml, "<cpu ") || !strings.HasSuffix(xml, "</cpu>") {
		t.Errorf("the CPU to compare is %s", xml)
	}
	if diff := cmp.Diff([]string{"/nfs/a.qcow2", "/nfs/b.qcow2", "/dev/mapper/x", "/nfs/nv"}, got.Paths()); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
	for _, bad := range []string{"", "<network/>", "<domain><devices>" + strings.Repeat("<disk/>", maxDevices+1) + "</devices></domain>", "<domain><cpu></domain>"} {
		if r, err := ParseRest([]byte(bad)); err == nil {
			t.Errorf("%.40q: %+v", bad, r)
		}
	}
}

func FuzzParseRest(f *testing.F) {
	f.Add([]byte(restXML))
	f.Add([]byte("<domain><cpu><feature name='invtsc'/></cpu><devices><disk type='file'><source file='/a'/></disk></devices></domain>"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		r, err := ParseRest(doc)
		if err != nil {
			return
		}
		if r.CPU != nil && (!strings.HasPrefix(r.CPU.XML, "<") || len(r.CPU.XML) > len(doc)) {
			t.Errorf("the CPU of %q is %q", doc, r.CPU.XML)
		}
		for _, d := range r.Disks {
			if d.Path == "" && (d.Type == "file" || d.Type == "block") {
				t.Errorf("%q has a disk that is nowhere: %+v", doc, d)
			}
		}
	})
}

func TestOffersMachine(t *testing.T) {
	const caps = `<capabilities><host><cpu><arch>x86_64</arch><model>EPYC</model></cpu></host>
<guest><os_type>hvm</os_type><arch name='i686'><emulator>/usr/bin/qemu-i386</emulator><machine>pc</machine><domain type='qemu'/></arch></guest>
<guest><os_type>hvm</os_type><arch name='x86_64'><wordsize>64</wordsize><emulator>/usr/bin/qemu</emulator>
<machine maxCpus='255'>pc-i440fx-7.2</machine><machine canonical='pc-q35-7.2'>q35</machine><domain type='qemu'/></arch></guest></capabilities>`
	for _, c := range []struct {
		emulator, arch, machine, domain string
		want                            bool
	}{
		{"/usr/bin/qemu", "x86_64", "pc-i440fx-7.2", "qemu", true},
		{"", "x86_64", "q35", "qemu", true},
		{"/usr/bin/qemu", "x86_64", "pc-q35-7.2", "qemu", true},
		{"/usr/bin/qemu", "x86_64", "pc-q35-7.2", "kvm", false},
		{"/usr/libexec/qemu-kvm", "x86_64", "q35", "qemu", false},
		{"/usr/bin/qemu", "x86_64", "pc", "qemu", false},
		{"/usr/bin/qemu", "x86_64", "", "qemu", false},
	} {
		got, err := OffersMachine([]byte(caps), c.emulator, c.arch, c.machine, c.domain)
		if err != nil || got != c.want {
			t.Errorf("%+v: %v, %v", c, got, err)
		}
	}
	if cpu, err := ParseHostCPU([]byte(caps)); err != nil || cpu != "<cpu><arch>x86_64</arch><model>EPYC</model></cpu>" {
		t.Errorf("the host's CPU is %q, %v", cpu, err)
	}
	if cpu, err := ParseHostCPU([]byte("<capabilities/>")); err != nil || cpu != "" {
		t.Errorf("a host without a CPU has %q, %v", cpu, err)
	}
}

func TestParseTPMBackends(t *testing.T) {
	for doc, want := range map[string]struct {
		backends []string
		said     bool
	}{
		"<domainCapabilities><devices><tpm supported='yes'><enum name='model'><value>tpm-tis</value></enum><enum name='backendModel'><value>passthrough</value><value>emulator</value></enum></tpm></devices></domainCapabilities>": {[]string{"passthrough", "emulator"}, true},
		"<domainCapabilities><devices><tpm supported='no'/></devices></domainCapabilities>": {nil, true},
		"<domainCapabilities><devices/></domainCapabilities>":                               {nil, false},
	} {
		got, said, err := ParseTPMBackends([]byte(doc))
		if err != nil || said != want.said || !cmp.Equal(got, want.backends) {
			t.Errorf("%s: %v, %v, %v", doc, got, said, err)
		}
	}
}
