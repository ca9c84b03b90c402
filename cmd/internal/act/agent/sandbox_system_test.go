//go:build system

package agent

import (
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"migcheck/hostinfo"
	"migcheck/hostinfo/agent"
	"migcheck/hostinfo/iproute/parity"
	"migcheck/hostinfo/netlink"
)

// directives says of each line of the unit what this test does in its place, where
// systemd is not process 1. An empty one is nothing that an answer depends on.
var directives = map[string]string{
	"ExecStart":               "the same command",
	"DynamicUser":             "a uid that nobody has",
	"User":                    "",
	"Restart":                 "",
	"RestartSec":              "",
	"CapabilityBoundingSet":   "no capabilities, and no way to get any",
	"AmbientCapabilities":     "none",
	"NoNewPrivileges":         "prctl",
	"RestrictAddressFamilies": "seccomp",
	"IPAddressDeny":           "", // there is no socket of IP
	"SystemCallArchitectures": "seccomp",
	"SystemCallFilter":        "seccomp, from the lists of systemd-analyze syscall-filter",
	"SystemCallErrorNumber":   "seccomp",
	"MemoryDenyWriteExecute":  "seccomp",
	"LockPersonality":         "seccomp: not at all",
	"RestrictNamespaces":      "seccomp",
	"RestrictRealtime":        "seccomp: no scheduling at all",
	"RestrictSUIDSGID":        "", // it makes no file
	"ProtectSystem":           "every mount is read-only",
	"ProtectHome":             "empty directories",
	"PrivateTmp":              "empty directories",
	"PrivateMounts":           "a mount namespace",
	"PrivateUsers":            "a user namespace of root and that uid",
	"ProtectClock":            "empty files for /dev/rtc*",
	"ProtectControlGroups":    "read-only mounts",
	"ProtectKernelLogs":       "an empty file for /dev/kmsg",
	"ProtectKernelTunables":   "read-only mounts of /proc/sys and /sys, empty files for kallsyms and kcore",
	"DevicePolicy":            "/dev without devices, but for null, zero, full, random and urandom",
	"KeyringMode":             "",
	"UMask":                   "",
	"TasksMax":                "", // takes a control group
	"MemoryMax":               "", // likewise; hostinfo/agent's tests bound it
	"LimitNOFILE":             "setrlimit",
	"CPUWeight":               "",
}

// wall makes the unit's view of the file systems. Words: what to run in it.
const wall = `set -e
mount --make-rprivate /
mount -t sysfs sysfs /sys
for node in null zero full random urandom; do mount --bind /dev/$node /dev/$node; done
: >"$EMPTY/file"; chmod 0 "$EMPTY/file"; mkdir -m 0 "$EMPTY/dir"
for name in /dev/kmsg /dev/rtc* /proc/kallsyms /proc/kcore; do if [ -e $name ]; then mount --bind "$EMPTY/file" $name; fi; done
for name in /home /root /run/user; do if [ -d $name ]; then mount --bind "$EMPTY/dir" $name; fi; done
mount --bind /proc/sys /proc/sys
for name in /tmp /var/tmp; do mount -t tmpfs -o mode=1777 tmpfs $name; done
while read -r i1 i2 i3 i4 name i5; do
  case $name in /tmp | /var/tmp | /dev/?* | /proc | /proc/kallsyms | /proc/kcore) continue ;; /dev) how=nodev ;; *) how=ro ;; esac
  name=$(printf %b "$name")
  mount -o remount,bind,$how "$name" 2>/tmp/said ||
    case $name in /proc/* | /sys/* | /tmp/* | /var/tmp/*) ;; *) cat /tmp/said; exit 1 ;; esac # those may be covered
done <<mounts
$(cat /proc/self/mountinfo)
mounts
exec "$@"`

// TestSandbox: an agent behind the walls of its unit says what the kernel says to
// root, but for what only root sees, which it says.
func TestSandbox(t *testing.T) {
	for line := range strings.Lines(serviceText[strings.Index(serviceText, "[Service]"):]) {
		key, _, is := strings.Cut(strings.TrimSpace(line), "=")
		if how, known := directives[key]; is && !strings.HasPrefix(key, "#") {
			if !known {
				t.Errorf("the unit has %s, and this test does nothing in its place", key)
			}
			t.Logf("%s: %s", key, how)
		}
	}
	dir, err := os.MkdirTemp("/var/lib", "migcheck-sandbox-") // not one of those that are hidden
	must(t, err)
	defer os.RemoveAll(dir)
	must(t, os.Chmod(dir, 0o755))
	for name, from := range map[string]string{"inside": must1(os.Executable())(t), "migcheck": program(t)} {
		raw, err := os.ReadFile(from)
		must(t, err)
		must(t, os.WriteFile(filepath.Join(dir, name), raw, 0o755))
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			t.Error(err)
			return
		}
		testSandbox(t, dir)
	}()
	<-done
}

func must1[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T { t.Helper(); must(t, err); return v }
}

