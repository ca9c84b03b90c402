package nightly

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"migcheck/hostinfo/iproute"
)

var job = &Job{
	Exec: "/usr/bin/true", When: "*-*-* 02:00:00", Delay: 30 * time.Minute, Textfile: "/var/lib/text files",
	More: []string{"--hosts", "rack 1*", `--guests`, `50% of "$web;`},
}

func (s Site) mustInstall(t *testing.T) {
	t.Helper()
	p, err := s.Install(job)
	if err == nil {
		err = p.Apply()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestInstallAndRemove: what is there stays, what is somebody else's is refused,
// and the key fits its public half.
func TestInstallAndRemove(t *testing.T) {
	s := Site(t.TempDir())
	s.mustInstall(t)
	key, err := os.ReadFile(s.path(KeyPath))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.ParsePrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	line, err := s.PublicKey()
	if err != nil || !strings.HasPrefix(line, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey())))) {
		t.Errorf("%q, %v", line, err)
	}
	if _, _, options, _, err := ssh.ParseAuthorizedKey([]byte(AuthorizedKey(line))); err != nil || len(options) != 3+len(sockets) {
		t.Errorf("%q, %v", options, err)
	}
	if info, err := os.Stat(s.path(KeyPath)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(s.path(SSHConfigPath), []byte("Host mine\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.mustInstall(t)
	again, err := os.ReadFile(s.path(KeyPath))
	if err != nil || !bytes.Equal(again, key) {
		t.Error("the key was made anew")
	}
	if mine, _ := os.ReadFile(s.path(SSHConfigPath)); string(mine) != "Host mine\n" {
		t.Errorf("the settings were written anew: %s", mine)
	}
	p, err := s.Remove()
	if err == nil {
		err = p.Apply()
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{ServicePath, TimerPath} {
		if _, err := os.Stat(s.path(name)); !os.IsNotExist(err) {
			t.Errorf("%s is left: %v", name, err)
		}
	}
	if err := os.WriteFile(s.path(TimerPath), []byte("[Timer]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Install(job); err == nil {
		t.Error("another's timer would be written over")
	}
	if _, err := s.Remove(); err == nil {
		t.Error("another's timer would be deleted")
	}
}

// TestHandOver: root's copy of the numbers is for everybody to read, keeps its time,
// and is no way to a file that the service's user may not read.
func TestHandOver(t *testing.T) {
	dir := t.TempDir()
	secret, from, to := filepath.Join(dir, "secret"), filepath.Join(dir, "migcheck.prom"), filepath.Join(dir, "text files")
	if err := os.Mkdir(to, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{secret, from} {
		if err := os.WriteFile(f, []byte("of "+filepath.Base(f)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	old := time.Unix(1_700_000_000, 0)
	if err := os.Chtimes(from, old, old); err != nil {
		t.Fatal(err)
	}
	run := func() {
		t.Helper()
		for _, words := range (&Job{Textfile: to}).handOver() {
			for i := range words {
				words[i] = strings.Replace(words[i], StateDir, dir, 1)
			}
			if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
				t.Fatalf("%q: %v: %s", words, err, out)
			}
		}
	}
	there := filepath.Join(to, "migcheck.prom")
	run()
	if info, err := os.Lstat(there); err != nil || info.Mode() != 0o644 || !info.ModTime().Equal(old) {
		t.Errorf("%v, %v", info, err)
	}
	if err := os.Remove(from); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, from); err != nil {
		t.Fatal(err)
	}
	run()
	if got, err := os.Readlink(there); err != nil || got != secret {
		t.Errorf("a link was followed: %q, %v", got, err)
	}
	if got := string(job.Service()); strings.Count(got, "ExecStopPost=+") != 2 || strings.Contains(got, "ExecStartPost") {
		t.Errorf("the numbers are not handed over after every run:\n%s", got)
	}
}

// TestOnlyTheOneCommand: the forced command runs what this version sends, with
// any random word, and nothing that differs from it.
func TestOnlyTheOneCommand(t *testing.T) {
	script := filepath.Join(t.TempDir(), "migcheck-only")
	if err := os.WriteFile(script, Only("1.2"), 0o755); err != nil {
		t.Fatal(err)
	}
	run := func(original string) (string, int) {
		cmd := exec.Command("/bin/sh", script)
		cmd.Env = append(os.Environ(), "SSH_ORIGINAL_COMMAND="+original)
		out, _ := cmd.Output()
		return string(out), cmd.ProcessState.ExitCode()
	}
	for range 2 {
		marker := iproute.NewMarker()
		out, code := run(iproute.Command(marker))
		if code != 0 {
			t.Fatalf("exit status %d: %s", code, out)
		}
		if _, err := iproute.Decode([]byte(out), marker); err != nil {
			t.Error(err)
		}
	}
	good := iproute.Command(iproute.NewMarker())
	for _, bad := range []string{
		"", "id", "sh", good + "; id", good + "\nid", "id; " + good, strings.Replace(good, "LC_ALL=C", "LC_ALL=c", 1),
		strings.Replace(good, ";m=", ";m=$(id)", 1), iproute.Command("AAAA;id;AAAAAAAAAAAAAAAAAA"),
	} {
		if out, code := run(bad); out != "" || code != 126 {
			t.Errorf("%.60q ran: %d, %.100s", bad, code, out)
		}
	}
}

// TestUnitWords: what a unit would expand or split is quoted.
func TestUnitWords(t *testing.T) {
	for word, want := range map[string]string{
		"plain": "plain", "": `""`, "rack 1*": `"rack 1*"`, `50% of "$web;`: `"50%% of \"$$web;"`, "a\nb": `"a\nb"`, `back\slash`: `"back\\slash"`,
	} {
		if got := Quote(word); got != want {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
}
