//go:build system

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestAnsible has ansible-playbook itself run the playbook of fixtures, from a
// recorded pair of hosts: it goes on where the guest is ready, and nowhere else.
func TestAnsible(t *testing.T) {
	playbook, err := filepath.Abs("../../fixtures/ansible/migrate.yml")
	must(t, err)
	example, err := filepath.Abs("../../fixtures/example")
	must(t, err)
	for _, c := range []struct {
		guest  string
		status int
		says   []string
	}{
		{"guest2", 0, []string{"failed=0"}},
		{"guest1", 2, []string{"guest1 to hostB: blocked: vlan-mismatch: ", "blocked: nothing is migrated"}},
		{"guest2,guest1", 2, []string{"guest1 to hostB: blocked: vlan-mismatch: ", "blocked: nothing is migrated"}},
		{"guest9", 2, []string{"FAILED!", "guest9"}},
		{"--yes", 2, []string{"FAILED!", "--yes"}},
		{"", 2, []string{"say which guest is to go where"}},
	} {
		cmd := exec.Command("ansible-playbook", playbook, "-e", `{"guest": "`+c.guest+`", "migrate": true}`, "-e", "to=hostB", "-e", "snapshot="+example)
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "LC_ALL=C.UTF-8", "ANSIBLE_NOCOLOR=1", "ANSIBLE_LOCALHOST_WARNING=false")
		out, err := cmd.CombinedOutput()
		status := 0
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			status = exit.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		if status != c.status {
			t.Errorf("%q: exit status %d, want %d", c.guest, status, c.status)
		}
		for _, words := range c.says {
			if !strings.Contains(string(out), words) {
				t.Errorf("%q: it does not say %q:\n%s", c.guest, words, out)
			}
		}
		if strings.Contains(string(out), "changed=1") || c.status != 0 && strings.Contains(string(out), "TASK [Migrate]") {
			t.Errorf("%q: it went on:\n%s", c.guest, out)
		}
	}
}
