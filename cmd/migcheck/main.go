// Command migcheck says before a KVM guest is live-migrated whether its network
// will still be there on the other host, why not, and what to do about it.
package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"migcheck/cmd/internal/act/hook"
	"migcheck/cmd/internal/act/probe"
	"migcheck/cmd/internal/exit"
)

// lastWords is what is said if a second signal ends the program at once: what
// may go on without it. Nil where nothing may.
var lastWords atomic.Pointer[string]

func main() {
	if len(os.Args) > 2 && os.Args[1] == "hook" && os.Args[2] == "run" {
		os.Exit(hook.Main(os.Args[3:])) // libvirt waits: no flags, no help, nothing on stdout
	}
	if len(os.Args) == 2 && os.Args[1] == probe.Verb {
		os.Exit(probe.Serve(os.Stdin, os.Stdout, nil)) // driven by a migcheck elsewhere
	}
	if len(os.Args) == 2 && os.Args[1] == probe.ListedVerb { // by one that is not root's
		os.Exit(probe.Serve(os.Stdin, os.Stdout, &probe.Allowed{List: probe.List}))
	}
	os.Exit(run(os.Args[1:]))
}

// run is main without the exit, for tests that run many commands in one process.
func run(args []string) int {
	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	go func() {
		select {
		case s := <-signals:
			code := exit.Interrupted
			if s == syscall.SIGTERM {
				code = exit.Terminated
			}
			stop(exit.Status(code))
			<-signals // a second one does not wait for anything
			if words := lastWords.Load(); words != nil {
				complain(os.Stderr, *words)
			}
			os.Exit(code)
		case <-ctx.Done():
		}
	}()
	cmd := root()
	cmd.SetArgs(runArguments(args))
	stdout := &heard{Writer: os.Stdout}
	cmd.SetOut(stdout)
	err := cmd.ExecuteContext(ctx)
	if e, ok := errors.AsType[*exit.Error](err); ok && e.Told {
		return e.Code
	}
	if err != nil && asPlugin(args) {
		return unanswered(stdout, os.Stderr, err)
	}
	if cause := context.Cause(ctx); cause != nil && err != nil {
		complain(os.Stderr, "interrupted; nothing was changed")
		return exit.Code(cause)
	}
	if err != nil {
		complainError(os.Stderr, err)
	}
	return exit.Code(err)
}
