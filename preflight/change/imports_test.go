package change

import (
	"testing"

	"migcheck/fixtures/purity"
)

// TestImports: comparing reads no host, file, clock or environment.
func TestImports(t *testing.T) {
	purity.Check(t, "cmp", "fmt", "slices", "strings", "time", "migcheck/hostinfo", "migcheck/preflight", "migcheck/preflight/fleet")
}
