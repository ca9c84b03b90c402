package agent

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// serveEnv makes the test program an agent that listens on that socket: one that
// is in another network namespace must be a process of its own.
const serveEnv = "MIGCHECK_TEST_AGENT"

func serveForTest(path string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	l, err := Listen(path)
	s := &Server{Version: "test", Log: quietLog()}
	if err == nil {
		err = s.Serve(ctx, l)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(s.memory.reads)
	return 0
}
