package assume_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"migcheck/fixtures/story"
	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/assume"
)

// TestMoves runs the stories of testdata/move: a guest that moves from hostA to
// hostB, and all that is different there afterwards.
func TestMoves(t *testing.T) {
	files, err := filepath.Glob("testdata/move/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) { testMove(t, path) })
	}
}

func testMove(t *testing.T, path string) {
	ar, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]*txtar.File{}
	told := txtar.Archive{Comment: ar.Comment}
	for i, f := range ar.Files {
		if f.Name == "arrived" || f.Name == "departed" {
			want[f.Name] = &ar.Files[i]
		} else {
			told.Files = append(told.Files, f)
		}
	}
	s, err := story.Read(os.DirFS("../../fixtures/rules"), "base", txtar.Format(&told))
	if err != nil {
		t.Fatal(err)
	}
	for _, side := range []struct {
		part string
		host *hostinfo.Host
		move func(*preflight.Plan) *hostinfo.Host
	}{{"arrived", s.Plan.To.Host, assume.Arrive}, {"departed", s.Plan.From.Host, assume.Depart}} {
		was, domains := snapshot(side.host), names(side.host)
		after := side.move(s.Plan)
		if diff := cmp.Diff(was, snapshot(side.host)); diff != "" || !slices.Equal(domains, names(side.host)) || after.Live {
			t.Errorf("%s: the host itself has changed, or what comes of it is taken for it:\n%s", side.part, diff)
		}
		checkReasons(t, side.host, after)
		lines := append(changes(was, snapshot(after)), "domains: "+strings.Join(names(after), " "))
		got := strings.Join(lines, "\n") + "\n"
		if *update {
			want[side.part].Data = []byte(got)
		} else if diff := cmp.Diff(string(want[side.part].Data), got); diff != "" {
			t.Errorf("%s (-want +got; go test ./preflight/assume -update rewrites it):\n%s", side.part, diff)
		}
	}
	if *update {
		if err := os.WriteFile(path, txtar.Format(ar), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func names(h *hostinfo.Host) (out []string) {
	for _, d := range h.Domains {
		out = append(out, d.Name)
	}
	return out
}
