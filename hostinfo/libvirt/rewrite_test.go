package libvirt

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRewrite(t *testing.T) {
	const before = `<domain type='kvm'><name>g</name>
  <!-- <interface type='direct'><source dev='up0'/></interface> -->
  <metadata><x:a xmlns:x='u'><interface type='direct'><source dev='up0'/></interface></x:a></metadata>
  <devices>
    <disk><source dev='up0'/></disk>
    <interface type='direct'><source  mode = "bridge"
	dev	=	"up0" x='dev="up0"'/><target dev='up0'/></interface>
    <interface type='direct'><source dev='up&#48;'></source></interface>
    <interface type='direct'><source network='lan' dev='up0' mode='bridge'/></interface>
    <interface type='network'><source network='up0' dev='up0'/></interface>
    <interface type='bridge'><source bridge='up0' dev='up0'/></interface>
    <interface type='direct'><source dev='up1'/><source dev='up0'/></interface>
  </devices>
</domain>`
	want := strings.NewReplacer(
		"mode = \"bridge\"\n\tdev\t=\t\"up0\"", "mode = \"private\"\n\tdev\t=\t\"bond1.6&amp;&#39;&lt;\"",
		"dev='up&#48;'", "dev='bond1.6&amp;&#39;&lt;' mode='private'",
	).Replace(before)
	got, changed, err := Rewrite([]byte(before), map[string]string{"up0": "bond1.6&'<", "up9": "x"}, "private")
	if err != nil || !slices.Equal(changed, []string{"up0"}) {
		t.Fatalf("%v, %v", changed, err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	d, err := ParseDomain(got)
	if err != nil || d.Definition.NICs[0].Dev != "bond1.6&'<" || d.Definition.NICs[1].Mode != "private" {
		t.Errorf("%+v, %v", d, err)
	}
	if got, changed, err := Rewrite([]byte(before), map[string]string{"eth7": "x"}, ""); err != nil || len(changed) > 0 || string(got) != before {
		t.Errorf("a map that matches nothing: %v, %v, %t", changed, err, string(got) == before)
	}
	for _, bad := range []string{"", "a b", "a/b", "a\x00"} {
		if _, _, err := Rewrite([]byte(before), map[string]string{"up0": bad}, ""); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

// FuzzRewrite: whatever a domain's XML looks like, a copy with another device
// parses to the same domain with that device, and mapping it back to the name as
// it was written gives the document that it was.
func FuzzRewrite(f *testing.F) {
	for _, name := range []string{"everything.xml", "web1.live.xml", "web1.migratable.xml"} {
		f.Add(testdata(f, name), "up0", "bond1.623")
	}
	f.Add([]byte(`<domain><name>g</name><devices><interface type='direct'><source a='1' dev='d' b=">"/></interface></devices></domain>`), "d", "e'\"&<")
	f.Fuzz(func(t *testing.T, doc []byte, from, to string) {
		before, err := ParseDomain(doc)
		if err != nil {
			return
		}
		got, changed, err := Rewrite(doc, map[string]string{from: to}, "")
		if err != nil {
			return
		}
		after, err := ParseDomain(got)
		if err != nil {
			t.Fatalf("no domain any more: %v\n%s", err, got)
		}
		hit := 0
		for i := range before.Definition.NICs {
			if n := &before.Definition.NICs[i]; n.Direct() && n.Dev == from {
				hit++
				if got := after.Definition.NICs[i].Dev; got != strings.ToValidUTF8(to, "\uFFFD") && !strings.ContainsFunc(to, odd) {
					t.Errorf("nic %d names %q, want %q", i, got, to)
				}
				n.Dev = after.Definition.NICs[i].Dev
			}
		}
		if (hit > 0) != (len(changed) > 0) {
			t.Errorf("%d NICs name %q, and %q was changed", hit, from, changed)
		}
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("more than the device is another (-before +after):\n%s", diff)
		}
		untouched(t, doc, got, escaped(to), hit)
	})
}

// odd are characters that XML can't hold, which are replaced.
func odd(r rune) bool { return r < ' ' || r == '\uFFFE' || r == '\uFFFF' || r == '\uFFFD' }

// untouched: between the places where the new name stands, the documents are
// the same bytes.
func untouched(t *testing.T, before, after []byte, name string, hits int) {
	head := 0
	for head < len(before) && head < len(after) && before[head] == after[head] {
		head++
	}
	tail := 0
	for tail < len(before)-head && tail < len(after)-head && before[len(before)-1-tail] == after[len(after)-1-tail] {
		tail++
	}
	if hits == 0 && !bytes.Equal(before, after) {
		t.Error("changed without a NIC that names the device")
	}
	if hits == 1 && len(after)-head-tail > len(name) {
		t.Errorf("more than the name was changed: %q", after[head:len(after)-tail])
	}
}
