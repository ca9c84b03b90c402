package hostinfo_test

import (
	"testing"

	"migcheck/fixtures/purity"
)

// TestImports: the facts themselves need nothing but the standard library, and
// little of that, so that whatever reads them from somewhere can depend on them.
func TestImports(t *testing.T) {
	purity.Check(t, "bytes", "context", "fmt", "net/netip", "slices", "strconv", "strings", "time")
}
