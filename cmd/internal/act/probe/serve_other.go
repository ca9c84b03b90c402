//go:build !linux

package probe

import "io"

// Serve does nothing: only Linux has packet sockets.
func Serve(io.Reader, io.Writer, *Allowed) int { return 1 }
