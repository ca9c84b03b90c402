//go:build system

package main

import (
	"bufio"
	"debug/elf"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/fleetfile"
)

// overlay is this machine's file system under one of the test's own: what is
// installed there is not installed here. It is gone with its holder.
type overlay struct {
	pid        string
	root, what string // as its holder sees them: "/", and what has been changed there
}

func openOverlay(t *testing.T) *overlay {
	t.Helper()
	dir := t.TempDir()
	o := &overlay{root: filepath.Join(dir, "root"), what: filepath.Join(dir, "changes")}
	holder := exec.Command("unshare", "--mount", "--propagation", "private", "sh", "-ec", `cd "$1"
mount -t tmpfs tmpfs "$1"
cd "$1"
mkdir changes work root
mount -t overlay -o lowerdir=/,upperdir="$1/changes",workdir="$1/work" overlay root
mount --bind /proc root/proc
mount --bind /dev root/dev
echo ready
exec cat`, "-", dir)
	in, err := holder.StdinPipe()
	must(t, err)
	out, err := holder.StdoutPipe()
	must(t, err)
	holder.Stderr = os.Stderr
	must(t, holder.Start())
	t.Cleanup(func() { in.Close(); _, _ = io.Copy(io.Discard, out); _ = holder.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("make the overlay: %q, %v", line, err)
	}
	o.pid = fmt.Sprint(holder.Process.Pid)
	return o
}

// try runs a script on the overlay's root.
func (o *overlay) try(script string) (string, error) {
	cmd := exec.Command("nsenter", "--target", o.pid, "--mount", "--root", "chroot", o.root, "/bin/sh", "-ec", script)
	// The test's own PATH begins with another migcheck.
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive"}
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func (o *overlay) on(t *testing.T, script string) string {
	t.Helper()
	out, err := o.try(script)
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return out
}

// put brings a file to the overlay's root.
func (o *overlay) put(t *testing.T, from, to string) {
	t.Helper()
	raw, err := os.ReadFile(from)
	must(t, err)
	must(t, os.WriteFile(o.see(to), raw, 0o644))
}

// see is the name by which the test sees a file of the overlay's root.
func (o *overlay) see(name string) string {
	return filepath.Join("/proc", o.pid, "root", o.root, name)
}

// left is what has been changed, but for the package manager's own records.
func (o *overlay) left(t *testing.T) []string {
	t.Helper()
	var out []string
	top := filepath.Join("/proc", o.pid, "root", o.what)
	must(t, filepath.WalkDir(top, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !recorded.MatchString(strings.TrimPrefix(name, top)) {
			out = append(out, strings.TrimPrefix(name, top))
		}
		return err
	}))
	return out
}

// recorded are the files of dpkg, rpm, the databases of users and the caches of
// ldconfig, man and systemd-analyze, which are there without the package, too.
var recorded = regexp.MustCompile(`^/(var/lib/(dpkg|rpm)/|var/log/dpkg\.log|var/cache/|etc/(\.pwd\.lock|(group|gshadow|passwd|shadow)-?)$|run/systemd/|root/\.)`)

// builtPackages are the Debian package and the RPM for an architecture.
func builtPackages(t *testing.T, arch string) (deb, rpm string) {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("../../.ci/package/build", arch, dir).CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	for pattern, name := range map[string]*string{"*.deb": &deb, "*.rpm": &rpm} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %q, %v", pattern, found, err)
		}
		*name = found[0]
	}
	return deb, rpm
}

// TestPackages installs the Debian package and the RPM on this machine's file
// system, as a layer above it, and takes them away. Those of other architectures
// are looked into where -package-arches names them.
func TestPackages(t *testing.T) {
	for _, arch := range strings.Fields(*moreArches) {
		t.Run(arch, func(t *testing.T) {
			deb, rpm := builtPackages(t, arch)
			describes(t, arch, deb, rpm)
		})
	}
	deb, rpm := builtPackages(t, runtime.GOARCH)
	describes(t, runtime.GOARCH, deb, rpm)
	t.Run("deb", func(t *testing.T) { testDeb(t, deb) })
	t.Run("rpm", func(t *testing.T) { testRPM(t, rpm) })
}

