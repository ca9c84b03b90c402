package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"migcheck/cmd/internal/exit"
	"migcheck/preflight"
	"migcheck/preflight/report"
)

// TestConcluded: a report that can't be written is told, and hides no migration that
// failed.
func TestConcluded(t *testing.T) {
	full := errors.New("write /x: no space left on device")
	for _, tc := range []struct {
		code, want int
		failed     []error
	}{
		{exit.OK, exit.OK, []error{nil, nil}},
		{exit.OK, exit.Usage, []error{nil, full}},
		{exit.Blocked, exit.Usage, []error{full, nil}},
		{exit.Migration, exit.Migration, []error{nil, full}},
		{exit.Interrupted, exit.Interrupted, []error{full, full}},
	} {
		var stderr bytes.Buffer
		err, ok := errors.AsType[*exit.Error](concluded(&stderr, tc.code, tc.failed...))
		if !ok || err.Code != tc.want || !err.Told {
			t.Errorf("%d, %v: %+v, want %d", tc.code, tc.failed, err, tc.want)
		}
		if said := strings.Contains(stderr.String(), full.Error()); said != (errors.Join(tc.failed...) != nil) {
			t.Errorf("%d, %v: %q is said", tc.code, tc.failed, &stderr)
		}
	}
}

// TestOneFileThatFails: the others are written.
func TestOneFileThatFails(t *testing.T) {
	dir := t.TempDir()
	var stdout bytes.Buffer
	d := &preflight.Document{Schema: preflight.Schema}
	good := filepath.Join(dir, "good")
	_, err := write(&stdout, d, []output{{"json", filepath.Join(dir, "gone", "bad")}, {"json", good}, {"text", ""}}, showing{Options: report.Options{Width: 80}})
	if err == nil || !strings.Contains(err.Error(), "bad") {
		t.Errorf("the error is %v", err)
	}
	if raw, err := os.ReadFile(good); err != nil || !bytes.Contains(raw, []byte(preflight.Schema)) {
		t.Errorf("%s, %v", raw, err)
	}
	if stdout.Len() == 0 {
		t.Error("nothing is on stdout")
	}
}
