package preflight_test

import (
	"testing"

	"migcheck/fixtures/purity"
)

// TestImports: judging reads no host, file, clock or environment.
func TestImports(t *testing.T) {
	purity.Check(t, "cmp", "crypto/sha256", "encoding/hex", "encoding/json", "errors", "fmt", "hash/fnv", "maps", "slices", "strconv", "strings", "time", "migcheck/hostinfo", "migcheck/hostinfo/shell")
}
