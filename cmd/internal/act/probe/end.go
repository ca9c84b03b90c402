package probe

import (
	"bufio"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"migcheck/hostinfo/probe"
)

// Program is a command that runs on a host and is talked to.
type Program struct {
	In   io.WriteCloser
	Out  io.Reader
	Wait func() (status int, stderr []byte, err error)
	Kill func()
}

// Starter starts a script for a POSIX shell with some words on a host.
type Starter func(ctx context.Context, script string, words ...string) (*Program, error)

// End is a device on a host with the program beside it.
type End struct {
	host    string
	program *Program
	lines   *bufio.Reader
	mac     string
	mtu     int
	version int // of its frames
}

// Start brings the program to life on a host, by the first of the ways that is
// open. It fails with [ErrSocket] where that is the second socket.
func Start(ctx context.Context, host string, start Starter, by Ways) (*End, error) {
	marker := rand.Text()
	script, words := by.StartScript(marker)
	p, err := start(ctx, script, words...)
	if err != nil {
		return nil, err
	}
	e := newEnd(host, p)
	if err := e.begin(ctx, marker, by.Build); err != nil {
		e.Close()
		return nil, fmt.Errorf("send frames from %s: %w", host, err)
	}
	return e, nil
}

func newEnd(host string, p *Program) *End {
	return &End{host: host, program: p, lines: bufio.NewReaderSize(p.Out, probe.MaxLine)}
}

// begin follows the script until the program runs.
func (e *End) begin(ctx context.Context, marker string, build *Build) error {
	for skipped := 0; skipped < 1000; skipped++ {
		line, err := e.line(ctx)
		if err != nil {
			return err
		}
		switch first, rest, ok := word(string(line), marker); {
		case !ok:
		case first == "go":
			return nil
		case first == "none":
			return ErrNoProgram
		case first == "socket":
			return ErrSocket
		case first == "cannot":
			return fmt.Errorf("bring migcheck there: %s", strings.Trim(rest, "; "))
		case first == "send" && build != nil:
			stop := context.AfterFunc(ctx, e.program.Kill)
			_, err := e.program.In.Write(build.Content)
			stop()
			if err != nil {
				return e.ended(ctx, err)
			}
		}
	}
	return errors.New("the host says a lot, and not what was asked")
}

// line reads the next line, without its end.
func (e *End) line(ctx context.Context) ([]byte, error) {
	stop := context.AfterFunc(ctx, e.program.Kill)
	defer stop()
	line, err := e.lines.ReadSlice('\n')
	if err != nil {
		return nil, e.ended(ctx, err)
	}
	return line, nil
}

// ended says why a program does not answer any more.
func (e *End) ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if errors.Is(err, bufio.ErrBufferFull) {
		return errors.New("its answer is longer than any should be")
	}
	_ = e.program.In.Close()
	status, stderr, failure := e.program.Wait()
	text := strings.Join(strings.Fields(string(stderr[:min(len(stderr), 400)])), " ")
	switch {
	case failure != nil:
		return failure
	case strings.HasPrefix(text, "sudo:"), strings.Contains(text, "sudo: "):
		return fmt.Errorf("only root may, and sudo -n does not make the user that: %s", text)
	}
	return fmt.Errorf("the program ended with exit status %d (%s)", status, cmp.Or(text, "without a word"))
}

// Open takes a device.
func (e *End) Open(ctx context.Context, o probe.Order) error {
	o.Do = probe.Open
	a, err := e.ask(ctx, &o)
	if err != nil {
		return err
	}
	e.mac, e.mtu, e.version = a.MAC, a.MTU, a.Version
	return nil
}

// Host is the host's name.
func (e *End) Host() string { return e.host }

// MTU is the device's.
func (e *End) MTU() int { return e.mtu }

// Send sends n frames of size bytes.
func (e *End) Send(ctx context.Context, size, n int) (int, error) {
	a, err := e.ask(ctx, &probe.Order{Do: probe.Send, Size: size, Frames: n})
	return a.Sent, err
}

// Await waits for what is wanted.
func (e *End) Await(ctx context.Context, w probe.Wanted, patience time.Duration) (probe.Heard, error) {
	a, err := e.ask(ctx, &probe.Order{Do: probe.Await, Size: w.Size, Frames: w.Frames, Echo: w.Echo, Patient: int(patience.Milliseconds())})
	if err != nil {
		return probe.Heard{}, err
	}
	if a.Heard == nil {
		return probe.Heard{}, errors.New("it does not say what it heard")
	}
	return *a.Heard, nil
}

// Try makes a macvtap on a device and takes it away. It returns what the kernel
// refused it with; empty if it did not.
func (e *End) Try(ctx context.Context, at At, mode string) (refused string, err error) {
	a, err := e.ask(ctx, &probe.Order{Do: probe.Trial, Device: at.Name, Index: at.Index, Mode: mode})
	return a.Refused, err
}

// ask hands an order over and returns the answer, which is never nil.
func (e *End) ask(ctx context.Context, o *probe.Order) (*probe.Answer, error) {
	order, err := json.Marshal(o)
	if err == nil {
		_, err = e.program.In.Write(append(order, '\n'))
	}
	if err != nil {
		return &probe.Answer{}, e.ended(ctx, err)
	}
	line, err := e.line(ctx)
	if err != nil {
		return &probe.Answer{}, err
	}
	a, err := probe.ReadAnswer(line)
	switch {
	case err != nil:
		return &probe.Answer{}, err
	case a.Error != nil:
		return a, a.Error
	}
	return a, nil
}

// Close ends the program: it goes when its input does.
func (e *End) Close() {
	_ = e.program.In.Close()
	late := time.AfterFunc(farewell, e.program.Kill)
	defer late.Stop()
	_, _, _ = e.program.Wait()
}

// farewell is how long a program may take to end by itself.
const farewell = 5 * time.Second