func testSandbox(t *testing.T, dir string) {
	const links = `link set lo up
link add br0 type bridge
link add v0 type veth peer name v1
link set v1 master br0 up
link set v0 up
link set br0 up
link property add dev v0 altname a-name-longer-than-fifteen-bytes
link add link v0 name mv0 address 52:54:00:aa:00:01 type macvlan mode bridge
link set mv0 up
tuntap add tap0 mode tap
address add 192.0.2.7/24 dev v0
route add default via 192.0.2.9 dev v0
`
	batch := exec.Command("ip", "-batch", "-")
	batch.Stdin = strings.NewReader(links)
	if out, err := batch.CombinedOutput(); err != nil {
		t.Errorf("ip: %v: %s", err, out)
		return
	}
	socket := filepath.Join(dir, "agent.sock")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		t.Error(err)
		return
	}
	defer l.Close()
	given, err := l.File()
	if err != nil {
		t.Error(err)
		return
	}
	defer given.Close()
	cmd := exec.Command("unshare", "--mount", "sh", "-c", wall, "sh", filepath.Join(dir, "inside"))
	cmd.Env = append(os.Environ(), insideEnv+"=uid", "EMPTY="+filepath.Join(dir), "ALLOWED="+allowedCalls(t))
	cmd.ExtraFiles, cmd.Stderr = []*os.File{given}, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	holds, _ := io.ReadAll(io.LimitReader(out, int64(len(wallHolds))))
	if string(holds) != wallHolds {
		t.Errorf("the walls do not hold: %s", holds)
		return
	}
	c := agent.NewClient(agent.Local(socket))
	defer c.Close()
	for deadline := time.Now().Add(time.Minute); ; {
		before, err1 := netlink.Collector{}.Collect(t.Context())
		told, err2 := c.Inventory(t.Context(), 0)
		tag := c.Tag()
		_, err3 := c.Inventory(t.Context(), 0)
		kernel, err4 := netlink.Collector{}.Collect(t.Context())
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			t.Error(err)
			return
		}
		if reflect.DeepEqual(before.Devices, kernel.Devices) { // carriers settle on the kernel's own time
			compare(t, kernel, told)
			if c.Tag() != tag {
				t.Errorf("read anew it is told as another host: %s, %s", tag, c.Tag())
			}
			return
		}
		if time.Now().After(deadline) {
			t.Error("the devices do not settle")
			return
		}
	}
}

// compare names every fact that the agent lacks.
func compare(t *testing.T, kernel, told *hostinfo.Host) {
	if told.User == kernel.User || told.User == "root" {
		t.Errorf("it was read as %q", told.User)
	}
	told.User = kernel.User
	var lacks []hostinfo.Fact
	for _, g := range told.Gaps {
		if kernel.Missing(g.Fact, g.Device) == nil {
			lacks = append(lacks, g.Fact)
			t.Logf("the agent does not see: %s: %s", g.Fact, g.Reason)
		}
	}
	if i := slices.IndexFunc(lacks, func(f hostinfo.Fact) bool { return f != hostinfo.FactNamespaces }); i >= 0 {
		t.Errorf("root sees, and the agent does not: %v", lacks)
	}
	if told.Missing(hostinfo.FactNamespaces, "") == nil {
		t.Error("it says that it sees other namespaces")
	}
	kernel.Namespaces, told.Namespaces = nil, nil
	if diff := parity.Diff(kernel, told); diff != "" {
		t.Errorf("-kernel +agent:\n%s", diff)
	}
}

// allowedCalls are the numbers of the system calls that the unit allows.
func allowedCalls(t *testing.T) string {
	numbers := map[string]string{}
	c := exec.Command("gcc", "-E", "-dM", "-")
	c.Stdin = strings.NewReader("#include <sys/syscall.h>\n")
	out, err := c.Output()
	if err != nil {
		t.Errorf("gcc: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		if words := strings.Fields(line); len(words) == 3 {
			if name, is := strings.CutPrefix(words[1], "__NR_"); is {
				numbers[name] = words[2]
			}
		}
	}
	allowed := callsOf(t, "@default")
	for line := range strings.Lines(serviceText) {
		if value, is := strings.CutPrefix(strings.TrimSpace(line), "SystemCallFilter="); is {
			list, less := strings.CutPrefix(value, "~")
			for _, set := range strings.Fields(list) {
				for name := range callsOf(t, set) {
					if allowed[name] = true; less {
						delete(allowed, name)
					}
				}
			}
		}
	}
	var all []string
	for name := range allowed {
		if n, here := numbers[name]; here {
			all = append(all, n)
		}
	}
	return strings.Join(all, " ")
}

// callsOf are the system calls of a set of systemd's.
func callsOf(t *testing.T, set string) map[string]bool {
	out, err := exec.Command("systemd-analyze", "syscall-filter", set).Output()
	if err != nil {
		t.Errorf("systemd-analyze syscall-filter %s: %v", set, err)
	}
	all := map[string]bool{}
	for _, name := range strings.Fields(strings.TrimPrefix(withoutRemarks(string(out)), set)) {
		if strings.HasPrefix(name, "@") {
			for n := range callsOf(t, name) {
				all[n] = true
			}
		} else {
			all[name] = true
		}
	}
	return all
}

func withoutRemarks(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		before, _, _ := strings.Cut(line, "#")
		b.WriteString(before + "\n")
	}
	return b.String()
}