func testDeb(t *testing.T, deb string) {
	o := openOverlay(t)
	users := o.on(t, "rm -rf /var/lib/migcheck /run/migcheck; cat /etc/passwd /etc/group") // what runs by hand have left
	o.put(t, deb, "/migcheck.deb")
	before := o.left(t)
	said := o.on(t, "dpkg -i /migcheck.deb; dpkg -s migcheck | grep -x 'Status: install ok installed'")
	if strings.Contains(said, "warning") {
		t.Error(said)
	}
	listed(t, "deb.txt", o.on(t, `dpkg -L migcheck | while read -r f; do stat -c '%A %U %n' "$f"; done`))
	installed(t, o)
	if diff := o.on(t, "dpkg --verify migcheck"); diff != "" {
		t.Errorf("files are not as they were packed:\n%s", diff)
	}

	t.Run("used", func(t *testing.T) { testUse(t, o) })
	o.on(t, "dpkg -r migcheck")
	if left := o.on(t, "ls /usr/bin/migcheck /usr/lib/systemd/system/migcheck* /etc/systemd/system/*/migcheck* /etc/systemd/system/migcheck* 2>/dev/null || true"); left != "" {
		t.Errorf("removed, and there is still\n%s", left)
	}
	if kept := o.on(t, "cat /etc/migcheck/fleet.yaml"); kept != "hosts: {}" {
		t.Errorf("removed, and the fleet file is %q", kept)
	}
	o.on(t, "dpkg -P migcheck")
	if left := o.left(t); !slices.Equal(left, before) {
		t.Errorf("purged, and there is\n%s\nwhere there was\n%s", strings.Join(left, "\n"), strings.Join(before, "\n"))
	}
	if after := o.on(t, "cat /etc/passwd /etc/group"); after != users {
		t.Errorf("users and groups are not those of before: %s", after)
	}
}

func testRPM(t *testing.T, rpm string) {
	o := openOverlay(t)
	o.on(t, "rm -rf /run/migcheck")
	before := o.left(t)
	o.put(t, rpm, "/migcheck.rpm")
	o.on(t, "rpm -K --nosignature /migcheck.rpm")
	listed(t, "rpm.txt", o.on(t, `rpm -qp --qf '[%{FILEMODES:perms} %{FILEUSERNAME} %{FILENAMES}\n]' /migcheck.rpm`))
	requires := o.on(t, "rpm -qp --requires /migcheck.rpm | grep -v '^rpmlib(\\|^/bin/sh$' || true")
	if !regexp.MustCompile(`^libc\.so\.6\(GLIBC_2\.[0-9]+\)\(64bit\)$`).MatchString(requires) {
		t.Errorf("it requires %q", requires)
	}
	if weak := o.on(t, "rpm -qp --recommends /migcheck.rpm"); weak != "libvirt-libs\nopenssh-clients" {
		t.Errorf("it recommends %q", weak)
	}
	o.on(t, "rpm -i --nodeps /migcheck.rpm") // Debian has no RPM that is a C library
	installed(t, o)
	o.on(t, "rpm -e migcheck; rm /migcheck.rpm; groupdel migcheck")
	if left := o.left(t); !slices.Equal(left, before) {
		t.Errorf("erased, and there is\n%s\nwhere there was\n%s", strings.Join(left, "\n"), strings.Join(before, "\n"))
	}
}

// listed compares a package's files, but for the man pages, with what fixtures
// have.
func listed(t *testing.T, golden, got string) {
	t.Helper()
	lines := slices.DeleteFunc(strings.Split(got, "\n"), func(l string) bool { return strings.Contains(l, "/man1/") })
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[strings.Index(a, "/"):], b[strings.Index(b, "/"):]) })
	got = strings.Join(lines, "\n") + "\n"
	name := filepath.Join("../../fixtures/package", golden)
	if *update {
		must(t, os.WriteFile(name, []byte(got), 0o644))
	}
	want, err := os.ReadFile(name)
	must(t, err)
	if got != string(want) {
		t.Errorf("%s:\n%s\nwant\n%s", golden, got, want)
	}
}

// installed looks at a package that is there and was not used.
func installed(t *testing.T, o *overlay) {
	t.Helper()
	release := strings.TrimSpace(o.on(t, "grep -m 1 '^## ' /usr/share/doc/migcheck/CHANGELOG.md | cut -d ' ' -f 2"))
	for program, needs := range map[string][]string{"/usr/bin/migcheck": {"libc.so.6"}, "/usr/libexec/migcheck/migcheck-agent": nil} {
		if said := o.on(t, program+" version"); release == "" || said != "migcheck "+release {
			t.Errorf("%s says %q", program, said)
		}
		f, err := elf.Open(o.see(program))
		must(t, err)
		libraries, err := f.ImportedLibraries()
		f.Close()
		must(t, err)
		if !slices.Equal(libraries, needs) {
			t.Errorf("%s needs %q, and not %q", program, libraries, needs)
		}
	}
	if on := o.on(t, "ls /etc/systemd/system/*/migcheck* 2>/dev/null || true"); on != "" {
		t.Errorf("enabled without having been asked: %s", on)
	}
	if said := o.on(t, "systemd-analyze verify --man=no /usr/lib/systemd/system/migcheck-fleet.timer /usr/lib/systemd/system/migcheck-agent.socket"); said != "" {
		t.Errorf("systemd says: %s", said)
	}
	if group := o.on(t, "getent group migcheck"); !strings.HasSuffix(group, ":") {
		t.Errorf("the group of the agent's readers is %q", group)
	}
	pages(t, o)
	documents(t, o)
}

