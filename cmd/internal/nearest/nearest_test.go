package nearest

import "testing"

func TestOf(t *testing.T) {
	names := []string{"vlan-mismatch", "vlan-parent-down", "check", "hostB"}
	for word, want := range map[string]string{
		"vlan-mismach": "vlan-mismatch", "chekc": "check", "hostb": "hostB", "VLAN-MISMATCH": "vlan-mismatch",
		"": "", "x": "", "something else": "", "hostZZZ": "",
	} {
		if got := Of(word, names); got != want {
			t.Errorf("for %q it is %q, want %q", word, got, want)
		}
	}
	if got := Of("word", nil); got != "" {
		t.Errorf("out of nothing comes %q", got)
	}
}
