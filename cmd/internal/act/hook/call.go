package hook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"migcheck/hostinfo"
	"migcheck/hostinfo/netlink"
)

const (
	// judgeLimit and logLimit bound one call, whatever hangs: two seconds.
	judgeLimit = 1800 * time.Millisecond
	logLimit   = 200 * time.Millisecond
)

// Main is the hook as libvirt runs it, with the arguments GUEST OPERATION
// SUBOPERATION EXTRA and the guest's XML on stdin. It returns the exit status:
// 0 lets the guest come, 1 refuses it. Nothing is ever written to stdout.
func Main(args []string) int {
	muteStdout()
	name, err := os.Hostname()
	if err != nil {
		name = "this host"
	}
	c := &call{
		ctx: context.Background(), host: name, limit: judgeLimit, patience: logLimit, stdin: os.Stdin, stderr: os.Stderr,
		log: writeLog, gather: gather, now: time.Now,
	}
	return c.run(args)
}

// muteStdout makes sure that no library, however talkative, can write there.
func muteStdout() {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err == nil {
		err = unix.Dup2(int(null.Fd()), 1)
	}
	if err != nil {
		_ = unix.Close(1)
	}
}

func gather(ctx context.Context, name string) (*hostinfo.Host, error) {
	return netlink.Collector{Name: name}.Collect(ctx)
}

// call is one run of the hook.
type call struct {
	ctx   context.Context
	host  string // as this machine calls itself
	site  Site
	limit time.Duration
	// patience is how long the log may take.
	patience time.Duration
	stdin    io.Reader
	stderr   io.Writer
	gather   func(context.Context, string) (*hostinfo.Host, error)
	log      func(entry) error
	now      func() time.Time
}

func (c *call) run(args []string) int {
	if len(args) < 3 || args[1] != "migrate" || args[2] != "begin" {
		return 0
	}
	begun := c.now()
	d, set := c.decide(args[0])
	e := d.entry(set)
	e.fields["MIGCHECK_MILLISECONDS"] = fmt.Sprint(c.now().Sub(begun).Milliseconds())
	c.note(e)
	if !d.refused(set) {
		return 0
	}
	fmt.Fprintln(c.stderr, strings.Join(d.refusal(), "\n"))
	return 1
}

// decide judges within the limit. A fault of its own or a time-out is a decision
// too: one without a report.
func (c *call) decide(guest string) (*decision, *Settings) {
	ctx, cancel := context.WithTimeout(c.ctx, c.limit)
	defer cancel()
	var known atomic.Pointer[Settings]
	done := make(chan *decision, 1)
	go func() {
		defer func() {
			if recover() != nil { // what it says might be a piece of the XML
				done <- &decision{trouble: "it met a fault of its own at " + faultLine()}
			}
		}()
		set := c.site.Settings()
		known.Store(set)
		done <- c.judge(ctx, guest, set)
	}()
	var d *decision
	select {
	case d = <-done:
	case <-ctx.Done():
		d = &decision{trouble: fmt.Sprintf("it did not come to an end within %v", c.limit)}
	}
	set := known.Load()
	if set == nil {
		set = &Settings{}
	}
	d.host, d.guest = c.host, guest
	return d, set
}

// faultLine is where a panic came from, called by who recovered from it.
func faultLine() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	paniced := false
	for {
		f, more := frames.Next()
		inRuntime := strings.HasPrefix(f.Function, "runtime.")
		if paniced && !inRuntime {
			return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
		}
		paniced = paniced || f.Function == "runtime.gopanic"
		if !more {
			return "an unknown place"
		}
	}
}

// note writes to the log, which must not hold libvirt up.
func (c *call) note(e entry) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { _ = recover() }()
		_ = c.log(e)
	}()
	select {
	case <-done:
	case <-time.After(c.patience):
	}
}

var errTooLarge = errors.New("the guest's XML is larger than 8 MiB")

// readBounded reads no more than the limit of what may come.
func readBounded(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read the guest's XML: %w", err)
	}
	if int64(len(b)) > limit {
		return nil, errTooLarge
	}
	return b, nil
}
