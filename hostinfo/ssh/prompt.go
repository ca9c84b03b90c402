package ssh

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/term"
)

// TerminalPrompt is a Prompt for the terminal of this process, or nil if it has
// none. The terminal is asked, and not standard input, which may be a file.
func TerminalPrompt() Prompt {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil
	}
	tty.Close()
	return askTerminal
}

// askTerminal reads a line without echo. When ctx ends it gives up and puts the
// echo back; the read that is left behind ends with the process.
func askTerminal(ctx context.Context, prompt string) ([]byte, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	before, err := term.GetState(int(tty.Fd()))
	if err != nil {
		tty.Close()
		return nil, err
	}
	fmt.Fprint(tty, words([]byte(prompt)), " ")
	type answer struct {
		secret []byte
		err    error
	}
	ch := make(chan answer, 1)
	go func() {
		secret, err := term.ReadPassword(int(tty.Fd()))
		ch <- answer{secret, err}
	}()
	defer fmt.Fprintln(tty)
	select {
	case a := <-ch:
		defer tty.Close()
		return a.secret, a.err
	case <-ctx.Done():
		_ = term.Restore(int(tty.Fd()), before)
		return nil, context.Cause(ctx)
	}
}
