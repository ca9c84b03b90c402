package iproute_test

import (
	"bytes"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute"
)

// timed is the answer of a small host whose addresses and bridges have times that
// run, with its memory.
func timed(life, timer, free string) []byte {
	link := `[{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"link_type":"loopback"},` +
		`{"ifindex":2,"ifname":"br0","flags":["UP","LOWER_UP"],"mtu":1500,"operstate":"UP","link_type":"ether","address":"52:54:00:00:00:01",` +
		`"altnames":["a_time\":5"],"linkinfo":{"info_kind":"bridge","info_data":{"vlan_filtering":1,"ageing_time":30000,"gc_timer":` + timer + `}},` +
		`"addr_info":[{"family":"inet","local":"10.0.0.1","prefixlen":24,"scope":"global","valid_life_time":` + life + `,"preferred_life_time":` + life + `}]}]`
	return slices.Concat(
		[]byte(section("facts", "hostname kvm7\nboot_id 6a1b3a52-0d55-4f43-9a5f-8c8d1c0a5b11\nvhost yes\nmacvtap yes\ntaps read", 0, "")),
		[]byte(section("link", link, 0, "")),
		[]byte(section("fdb", "", 0, "")),
		[]byte(section("netns", "whole yes\nothers 1\n\n@pid 7 (x_time\":5)\n"+link, 0, "")),
		[]byte(section("proc", "/proc/meminfo:MemTotal:  16309632 kB\n/proc/meminfo:MemAvailable:   "+free+" kB\n/proc/self/mountinfo:22 1 0:5 / /dev rw - devtmpfs udev rw", 0, "")),
		[]byte(done))
}

// sameAs decodes answers in turn with one memory and each without, and wants the same.
func sameAs(t *testing.T, answers ...[]byte) (got []*iproute.Result) {
	t.Helper()
	var d iproute.Decoder
	for i, a := range answers {
		r, err := d.Decode(a, "MARKER")
		want, wantErr := iproute.Decode(a, "MARKER")
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("answer %d: %v, not %v", i, err, wantErr)
		}
		if diff := cmp.Diff(want, r); diff != "" {
			t.Fatalf("answer %d: -want +got:\n%s", i, diff)
		}
		got = append(got, r)
	}
	return got
}

// shared says whether two results have the same devices, in one place.
func shared(a, b *iproute.Result) bool {
	return len(a.Host.Devices) > 0 && &a.Host.Devices[0] == &b.Host.Devices[0]
}

// An answer that says the same is not taken apart again, also where its clocks and
// its free memory have gone on; and what is done to one result is not done to the
// next.
func TestDecoderRepeats(t *testing.T) {
	got := sameAs(t, timed("3600", "12.34", "4000000"), timed("3600", "12.34", "4000000"), timed("59", "0", "70"), timed("forever", "0", "70"))
	if !shared(got[0], got[1]) || !shared(got[1], got[2]) || shared(got[2], got[3]) {
		t.Error("what is the same was read again, or what is not was not")
	}
	if got[2].Host.Memory.Available != 70 || got[1].Host.Memory.Available != 4000000 {
		t.Errorf("the memory is %+v, and was %+v", got[2].Host.Memory, got[1].Host.Memory)
	}
	var d iproute.Decoder
	for range 3 {
		r, err := d.Decode(timed("1", "1", "1"), "MARKER")
		if err != nil || r.Host.Missing(hostinfo.FactLibvirt, "") != nil || r.Host.Name != "" {
			t.Fatalf("%v: %+v", err, r.Host)
		}
		r.Host.Name = "hostA"
		r.Host.AddGap(hostinfo.FactLibvirt, "", "it was not asked")
	}
}

// What hosts have said is decoded again as it was at first, and what has no end is
// never given again.
func TestDecoderRecorded(t *testing.T) {
	trees, err := filepath.Glob("testdata/trees/*.answer")
	if err != nil || len(trees) == 0 {
		t.Fatal(err, trees)
	}
	for _, name := range append(trees, "testdata/iproute2.txt", "testdata/sysfs-root.txt", "testdata/sysfs-user.txt") {
		a := read(t, name[len("testdata/"):])
		got := sameAs(t, a, a, a[:len(a)/2], a[:len(a)/3], a)
		if shared(got[1], got[4]) {
			t.Errorf("%s: what was found before an answer that was cut is given again", name)
		}
		if whole := bytes.Contains(a, []byte(done)); shared(got[0], got[1]) != (whole && got[0].Host.Memory != nil) {
			t.Errorf("%s: shared is %v", name, shared(got[0], got[1]))
		}
	}
	sameAs(t, nil, nil, timed("1", "1", "1"), nil, timed("1", "1", "1"))
	twice := func(life string) []byte {
		return bytes.Replace(timed(life, "1", "1"), []byte("]}]"), []byte(`]},{"ifindex":2,"ifname":"br0"}]`), 2)
	}
	sameAs(t, twice("1"), twice("1"), twice("10"))
}

// Whatever byte of an answer becomes another, the answer is decoded as one that
// stands alone.
func TestDecoderEveryByte(t *testing.T) {
	base := timed("3600", "12.34", "4000000")
	for i := range base {
		for _, c := range []byte(`7x"` + "\n") {
			if other := bytes.Clone(base); c != base[i] {
				other[i] = c
				sameAs(t, base, other, base)
			}
		}
		if t.Failed() {
			t.Fatalf("byte %d, in %s", i, strconv.Quote(string(base[max(0, i-30):min(len(base), i+30)])))
		}
	}
}
