//go:build system

package main

import (
	"debug/elf"
	"flag"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// moreArches are architectures whose packages are built and looked into beside
// this machine's: go test ... -run TestPackages -package-arches "arm64 s390x".
// make package builds them all by the same script.
var moreArches = flag.String("package-arches", "", "further architectures whose packages are looked into")

// inPackages is what an architecture is called by packages and in programs.
var inPackages = map[string]struct {
	deb, rpm string
	machine  elf.Machine
	order    elf.Data
}{
	"amd64": {"amd64", "x86_64", elf.EM_X86_64, elf.ELFDATA2LSB},
	"arm64": {"arm64", "aarch64", elf.EM_AARCH64, elf.ELFDATA2LSB},
	"s390x": {"s390x", "s390x", elf.EM_S390, elf.ELFDATA2MSB},
}

// describes holds packages of an architecture, which may be another than this
// machine's, against what they say of themselves and what is in them.
func describes(t *testing.T, arch, deb, rpm string) {
	t.Helper()
	want, known := inPackages[arch]
	if !known {
		t.Fatalf("it is not known what packages call %s", arch)
	}
	release := saysOf(t, "make", "--no-print-directory", "-s", "-C", "../..", "print-version")
	field := func(name string) string { return saysOf(t, "dpkg-deb", "--field", deb, name) }
	if got := []string{field("Package"), field("Version"), field("Architecture"), field("Section")}; !slices.Equal(got, []string{"migcheck", release, want.deb, "admin"}) {
		t.Errorf("the Debian package is %q", got)
	}
	if got := saysOf(t, "rpm", "-qp", "--qf", "%{NAME} %{VERSION} %{RELEASE} %{ARCH} %{OS}", rpm); got != "migcheck "+release+" 1 "+want.rpm+" linux" {
		t.Errorf("the RPM is %q", got)
	}
	for _, file := range []string{deb, rpm} {
		if name := filepath.Base(file); !strings.Contains(name, "_"+want.deb+".deb") && !strings.Contains(name, "."+want.rpm+".rpm") {
			t.Errorf("it is called %s", name)
		}
	}
	// Only a program with a libvirt client has needs.
	depends, recommends := field("Depends"), field("Recommends")
	needs := saysOf(t, "sh", "-c", `rpm -qp --requires "$1" | grep -v '^rpmlib(\|^/bin/sh$' || true`, "sh", rpm)
	weak := saysOf(t, "rpm", "-qp", "--recommends", rpm)
	if arch == runtime.GOARCH {
		if !strings.HasPrefix(depends, "libc6 (>= ") || recommends != "libvirt0, openssh-client" || needs == "" || weak != "libvirt-libs\nopenssh-clients" {
			t.Errorf("they depend on %q and %q, and recommend %q and %q", depends, needs, recommends, weak)
		}
	} else if depends != "" || recommends != "openssh-client" || needs != "" || weak != "openssh-clients" {
		t.Errorf("static, they depend on %q and %q, and recommend %q and %q", depends, needs, recommends, weak)
	}
	// An RPM names its files from the root, which is this machine's.
	for kind, unpack := range map[string]string{"deb": `dpkg-deb -x "$1" "$2"`, "rpm": `cd "$2"; rpm2cpio "$1" | cpio --quiet -idm --no-absolute-filenames`} {
		dir := t.TempDir()
		file := map[string]string{"deb": deb, "rpm": rpm}[kind]
		saysOf(t, "sh", "-ec", unpack, "sh", file, dir)
		holds(t, arch, kind, dir)
	}
}

// holds looks at an unpacked package: the files that fixtures have, and programs
// of that architecture.
func holds(t *testing.T, arch, kind, dir string) {
	t.Helper()
	found := saysOf(t, "sh", "-ec", `cd "$1"; find . ! -type d ! -path './usr/share/man/*' | sed 's/^\.//' | LC_ALL=C sort`, "sh", dir)
	golden := saysOf(t, "sh", "-ec", `grep -v '^d' "$1" | sed 's/^[^/]*//' | LC_ALL=C sort`, "sh", "../../fixtures/package/"+kind+".txt")
	if found != golden {
		t.Errorf("the %s for %s holds\n%s\nwant\n%s", kind, arch, found, golden)
	}
	if pages, err := filepath.Glob(filepath.Join(dir, "usr/share/man/man1/migcheck*.1.gz")); err != nil || len(pages) < 10 {
		t.Errorf("the %s for %s has %d man pages, %v", kind, arch, len(pages), err)
	}
	for _, program := range []string{"usr/bin/migcheck", "usr/libexec/migcheck/migcheck-agent"} {
		f, err := elf.Open(filepath.Join(dir, program)) // where it is a link, what it leads to
		must(t, err)
		defer f.Close()
		if want := inPackages[arch]; f.Machine != want.machine || f.Data != want.order {
			t.Errorf("the %s for %s: %s is for %v, %v", kind, arch, program, f.Machine, f.Data)
		}
		libraries, err := f.ImportedLibraries()
		must(t, err)
		if client := arch == runtime.GOARCH && program == "usr/bin/migcheck"; client != (len(libraries) > 0) {
			t.Errorf("the %s for %s: %s needs %q", kind, arch, program, libraries)
		}
	}
}

// saysOf is what a program prints.
func saysOf(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(cmd.Environ(), "LC_ALL=C", "MAKEFLAGS=")
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %q: %v: %s", name, args, err, &said)
	}
	return strings.TrimSpace(string(out))
}
