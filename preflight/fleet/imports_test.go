package fleet

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestImports: judging a fleet reads no host, file, clock or environment, and
// gets its rules handed in.
func TestImports(t *testing.T) {
	names, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if !strings.HasSuffix(n.Name(), ".go") || strings.HasSuffix(n.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), n.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, imp := range file.Imports {
			path, _ := strconv.Unquote(imp.Path.Value)
			switch first, _, _ := strings.Cut(path, "/"); {
			case path == "migcheck/hostinfo", path == "migcheck/preflight":
			case first == "migcheck", strings.Contains(first, "."), first == "os", first == "net", first == "syscall", first == "unsafe":
				t.Errorf("%s imports %s", n.Name(), path)
			}
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if sel, ok := node.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" && asksTheClock(sel.Sel.Name) {
					t.Errorf("%s uses time.%s", n.Name(), sel.Sel.Name)
				}
			}
			return true
		})
	}
}

func asksTheClock(name string) bool {
	switch name {
	case "Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Sleep", "Local", "LoadLocation":
		return true
	}
	return false
}
