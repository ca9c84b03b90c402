package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"migcheck/hostinfo/agent"
)

func agentCommand() *cobra.Command {
	var socket string
	cmd := &cobra.Command{
		Use:   "agent",
		Short: "answer questions about this host's network devices on a Unix socket",
		Long: `agent answers what this host's kernel says of its network devices, as HTTP and
JSON on a Unix socket, to root and the members of the group migcheck. It opens no
port, runs no program and writes nothing. Other hosts reach it through SSH.

As a systemd unit (migcheck agent install) it is given its socket; run by itself
it makes one.

  curl --unix-socket /run/migcheck/agent.sock http://agent/inventory`,
		Example: "  migcheck agent install hostB\n  migcheck agent status hostB",
		Args:    exactly(0, "no arguments, or one of install, status and remove"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			listeners, err := agentSockets(socket)
			if err != nil {
				return err
			}
			return serveAgent(cmd.Context(), listeners)
		},
	}
	cmd.Flags().StringVar(&socket, "socket", agent.Socket, "the `PATH` to listen on, where systemd gives no socket")
	cmd.AddCommand(agentInstall(), agentStatus(), agentRemove())
	return cmd
}

// agentSockets are the sockets to serve, by what they are for: those that
// systemd gives (FileDescriptorName=), or one of our own for facts.
func agentSockets(path string) (map[string]net.Listener, error) {
	given, err := activation.ListenersWithNames()
	if err != nil {
		return nil, fmt.Errorf("take systemd's sockets: %w", err)
	}
	out := map[string]net.Listener{}
	for name, ls := range given {
		if len(ls) != 1 || ls[0].Addr().Network() != "unix" {
			return nil, fmt.Errorf("systemd gives %d sockets called %q; it must be one Unix socket", len(ls), name)
		}
		out[name] = ls[0]
	}
	if len(out) > 0 {
		return out, nil
	}
	l, err := agent.Listen(path)
	if err != nil {
		return nil, err
	}
	return map[string]net.Listener{"facts": l}, nil
}

// serveAgent serves each socket until ctx ends. That is how an agent ends, and
// no failure.
func serveAgent(ctx context.Context, listeners map[string]net.Listener) error {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	g, ctx := errgroup.WithContext(ctx)
	for name, l := range listeners {
		switch name {
		case "facts":
			s := &agent.Server{Version: version(), Log: log}
			g.Go(func() error { return s.Serve(ctx, l) })
		default:
			return errors.Join(fmt.Errorf("systemd gives a socket called %q, which this migcheck has no use for", name), l.Close())
		}
	}
	return g.Wait()
}
