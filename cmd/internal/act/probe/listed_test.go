package probe

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The administrator's list, line by line.
func TestListed(t *testing.T) {
	list := "# what may be tried\n\nbond0.623 # the guests' own\n  vlan-*  \neth[0-3]\n"
	for name, want := range map[string]bool{
		"bond0.623": true, "bond0.62": false, "vlan-red": true, "xvlan-red": false, "eth2": true, "eth4": false, "#": false,
	} {
		if got, err := listed(strings.NewReader(list), name); got != want || err != nil {
			t.Errorf("%q: %v, %v", name, got, err)
		}
	}
	if ok, err := listed(strings.NewReader("eth[\n"), "eth0"); ok || err == nil {
		t.Errorf("a pattern that is none: %v, %v", ok, err)
	}
	if ok, err := listed(strings.NewReader(strings.Repeat("x", 1<<20)), "eth0"); ok || err == nil {
		t.Errorf("a line without an end: %v, %v", ok, err)
	}
}

// A list that others can write, or that is no file, does not count.
func TestListOfOthers(t *testing.T) {
	name := filepath.Join(t.TempDir(), "list")
	if err := os.WriteFile(name, []byte("eth0\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, 0o664); err != nil {
		t.Fatal(err)
	}
	if ok, err := (&Allowed{List: name}).lists("eth0"); ok || err == nil {
		t.Errorf("others can write it: %v, %v", ok, err)
	}
	if ok, err := (&Allowed{List: filepath.Dir(name)}).lists("eth0"); ok || err == nil {
		t.Errorf("a directory: %v, %v", ok, err)
	}
	if ok, err := (&Allowed{List: name + ".none"}).lists("eth0"); ok || err != nil {
		t.Errorf("there is none: %v, %v", ok, err)
	}
}
