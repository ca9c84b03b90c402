//go:build system && linux

package iproute_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute"
	"migcheck/hostinfo/iproute/parity"
)

var update = flag.Bool("update", false, "record the script's answers in testdata/trees anew")

// The script in a root directory that is one of the trees, in a network
// namespace with its devices, says what the story wants, whichever shell reads
// it. What dash answered is kept for those who can't do this.
func TestTreesByTheScript(t *testing.T) {
	stories, err := filepath.Glob("testdata/trees/*.txt")
	if err != nil || len(stories) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range stories {
		tree, err := parity.ReadTree(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, shell := range []string{"dash", "bash --posix", "busybox sh"} {
			t.Run(filepath.Base(file)+" "+shell, func(t *testing.T) {
				output := answerOf(t, tree, shell, person{name: "root"})
				if bytes.Contains(output, []byte("hunter2")) {
					t.Errorf("a secret was printed: %s", output)
				}
				judge(t, tree, output)
				recorded := strings.TrimSuffix(file, ".txt") + ".answer"
				if shell == "dash" && *update {
					if err := os.WriteFile(recorded, output, 0o644); err != nil {
						t.Fatal(err)
					}
				}
			})
		}
	}
}

// What is root's alone is a gap to others, and names no file.
func TestTreeByTheScriptOfAnotherUser(t *testing.T) {
	tree, err := parity.ReadTree("testdata/trees/z-rhel.txt")
	if err != nil {
		t.Fatal(err)
	}
	h := decode(t, answerOf(t, tree, "dash", person{name: "alice", id: 65534})).Host
	g := h.Missing(hostinfo.FactConfigured, "")
	if g == nil || !strings.Contains(g.Reason, "only root may read everything in /etc/NetworkManager/system-connections, not user alice") || strings.Contains(g.Reason, "Acme") {
		t.Errorf("gap %+v", g)
	}
	if want := []string{"bond0", "eth0"}; !slices.Equal(h.Setup.Configured, want) {
		t.Errorf("configured: %q, want %q", h.Setup.Configured, want)
	}
}

// person is who runs the script.
type person struct {
	name   string
	id     int
	groups string // further ones, by number
}

// answerOf runs the script in the tree as that user.
func answerOf(t *testing.T, tree *parity.Tree, shell string, who person) []byte {
	t.Helper()
	dir := t.TempDir()
	if err := tree.Plant(dir); err != nil {
		t.Fatal(err)
	}
	status := fmt.Sprintf("Name:\tsh\nUid:\t%[1]d\t%[1]d\t%[1]d\t%[1]d\n", who.id)
	if err := os.WriteFile(filepath.Join(dir, "proc/self/status"), []byte(status), 0o644); err != nil {
		t.Fatal(err)
	}
	borrow(t, dir)
	var output []byte
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		if err = unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return
		}
		add := exec.Command("ip", "-batch", "-")
		add.Stdin = strings.NewReader(devicesOf(tree))
		if out, addErr := add.CombinedOutput(); addErr != nil {
			err = fmt.Errorf("%w: %s", addErr, out)
			return
		}
		const enter = `mount -t overlay -o "lowerdir=$0/usr:/usr" none "$0/usr" && mount --bind /dev/null "$0/dev/null" && exec chroot --userspec "$1" --groups "$4" "$0" $2 -c "$3"`
		cmd := exec.Command("unshare", "--mount", "sh", "-c", enter, dir, fmt.Sprintf("%d:%d", who.id, who.id), shell, iproute.Script("MARKER"), who.groups)
		cmd.Env = []string{"PATH=" + parity.Tools + ":/usr/bin:/usr/sbin", "LOGNAME=" + who.name}
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if output, err = cmd.Output(); err != nil {
			err = fmt.Errorf("%w: %s", err, stderr.Bytes())
		}
	}()
	<-done
	if err != nil {
		t.Fatal(err)
	}
	return output
}

// devicesOf are ip's words for a tree's devices. Of what kind they are does not
// matter to what /sys says of them.
func devicesOf(tree *parity.Tree) string {
	var b strings.Builder
	for _, d := range tree.Devices {
		if d.Name != "lo" {
			fmt.Fprintf(&b, "link add %s index %d type bridge\n", d.Name, d.Index)
		}
	}
	return b.String()
}

// borrow gives a root directory this machine's programs.
func borrow(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, "usr"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bin", "sbin", "lib64"} {
		if err := os.Symlink("usr/"+name, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	libraries, err := os.ReadDir("/usr/lib")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "lib"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, l := range libraries {
		if l.Name() == "modules" {
			continue // the tree has its own
		}
		if err := os.Symlink("../usr/lib/"+l.Name(), filepath.Join(dir, "lib", l.Name())); err != nil {
			t.Fatal(err)
		}
	}
}
