//go:build system && linux

package netlink_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"testing"

	"migcheck/hostinfo"
	"migcheck/hostinfo/agent"
	"migcheck/hostinfo/snapshot"
)

// agentEnv makes the test program an agent that listens on that socket, asks
// itself as a client does, prints the answer and ends: whoever wants to see
// another namespace must be a process of its own.
const agentEnv = "MIGCHECK_TEST_AGENT"

func TestMain(m *testing.M) {
	path := os.Getenv(agentEnv)
	if path == "" {
		os.Exit(m.Run())
	}
	if err := askSelf(path); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func askSelf(path string) error {
	l, err := agent.Listen(path)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	s := &agent.Server{Log: slog.New(slog.DiscardHandler)}
	go func() { ended <- s.Serve(ctx, l) }()
	c := agent.NewClient(agent.Local(path))
	h, err := c.Inventory(ctx, 0)
	c.Close()
	stop()
	if serveErr := <-ended; err == nil {
		err = serveErr
	}
	if err != nil {
		return err
	}
	h.Name = "agent"
	b, err := snapshot.EncodeHost(h, hostinfo.EveryFact()) // names that are no UTF-8 too
	if err == nil {
		_, err = os.Stdout.Write(b)
	}
	return err
}
