package history

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// writerOf names the file to those processes of this test that write it.
const writerOf = "MIGCHECK_TEST_WRITES"

func TestMain(m *testing.M) {
	if path := os.Getenv(writerOf); path != "" {
		write(path)
		return
	}
	os.Exit(m.Run())
}

// write records runs until it is killed, and says the number of each as soon as
// it was told that it is stored.
func write(path string) {
	f, err := Open(context.Background(), path)
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	var t testing.T
	first, _ := strconv.Atoi(os.Getenv("MIGCHECK_TEST_FROM"))
	for n := first; n < first+1000; n++ {
		of, d := run(&t, small, n)
		id, err := f.Record(context.Background(), of, d, Keep{Runs: 12})
		if err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		fmt.Println(id, n)
	}
}

func writer(t *testing.T, path string, from int) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), writerOf+"="+path, "MIGCHECK_TEST_FROM="+strconv.Itoa(from))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

const rounds = 16

// TestKilled: a writer is killed at any moment, again and again. Whatever it was
// told to be stored is there and whole, and the next one goes on.
func TestKilled(t *testing.T) {
	path := temporary(t)
	r := rand.New(rand.NewPCG(1, 2))
	said := map[int64]int{} // what is stored: run, and which of the fleets
	hot := 0
	for round := range rounds {
		cmd, out := writer(t, path, 100*round)
		acknowledged := 0
		// The moment is somewhere in the run after one that was stored, or while the
		// file is made.
		for want := r.IntN(3); acknowledged < want && out.Scan(); acknowledged++ {
			note(t, said, out.Text())
		}
		if round%2 == 0 { // while the journal is there
			for end := time.Now().Add(10 * time.Second); time.Now().Before(end); {
				if _, err := os.Stat(path + "-journal"); err == nil {
					break
				}
			}
		}
		time.Sleep(time.Duration(r.Int64N(int64(time.Millisecond << (round % 6)))))
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for out.Scan() {
			note(t, said, out.Text())
		}
		_ = cmd.Wait()
		if _, err := os.Stat(path + "-journal"); err == nil {
			hot++
		}
		survived(t, path, said)
	}
	if len(said) < rounds/2 || hot == 0 {
		t.Errorf("only %d runs were stored, and %d writers were killed with a journal open", len(said), hot)
	}
	t.Logf("%d runs stored, killed with a journal open %d times of %d", len(said), hot, rounds)
}

func note(t *testing.T, said map[int64]int, line string) {
	t.Helper()
	var id int64
	var n int
	if _, err := fmt.Sscan(line, &id, &n); err != nil {
		t.Fatalf("the writer says: %s", line)
	}
	said[id] = n
}

// survived looks whether the file is sound and has the last of what was stored.
func survived(t *testing.T, path string, said map[int64]int) {
	t.Helper()
	if _, err := os.Stat(path); os.IsNotExist(err) && len(said) == 0 {
		return
	}
	f, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var sound string
	if err := f.db.QueryRow("PRAGMA integrity_check").Scan(&sound); err != nil || sound != "ok" {
		t.Fatalf("%v: %s", err, sound)
	}
	last := int64(0)
	for id := range said {
		last = max(last, id)
	}
	there := map[int64]bool{}
	lines, err := f.Runs(context.Background(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		there[l.ID] = true
	}
	for id := max(1, last-10); id <= last; id++ { // older ones are not to be kept
		if !there[id] {
			t.Fatalf("run %d was stored and is lost; there are %v", id, there)
		}
	}
	for id := range there {
		got, err := f.Load(context.Background(), id, nil)
		if err != nil {
			t.Fatalf("run %d: %v", id, err)
		}
		if n, known := said[id]; known && id == last {
			_, d := run(t, small, n)
			if diff := cmp.Diff(asJSON(t, d), asJSON(t, got.Document)); diff != "" {
				t.Fatalf("run %d (-recorded +read):\n%s", id, diff)
			}
		}
	}
}

// TestReaderBesideAWriter: a reader waits for moments, and reads whole runs.
func TestReaderBesideAWriter(t *testing.T) {
	path := temporary(t)
	record(t, opened(t, path), 0, DefaultKeep)
	cmd, out := writer(t, path, 1)
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	reads := 0
	for range 8 {
		if !out.Scan() || strings.HasPrefix(out.Text(), "error") {
			t.Fatalf("the writer says: %s", out.Text())
		}
		f, err := Read(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := f.Runs(context.Background(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Load(context.Background(), lines[0].ID, nil); err != nil {
			t.Fatal(err)
		}
		reads++
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if reads != 8 {
		t.Errorf("%d reads", reads)
	}
}

// TestTwoWriters: neither loses a run to the other, nor do they make the file
// twice.
func TestTwoWriters(t *testing.T) {
	path := temporary(t)
	var all sync.WaitGroup
	ids := make([][]int64, 2)
	for w := range 2 {
		all.Go(func() {
			cmd, out := writer(t, path, w)
			for len(ids[w]) < 6 && out.Scan() {
				var id, n int64
				if _, err := fmt.Sscan(out.Text(), &id, &n); err != nil {
					t.Errorf("writer %d says: %s", w, out.Text())
					break
				}
				ids[w] = append(ids[w], id)
			}
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		})
	}
	all.Wait()
	seen := map[int64]bool{}
	for _, list := range ids {
		for _, id := range list {
			if seen[id] {
				t.Errorf("run %d was given twice", id)
			}
			seen[id] = true
		}
	}
	if len(seen) != 12 {
		t.Errorf("%d runs were stored", len(seen))
	}
	survived(t, path, map[int64]int{})
}

// TestPermissions: 0640 and 0750, whatever the umask is, and the journal is not
// more open than the file.
func TestPermissions(t *testing.T) {
	for _, mask := range []string{"000", "022", "077", "777"} {
		dir := t.TempDir()
		path := filepath.Join(dir, "state", "history.db")
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("/bin/sh", "-c", "umask "+mask+`; exec "$0"`, self)
		cmd.Env = append(os.Environ(), writerOf+"="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		journal := os.FileMode(0)
		lines := bufio.NewScanner(out)
		for n := 0; n < 3 && lines.Scan(); n++ {
			if strings.HasPrefix(lines.Text(), "error") {
				t.Fatalf("umask %s: %s", mask, lines.Text())
			}
		}
		for range 400 {
			if info, err := os.Stat(path + "-journal"); err == nil {
				journal |= info.Mode().Perm()
			}
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		for name, want := range map[string]os.FileMode{path: 0o640, filepath.Dir(path): 0o750} {
			info, err := os.Stat(name)
			if err != nil {
				t.Fatal(err)
			}
			if got := info.Mode().Perm(); got != want {
				t.Errorf("umask %s: %s is %o, not %o", mask, name, got, want)
			}
		}
		if journal&^0o640 != 0 {
			t.Errorf("umask %s: the journal is %o", mask, journal)
		}
	}
}
