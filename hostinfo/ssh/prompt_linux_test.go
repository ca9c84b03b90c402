package ssh

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestMain is the program at the other end of the terminal, if it is told so.
func TestMain(m *testing.M) {
	switch os.Getenv("PROMPT_TEST") {
	case "":
		os.Exit(m.Run())
	case "ask":
		ask := TerminalPrompt()
		if ask == nil {
			fmt.Print("no terminal")
			return
		}
		secret, err := ask(context.Background(), "passphrase of key:")
		fmt.Printf("%q %v", secret, err)
	case "interrupted":
		ctx, cancel := context.WithCancelCause(context.Background())
		go func() {
			for echoes(os.Stdin) {
			}
			cancel(errors.New("interrupted"))
		}()
		_, err := TerminalPrompt()(ctx, "passphrase of key:")
		fmt.Print(err, ", echo ", echoes(os.Stdin))
	}
}

// echoes says whether a terminal shows what is typed.
func echoes(tty *os.File) bool {
	modes, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
	return err != nil || modes.Lflag&unix.ECHO != 0
}

// atTerminal runs this program at a new pseudo terminal, or without one, and
// returns its standard output and what the terminal showed.
func atTerminal(t *testing.T, mode, typed string, withTerminal bool) (out, shown string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "PROMPT_TEST="+mode)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	if !withTerminal {
		if err := cmd.Run(); err != nil {
			t.Fatal(err)
		}
		return stdout.String(), ""
	}
	master, slave := terminal(t)
	defer master.Close()
	cmd.Stdin = slave
	cmd.SysProcAttr.Setctty = true
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	var screen bytes.Buffer
	buf := make([]byte, 256)
	for typedYet := false; ; {
		n, err := master.Read(buf)
		if screen.Write(buf[:n]); err != nil {
			break // the last user of the terminal is gone
		}
		if !typedYet && strings.Contains(screen.String(), "passphrase of key: ") {
			typedYet = true
			for typed != "" && echoes(master) { // people are slower than ReadPassword
			}
			if _, err := io.WriteString(master, typed); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return stdout.String(), screen.String()
}

func terminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return master, slave
}

func TestTerminalPrompt(t *testing.T) {
	out, shown := atTerminal(t, "ask", "open sesame\n", true)
	if out != `"open sesame" <nil>` {
		t.Errorf("read %s", out)
	}
	if strings.Contains(shown, "sesame") {
		t.Errorf("the terminal showed the passphrase: %q", shown)
	}
	if out, _ := atTerminal(t, "ask", "", false); out != "no terminal" {
		t.Errorf("without a terminal: %s", out)
	}
	if out, _ := atTerminal(t, "interrupted", "", true); out != "interrupted, echo true" {
		t.Errorf("interrupted: %s", out)
	}
}
