package fleet

import (
	"testing"

	"migcheck/fixtures/purity"
)

// TestImports: judging a fleet reads no host, file, clock or environment, and
// gets its rules handed in.
func TestImports(t *testing.T) {
	purity.Check(t, "bytes", "cmp", "encoding/base64", "encoding/binary", "fmt", "hash/maphash", "math/bits", "runtime", "slices", "strings", "sync", "time", "migcheck/hostinfo", "migcheck/preflight")
}
