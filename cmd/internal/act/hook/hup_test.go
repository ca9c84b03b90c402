package hook

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
)

// awaitHUP is a daemon as far as a reload is concerned: it says when it can be
// signalled, and that it was. It ends with its stdin.
func awaitHUP() {
	hups := make(chan os.Signal, 1)
	signal.Notify(hups, syscall.SIGHUP)
	fmt.Println("ready")
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	for range hups {
		fmt.Println("reloaded")
	}
}

// reloadable starts one; the result waits for the next line that it says.
func reloadable(t *testing.T) (pid int, says func() string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), faultVariable+"=hup")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stdin.Close(); _ = cmd.Wait() })
	lines := bufio.NewReader(stdout)
	says = func() string {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("the daemon ended: %v", err)
		}
		return strings.TrimSpace(line)
	}
	if got := says(); got != "ready" {
		t.Fatalf("the daemon says %q", got)
	}
	return cmd.Process.Pid, says
}
