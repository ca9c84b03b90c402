package rules_test

import (
	"testing"

	"migcheck/fixtures/purity"
)

// TestImports: a rule reads no host, file, clock or environment.
func TestImports(t *testing.T) {
	purity.Check(t, "cmp", "errors", "fmt", "hash/fnv", "maps", "net/netip", "path", "slices", "strconv", "strings", "time", "migcheck/hostinfo", "migcheck/hostinfo/shell", "migcheck/preflight")
}
