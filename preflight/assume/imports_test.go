package assume_test

import (
	"testing"

	"migcheck/fixtures/purity"
)

// TestImports: assuming touches no host, file, clock or environment.
func TestImports(t *testing.T) {
	purity.Check(t, "errors", "fmt", "slices", "strconv", "strings", "migcheck/hostinfo", "migcheck/hostinfo/shell", "migcheck/preflight")
}