// pages reads a man page for each command, and finds none for another.
func pages(t *testing.T, o *overlay) {
	t.Helper()
	var want []string
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		want = append(want, strings.ReplaceAll(c.CommandPath(), " ", "-")+".1.gz")
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() {
				walk(sub)
			}
		}
	}
	walk(root())
	slices.Sort(want)
	if got := strings.Fields(o.on(t, "cd /usr/share/man/man1; LC_ALL=C ls migcheck*")); !slices.Equal(got, want) {
		t.Errorf("man pages %q, want %q", got, want)
	}
	text := o.on(t, `for page in /usr/share/man/man1/migcheck*; do MANWIDTH=100 man --warnings -E UTF-8 -l "$page"; done`)
	for _, words := range []string{"check a guest's network before its live migration", "<interface type='direct'>", "--map [HOST:]DEV=DEV", "when, as a systemd calendar EVENT (default *-*-* 02:00:00)"} {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), words) {
			t.Errorf("no man page says %q", words)
		}
	}
	if strings.Contains(text, "warning:") {
		t.Error("man warns of the pages")
	}
}

// documents tries what else is there by who is to read it.
func documents(t *testing.T, o *overlay) {
	t.Helper()
	const examples = "/usr/share/doc/migcheck/examples/"
	if _, err := fleetfile.Load(o.see(examples + "fleet.yaml")); err != nil {
		t.Error(err)
	}
	o.on(t, "visudo -cqf "+examples+"sudoers; bash -n /usr/share/bash-completion/completions/migcheck; fish -n /usr/share/fish/vendor_completions.d/migcheck.fish")
	offered := o.on(t, `bash -c '. /usr/share/bash-completion/completions/migcheck; complete -p migcheck'`)
	if !strings.Contains(offered, "__start_migcheck") {
		t.Errorf("bash completes migcheck by %q", offered)
	}
}

// testUse does what an administrator would: the timer by the package's units, and
// nothing beside them.
func testUse(t *testing.T, o *overlay) {
	// No systemd runs there, so it is the image of a machine.
	const image = `mkdir /image; mount --bind / /image; migcheck systemd install --root /image --yes %s; umount /image; rmdir /image`
	o.on(t, "echo 'hosts: {}' >/etc/migcheck/fleet.yaml; systemctl enable migcheck-fleet.timer migcheck-agent.socket")
	o.on(t, fmt.Sprintf(image, ""))
	if there := o.on(t, "ls /etc/systemd/system/migcheck* 2>/dev/null || true"); there != "" {
		t.Errorf("written over the package's units: %s", there)
	}
	if mode := o.on(t, "stat -c %a /etc/migcheck/key"); mode != "600" {
		t.Errorf("the key's mode is %s", mode)
	}
	if said, err := o.try("migcheck agent install local --yes"); err == nil || !strings.Contains(said, "the package migcheck has brought the agent already") {
		t.Errorf("agent install: %v, %s", err, said)
	}
	if said := o.on(t, "migcheck hook install --dry-run"); !strings.Contains(said, "/usr/libexec/migcheck/migcheck") {
		t.Errorf("hook install: %s", said)
	}
	// What other settings, and the runs of the timer, would have left.
	o.on(t, fmt.Sprintf(image, "--on-calendar hourly"))
	o.on(t, `mkdir -p /var/lib/private/migcheck /var/lib/systemd/timers
ln -s private/migcheck /var/lib/migcheck
echo >/var/lib/migcheck/fleet.html
echo >/var/lib/systemd/timers/stamp-migcheck-fleet.timer`)
	if first := o.on(t, "head -n 1 /etc/systemd/system/migcheck-fleet.timer"); !strings.HasPrefix(first, "# Written by migcheck") {
		t.Errorf("another calendar's timer begins with %q", first)
	}
}
