package hook

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"migcheck/hostinfo"
)

// faultVariable makes this test's binary a hook with a fault, as a process.
const faultVariable = "MIGCHECK_TEST_FAULT"

func TestMain(m *testing.M) {
	switch os.Getenv(faultVariable) {
	case "":
	case "hup":
		awaitHUP()
	default:
		os.Exit(faulty(os.Getenv(faultVariable)))
	}
	code := m.Run()
	os.RemoveAll(scratch())
	os.Exit(code)
}

// faulty is Main with something wrong and talkative in its inside.
func faulty(fault string) int {
	muteStdout()
	return (&call{
		ctx: context.Background(), host: "hostB", limit: time.Minute, patience: time.Minute, stdin: os.Stdin, stderr: os.Stderr,
		site: Site{Root: os.Getenv("MIGCHECK_TEST_ROOT"), Owner: os.Getuid()}, log: func(entry) error { fmt.Println("noise"); return nil }, now: testNow,
		gather: func(context.Context, string) (*hostinfo.Host, error) {
			fmt.Println("noise")
			if fault == "panic" {
				panic("saw " + secret)
			}
			return &hostinfo.Host{Name: "hostB"}, nil
		},
	}).run(os.Args[1:])
}

// TestStdout: nothing is ever written there, whatever happens, and the exit
// status is 0 or 1.
func TestStdout(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	direct := strings.Replace(plainGuest, "<devices>", "<devices><interface type='direct'><mac address='52:54:00:aa:00:01'/><source dev='eth9'/></interface>", 1)
	for _, tc := range []struct {
		name, fault, mode, stdin string
		status                   int
	}{
		{"healthy", "none", "open", plainGuest, 0},
		{"refused", "none", "open", direct, 1},
		{"broken", "none", "open", "<domain", 0},
		{"broken, closed", "none", "closed", "<domain", 1},
		{"huge", "none", "closed", strings.Repeat(" ", 9<<20), 1},
		{"panic", "panic", "open", plainGuest, 0},
		{"panic, closed", "panic", "closed", plainGuest, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			root := t.TempDir()
			writeFile(t, filepath.Join(root, settingsPath), "fail: "+tc.mode+"\n")
			cmd := exec.Command(exe, begin...)
			cmd.Env = append(os.Environ(), faultVariable+"="+tc.fault, "MIGCHECK_TEST_ROOT="+root)
			stdout, stderr, status := outcome(t, cmd, strings.NewReader(tc.stdin))
			if stdout != "" || status != tc.status || (stderr != "") != (status == 1) {
				t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
			}
			if strings.Contains(stderr, secret) || strings.Contains(stderr, "goroutine") {
				t.Errorf("stderr is %q", stderr)
			}
		})
	}
}

// outcome runs a command to its end.
func outcome(t *testing.T, cmd *exec.Cmd, stdin io.Reader) (stdout, stderr string, status int) {
	t.Helper()
	var out, complaints bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, &complaints
	err := cmd.Run()
	if cmd.ProcessState == nil {
		t.Fatalf("%s: %v", cmd, err)
	}
	return out.String(), complaints.String(), cmd.ProcessState.ExitCode()
}

// scratch is where the program is built, and its journal listens: a short path,
// since a socket's is bounded.
var scratch = sync.OnceValue(func() string {
	dir, err := os.MkdirTemp("", "hook")
	if err != nil {
		panic(err)
	}
	return dir
})

// program builds the static migcheck once, with a journal of the test's own.
var program = sync.OnceValues(func() (string, error) {
	exe := filepath.Join(scratch(), "migcheck")
	cmd := exec.Command("go", "build", "-o", exe, "-ldflags", "-X github.com/coreos/go-systemd/v22/journal.journalSocket="+filepath.Join(scratch(), "journal"), "migcheck/cmd/migcheck")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return exe, nil
})

func build(t testing.TB) string {
	t.Helper()
	exe, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return exe
}

