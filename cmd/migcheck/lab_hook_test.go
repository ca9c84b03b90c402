//go:build lab

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// hooked is the lab with a hook to be put on hostB.
type hooked struct {
	*lab
	t      *testing.T
	binary string // the static program, as hostB sees it
}

// TestLabHook: a plain virsh migrate meets the hook of hostB.
func TestLabHook(t *testing.T) {
	l := openLab(t)
	l.must(t, "reset", "hostA", "hostB")
	l.must(t, "guests")
	h := &hooked{l, t, buildStatic(t)}
	before := h.traces()
	defer func() {
		_, _ = h.on("hostB", h.binary, "hook", "remove", "--yes")
		l.must(t, "reset", "hostA", "hostB")
	}()
	h.succeeds("hostB", "sh", "-c", "busybox syslogd -O /run/hook.log")
	out := h.succeeds("hostB", h.binary, "hook", "install", "--yes")
	t.Logf("install says:\n%s", out)
	t.Logf("status says:\n%s", h.succeeds("hostB", h.binary, "hook", "status"))

	t.Run("device missing", h.deviceMissing)
	t.Run("bridge port", h.bridgePort)
	t.Run("busy MAC", h.busyMAC)
	t.Run("bad input", h.badInput)
	t.Run("cables out, waived", h.waived)
	t.Run("healthy", h.healthy)
	t.Run("removed", func(t *testing.T) {
		h.succeeds("hostB", h.binary, "hook", "remove", "--yes")
		if after := h.traces(); after != before {
			t.Errorf("before:\n%safter:\n%s", before, after)
		}
		h.succeeds("hostB", "ip", "link", "delete", "bond0.623")
		if out := h.refused(t); strings.Contains(out, "migcheck") || !strings.Contains(out, "No such device") {
			t.Errorf("virsh says %s", out)
		}
	})
}

func buildStatic(t *testing.T) string {
	exe := filepath.Join(t.TempDir(), "migcheck")
	cmd := exec.Command("go", "build", "-o", exe, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return "/live" + exe
}

// on runs a command on a host.
func (h *hooked) on(host string, args ...string) (out string, status int) {
	cmd := exec.Command(h.script, append([]string{"shell", host}, args...)...)
	var both bytes.Buffer
	cmd.Stdout, cmd.Stderr = &both, &both
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		h.t.Fatal(err)
	}
	return both.String(), cmd.ProcessState.ExitCode()
}

func (h *hooked) succeeds(host string, args ...string) string {
	h.t.Helper()
	out, status := h.on(host, args...)
	if status != 0 {
		h.t.Fatalf("%s on %s: status %d\n%s", strings.Join(args, " "), host, status, out)
	}
	return out
}

// traces are all files that a hook could leave behind.
func (h *hooked) traces() string {
	return h.succeeds("hostB", "sh", "-c", "find /etc /run /usr/sbin /usr/bin /usr/libexec /var/log/libvirt -name '*migcheck*' -o -path '/etc/libvirt/hooks*' | sort")
}

func (h *hooked) virsh(host string, args ...string) (string, int) {
	return h.on(host, append([]string{"virsh", "-q", "-c", "qemu:///system"}, args...)...)
}

// migrate is what somebody does who knows nothing of migcheck.
func (h *hooked) migrate() (string, int) {
	return h.virsh("hostA", "migrate", "--live", "--persistent", "--undefinesource", "guest1", "qemu+tcp://hostB/system")
}

// refused migrates, and holds that the guest goes on where it was.
func (h *hooked) refused(t *testing.T) string {
	t.Helper()
	out, status := h.migrate()
	if status == 0 {
		t.Fatalf("guest1 was let in: %s", out)
	}
	h.runsOn(t, "hostA", "hostB")
	return out
}

// runsOn holds that guest1 runs on one host, and is not on the other.
func (h *hooked) runsOn(t *testing.T, host, other string) {
	t.Helper()
	if out, _ := h.virsh(host, "domstate", "guest1"); strings.TrimSpace(out) != "running" {
		t.Errorf("on %s guest1 is %s", host, out)
	}
	if out, status := h.virsh(other, "domstate", "guest1"); status == 0 {
		t.Errorf("on %s guest1 is %s", other, out)
	}
}

