//go:build system && linux

package hook

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// BenchmarkHook300Links is what libvirt waits for: the script and the program,
// with 300 links in the network namespace and a guest on one of them. It stands
// beside the floor that it can't go below: a shell that starts a program.
func BenchmarkHook300Links(b *testing.B) {
	runtime.LockOSThread() // the thread stays in the namespace, and ends with the benchmark
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		b.Fatalf("%v (needs root)", err)
	}
	var links strings.Builder
	for i := range 100 { // a veth is two links
		fmt.Fprintf(&links, "link add v%d index %d type veth peer name p%d index %d\nlink set v%d up\nlink set p%d up\n", i, 10000+2*i, i, 10001+2*i, i, i)
		fmt.Fprintf(&links, "link add link v%d name m%d index %d type macvlan mode bridge\nlink set m%d up\n", i, i, 20000+i, i)
	}
	ip := exec.Command("ip", "-batch", "-")
	ip.Stdin = strings.NewReader(links.String())
	if out, err := ip.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	exe, dir := build(b), b.TempDir()
	text := strings.NewReplacer(binaryPath, exe, beatPath, filepath.Join(dir, "beat")).Replace(string(Site{}.script(nil)))
	script := filepath.Join(dir, "script")
	executable(b, script, text)
	guest := "<domain type='kvm'><name>guest1</name><devices><interface type='direct'><mac address='52:54:00:aa:00:01'/>" +
		"<source dev='v7' mode='bridge'/><model type='virtio'/></interface></devices></domain>"
	space, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		b.Fatal(err)
	}
	defer space.Close()
	for name, args := range map[string][]string{
		"hook":            append([]string{script}, begin...),
		"other operation": {script, "guest1", "prepare", "begin", "-"},
		"floor":           {"/bin/sh", "-c", "/bin/true; exit 0"},
	} {
		b.Run(name, func(b *testing.B) { timeCalls(b, space, guest, args) })
	}
}

func timeCalls(b *testing.B, space *os.File, stdin string, args []string) {
	runtime.LockOSThread()
	if err := unix.Setns(int(space.Fd()), unix.CLONE_NEWNET); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		cmd := exec.Command(args[0], args[1:]...)
		var out bytes.Buffer
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &out
		if err := cmd.Run(); err != nil || out.Len() > 0 {
			b.Fatalf("%v: %s", err, &out)
		}
	}
}
