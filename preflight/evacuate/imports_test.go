package evacuate_test

import (
	"testing"

	"migcheck/fixtures/purity"
)

// TestImports: planning touches no host, file, clock or environment, and gets
// its rules handed in.
func TestImports(t *testing.T) {
	purity.Check(t, "cmp", "fmt", "maps", "slices", "strconv", "strings", "time", "migcheck/hostinfo", "migcheck/preflight", "migcheck/preflight/assume", "migcheck/preflight/fleet")
}
