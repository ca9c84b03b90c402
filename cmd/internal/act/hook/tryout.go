package hook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// tryOut runs what was installed before libvirt does: a hook that fails where it
// should not stops guests from starting, and kills those that run when the
// daemon restarts.
func tryOut() error {
	defer os.Remove(beatPath) // it was not a daemon that ran it
	for _, t := range []struct {
		args        []string
		least, most int // exit status
	}{
		{[]string{scriptPath, proofName, "reconnect", "begin", "-"}, 0, 0},
		{[]string{scriptPath, proofName, "prepare", "begin", "-"}, 1, 1},
		// A host that is too busy to judge in time, in the fail mode closed, says 1.
		{[]string{binaryPath, "hook", "run", proofName, "migrate", "begin", "-"}, 0, 1},
	} {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		cmd := exec.CommandContext(ctx, t.args[0], t.args[1:]...)
		cmd.Stdin = strings.NewReader("<domain type='qemu'><name>" + proofName + "</name></domain>")
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		err := cmd.Run()
		cancel()
		if cmd.ProcessState == nil {
			return err
		}
		if code := cmd.ProcessState.ExitCode(); code < t.least || code > t.most || stdout.Len() > 0 {
			return errors.Join(fmt.Errorf("%s ended with status %d, and said %d bytes on stdout",
				strings.Join(t.args, " "), code, stdout.Len()), errors.New(strings.TrimSpace(stderr.String())))
		}
	}
	return nil
}