// TestProgram: the program that libvirt runs, on this machine's own kernel, with
// a journal that is listened to.
func TestProgram(t *testing.T) {
	exe := build(t)
	journal := listen(t, filepath.Join(scratch(), "journal"))
	guest := "<domain type='kvm'><name>guest1</name><uuid>11111111-1111-4111-8111-111111111111</uuid><devices>" +
		"<interface type='direct'><mac address='52:54:00:aa:00:01'/><source dev='nosuchdev0'/></interface>" +
		"<graphics passwd='" + secret + "'/></devices></domain>"
	run := func(stdin io.Reader, args ...string) (string, string, int) {
		return outcome(t, exec.Command(exe, append([]string{"hook", "run"}, args...)...), stdin)
	}

	stdout, stderr, status := run(strings.NewReader(guest), begin...)
	fields := journal()
	for ranOut(fields) { // a busy machine gave it no time; the test has some
		stdout, stderr, status = run(strings.NewReader(guest), begin...)
		fields = journal()
	}
	if stdout != "" || status != 1 || !strings.Contains(stderr, "source-dev-missing") || !strings.Contains(stderr, "nosuchdev0") {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
	for key, want := range map[string]string{
		"MIGCHECK_DECISION": "refused", "MIGCHECK_GUEST": "guest1", "MIGCHECK_RULES": "source-dev-missing",
		"MIGCHECK_UUID": "11111111-1111-4111-8111-111111111111", "SYSLOG_IDENTIFIER": "migcheck-hook", "PRIORITY": "4",
	} {
		if fields[key] != want {
			t.Errorf("the journal's %s is %q, not %q", key, fields[key], want)
		}
	}
	if !strings.Contains(fields["MESSAGE"], "refuses guest guest1\nblocked source-dev-missing") {
		t.Errorf("the journal's message is %q", fields["MESSAGE"])
	}
	if strings.Contains(fmt.Sprint(stderr, fields), secret) {
		t.Errorf("the password is out: %s %v", stderr, fields)
	}

	// Whoever holds the pipe open does not hold libvirt up.
	held, hold, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Close()
	stdout, stderr, status = run(held, begin...)
	if stdout != "" || stderr != "" || status != 0 {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
	if fields = journal(); fields["MIGCHECK_DECISION"] != "failed-open" || !ranOut(fields) {
		t.Errorf("the journal has %q", fields)
	}

	// Arguments are names, never flags.
	for _, args := range [][]string{{}, {"--help"}, {"-h", "prepare", "begin", "-"}, {"guest1", "start", "begin", "-"}} {
		if stdout, stderr, status := run(strings.NewReader(guest), args...); stdout+stderr != "" || status != 0 {
			t.Errorf("%q: status %d, stdout %q, stderr %q", args, status, stdout, stderr)
		}
	}
}

// ranOut says whether the hook used up its time, of which it has no more in a test.
func ranOut(fields map[string]string) bool {
	return strings.Contains(fields["MESSAGE"], "did not come to an end")
}

// listen is a journal; the result returns the next entry's fields.
func listen(t *testing.T, socket string) func() map[string]string {
	t.Helper()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(); os.Remove(socket) })
	return func() map[string]string {
		buf := make([]byte, 64<<10)
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		return journalFields(buf[:n])
	}
}

// journalFields reads the native protocol: KEY=VALUE, or for a value of several
// lines KEY, its length in 8 bytes, and the value.
func journalFields(b []byte) map[string]string {
	out := map[string]string{}
	for len(b) > 0 {
		line, rest, _ := bytes.Cut(b, []byte("\n"))
		if key, value, ok := bytes.Cut(line, []byte("=")); ok {
			out[string(key)] = string(value)
			b = rest
			continue
		}
		size := binary.LittleEndian.Uint64(rest)
		out[string(line)] = string(rest[8 : 8+size])
		b = rest[8+size+1:]
	}
	return out
}

// TestSyslog: where there is no journal, one line goes to syslog's socket.
func TestSyslog(t *testing.T) {
	dir, err := os.MkdirTemp("", "log")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	socket := filepath.Join(dir, "log")
	e := entry{priority: 4, lines: []string{"refuses guest a\nb", "blocked \x1b[31m"}}
	if err := writeSyslog(socket, e); err == nil {
		t.Error("nobody listens, and it did not notice")
	}
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := writeSyslog(socket, e); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 4096)
	n, err := conn.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	got := string(buf[:n])
	if !strings.HasPrefix(got, "<28>") || !strings.HasSuffix(got, fmt.Sprintf(` migcheck-hook[%d]: refuses guest a\x0ab; blocked \x1b[31m`, os.Getpid())) {
		t.Errorf("syslog has %q", got)
	}
}

// TestLongMessage: what a log gets is bounded.
func TestLongMessage(t *testing.T) {
	e := entry{lines: []string{strings.Repeat("é", maxLog)}}
	if got := e.message("\n"); len(got) > maxLog+4 || !strings.HasSuffix(got, "é ...") {
		t.Errorf("%d bytes, ending in %q", len(got), got[len(got)-8:])
	}
}
