package iproute_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute"
)

// Login shells differ in what these do within single quotes: csh expands
// history and ends the quotes at a newline, fish halves backslashes.
func TestScriptIsTheSameWordToEveryLoginShell(t *testing.T) {
	script := iproute.Script("MARKER")
	for _, bad := range []string{"'", "!", "\n", `\\`} {
		if strings.Contains(script, bad) {
			t.Errorf("the script has %q", bad)
		}
	}
	for _, c := range script {
		if c < ' ' || c > '~' {
			t.Errorf("the script has %q", c)
		}
	}
	if n := len(iproute.Script(iproute.NewMarker())); n > 8000 { // csh: Word too long
		t.Errorf("the script is %d bytes", n)
	}
	if got := iproute.Command("MARKER"); got != "exec /bin/sh -c '"+script+"'" {
		t.Errorf("the command is %q", got)
	}
	sudo := strings.Split(iproute.SudoCommand("MARKER"), "'")
	if len(sudo) != 5 || sudo[3] != script || strings.ContainsAny(sudo[1], "!\n\\") {
		t.Errorf("the command for sudo is %q", sudo)
	}
}

// What sudo runs is the script, with the sockets of who called it.
func TestSudoCommand(t *testing.T) {
	bin := t.TempDir()
	fake := "#!/bin/sh\n[ \"$1 $2\" = \"-n --\" ] && shift 2 && exec \"$@\"\n"
	if err := os.WriteFile(bin+"/sudo", []byte(fake), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	want, err := exec.Command("/bin/sh", "-c", iproute.Command("MARKER")).Output()
	if err != nil {
		t.Fatal(err)
	}
	got, err := exec.Command("/bin/sh", "-c", iproute.SudoCommand("MARKER")).Output()
	if err != nil {
		t.Fatal(err)
	}
	a, b := decode(t, want), decode(t, got)
	if a.Host.BootID != b.Host.BootID || len(a.Host.Devices) != len(b.Host.Devices) || !slices.Equal(a.Sockets, b.Sockets) {
		t.Errorf("%+v, and with sudo %+v", a, b)
	}
}

func TestMarkerCannotLeaveItsWord(t *testing.T) {
	if got, want := iproute.Script("a; reboot '$(x)\n"), iproute.Script("arebootx"); got != want {
		t.Errorf("got %q", got)
	}
	if a, b := iproute.NewMarker(), iproute.NewMarker(); a == b || len(a) < 16 {
		t.Errorf("markers %q and %q", a, b)
	}
}

// The script on this machine, whatever it has, in whatever /bin/sh is.
func TestScriptHere(t *testing.T) {
	output, err := exec.Command("/bin/sh", "-c", iproute.Command("MARKER")).Output()
	if err != nil {
		t.Fatal(err)
	}
	h := decode(t, output).Host
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		t.Fatal(err)
	}
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	if h.BootID != strings.TrimSpace(string(boot)) || h.Hostname != name || h.Kernel == "" || h.Arch == "" || h.User == "" {
		t.Errorf("got %+v", h)
	}
	if g := h.Missing(hostinfo.FactDevices, ""); g != nil {
		t.Errorf("devices: gap %q", g.Reason)
	}
	if lo := device(t, h, "lo"); lo.Index != 1 || lo.Kind != hostinfo.KindHardware || lo.LinkType != "loopback" {
		t.Errorf("lo is %+v", lo)
	}
}