// sick makes hostB so with a command, tries, and heals it again. (The lab's own
// reset would take the hook away.)
func (h *hooked) sick(t *testing.T, rule, words, make, heal string) {
	t.Helper()
	h.succeeds("hostB", "sh", "-c", make)
	out := h.refused(t)
	t.Logf("virsh says:\n%s", out)
	if !strings.Contains(out, "Hook script execution failed") || !strings.Contains(out, rule) || !strings.Contains(out, words) {
		t.Errorf("virsh does not say %s: %s", rule, words)
	}
	log := h.succeeds("hostB", "cat", "/run/hook.log")
	if !strings.Contains(log, "refuses guest guest1; blocked "+rule) {
		t.Errorf("the log does not say %s:\n%s", rule, log)
	}
	h.succeeds("hostB", "sh", "-c", heal)
}

func (h *hooked) deviceMissing(t *testing.T) {
	h.sick(t, "source-dev-missing", "hostB has no device bond0.623", "ip link delete bond0.623",
		"ip link add link bond0 name bond0.623 type vlan id 623 && ip link set bond0.623 up")
}

func (h *hooked) bridgePort(t *testing.T) {
	h.sick(t, "lowerdev-rx-handler-busy", "bond0.623", "ip link add br0 type bridge && ip link set bond0.623 master br0",
		"ip link delete br0")
}

func (h *hooked) busyMAC(t *testing.T) {
	h.sick(t, "mac-busy-on-lowerdev", "stale",
		"ip link add link bond0.623 name stale type macvtap mode bridge && ip link set stale address 52:54:00:aa:00:01 up",
		"ip link delete stale")
}

// badInput runs the hook as libvirt does, with what libvirt never sends.
func (h *hooked) badInput(t *testing.T) {
	h.succeeds("hostB", "sh", "-c", "echo '<domain' >/run/broken; mkfifo /run/slow")
	for status, mode := range []string{"open", "closed"} {
		h.succeeds("hostB", "sed", "-i", "s/^fail: .*/fail: "+mode+"/", "/etc/migcheck/hook.yaml")
		for _, input := range []string{"/run/broken", "/dev/zero", "/run/slow"} {
			// The shell holds the pipe open itself, so that it never ends.
			out := h.succeeds("hostB", "sh", "-c", "exec 3<>/run/slow; out=$(/etc/libvirt/hooks/qemu.d/zz-migcheck guest1 migrate begin - <"+input+
				" 2>/run/err); echo \"status $? stdout<$out>\"; cat /run/err; rm /run/err")
			want := []string{"status 0 stdout<>\n", "status 1 stdout<>\nmigcheck on hostB could not judge guest guest1: "}[status]
			if !strings.HasPrefix(out, want) || status == 0 && out != want {
				t.Errorf("%s, %s: %s", input, mode, out)
			}
		}
	}
	h.succeeds("hostB", "sh", "-c", "sed -i 's/^fail: .*/fail: open/' /etc/migcheck/hook.yaml; rm /run/broken /run/slow")
}

// waived: libvirt itself would bring the guest here and call it a success.
func (h *hooked) waived(t *testing.T) {
	h.succeeds("hostB", "sh", "-c", "ip link set eth1 down && ip link set eth2 down")
	h.await("0")
	if out := h.refused(t); !strings.Contains(out, "lowerdev-no-carrier") {
		t.Errorf("virsh says %s", out)
	}
	h.succeeds("hostB", h.binary, "hook", "waive", "guest1", "--for", "1h", "--rule", "lowerdev-no-carrier")
	h.arrives(t)
	h.succeeds("hostB", "sh", "-c", "ip link set eth1 up && ip link set eth2 up")
	h.await("1")
}

func (h *hooked) healthy(t *testing.T) { h.arrives(t) }

// await waits until hostB's bond has seen what became of its cables.
func (h *hooked) await(carrier string) {
	for status := 1; status != 0; {
		_, status = h.on("hostB", "grep", "-qx", carrier, "/sys/class/net/bond0.623/carrier")
	}
}

func (h *hooked) arrives(t *testing.T) {
	t.Helper()
	if out, status := h.migrate(); status != 0 {
		t.Fatalf("virsh says %s", out)
	}
	h.runsOn(t, "hostB", "hostA")
	for _, verb := range []string{"destroy", "undefine"} {
		if out, status := h.virsh("hostB", verb, "guest1"); status != 0 {
			t.Fatalf("%s: %s", verb, out)
		}
	}
	h.must(t, "guests")
}
