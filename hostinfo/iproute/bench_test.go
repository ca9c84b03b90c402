package iproute_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute"
)

// host makes the answer of a host with n devices in the recorded words of
// iproute2: one bond with its ports, VLANs on it, and macvtaps on those. The
// rest is what a Debian host answers.
func host(tb testing.TB, n int) []byte {
	whole := read(tb, "iproute2.txt")
	var recorded []map[string]json.RawMessage // inside, the order is iproute2's
	_, link, _ := bytes.Cut(whole, []byte("MARKER begin link\n"))
	link, _, _ = bytes.Cut(link, []byte("\n"))
	if err := json.Unmarshal(link, &recorded); err != nil {
		tb.Fatal(err)
	}
	like := map[string]map[string]json.RawMessage{}
	for _, d := range recorded {
		like[strings.Trim(string(d["ifname"]), `"`)] = d
	}
	var out bytes.Buffer
	var names []string
	add := func(i int, like map[string]json.RawMessage, name, link, master string) {
		c := map[string]any{}
		for k, v := range like { // what is in it keeps its order
			c[k] = v
		}
		c["ifindex"], c["ifname"], c["address"] = i, name, fmt.Sprintf("52:54:00:00:%02x:%02x", i>>8, i&255)
		c["addr_info"] = []any{}
		if name == "bond0" {
			c["addr_info"] = addresses
			c["linkinfo"] = json.RawMessage(bytes.ReplaceAll(like["linkinfo"], []byte("eth1"), []byte("ens1f0")))
		}
		delete(c, "link")
		delete(c, "master")
		if link != "" {
			c["link"] = link
		}
		if master != "" {
			c["master"] = master
		}
		b, err := json.Marshal(c)
		if err != nil {
			tb.Fatal(err)
		}
		names = append(names, name)
		out.WriteString(",")
		out.Write(b)
	}
	add(2, like["eth1"], "ens1f0", "", "bond0")
	add(3, like["eth1"], "ens1f1", "", "bond0")
	add(4, like["bond0"], "bond0", "", "")
	for i := 5; i <= n; i++ {
		if vlan := 600 + i/10; i%10 == 5 {
			add(i, like["bond0.623"], fmt.Sprintf("bond0.%d", vlan), "bond0", "")
		} else {
			add(i, like["macvtap0"], fmt.Sprintf("macvtap%d", i), fmt.Sprintf("bond0.%d", 600+(i-5)/10), "")
		}
	}
	lo, _, _ := bytes.Cut(link, []byte("},"))
	_, rest, _ := bytes.Cut(read(tb, "trees/debian-sriov.answer"), []byte("\nMARKER begin shaping\n"))
	answer := bytes.Replace(whole, link, slices.Concat(lo, []byte("}"), out.Bytes(), []byte("]")), 1)
	answer = bytes.TrimSuffix(answer, []byte(done))
	return slices.Concat(answer, []byte(section("hardware", fmt.Sprintf(nics, strings.Join(names, " ")), 0, "")),
		[]byte("\nMARKER begin shaping\n"), rest)
}

// addresses are those of the bond.
var addresses = []map[string]any{
	{"family": "inet", "local": "10.0.0.5", "prefixlen": 24, "broadcast": "10.0.0.255", "scope": "global", "label": "bond0", "valid_life_time": 4294967295, "preferred_life_time": 4294967295},
	{"family": "inet6", "local": "2001:db8::5", "prefixlen": 64, "scope": "global", "valid_life_time": 4294967295, "preferred_life_time": 4294967295},
	{"family": "inet6", "local": "fe80::5054:ff:fe00:1", "prefixlen": 64, "scope": "link", "valid_life_time": 4294967295, "preferred_life_time": 4294967295},
}

// nics is the section "hardware", but for the names of all devices.
const nics = `all lo %s
@ens1f0
ifindex 2
speed 25000
duplex full
@ens1f1
ifindex 3
speed 25000
duplex full`

// TestMadeHost holds the benchmarks' host to being read in full.
func TestMadeHost(t *testing.T) {
	for _, n := range []int{49, 300} {
		h := decode(t, host(t, n)).Host
		if len(h.Devices) != n || h.Devices[1].Speed != 25000 || len(h.Devices[3].Addresses) != 2 || len(h.Setup.Configured) != 8 {
			t.Errorf("%d devices, %+v", len(h.Devices), h.Setup)
		}
		if bond, port := h.Devices[3].Bond, h.Devices[1].BondPort; bond == nil || bond.ActiveSlave != 2 || port == nil || port.MIIStatus != "UP" {
			t.Errorf("the bond is %+v, and its port %+v", bond, port)
		}
		for _, g := range h.Gaps {
			if g.Device != "" || g.Fact == hostinfo.FactDetails || g.Fact == hostinfo.FactAddresses {
				t.Errorf("a gap: %v", g)
			}
		}
	}
}

// benchmarkDecode measures Decode, which reads everything that a host says, and
// reports how many times the time of encoding/json it takes, which in the same
// run reads the devices alone: into maps, into structs of what is needed, and
// without keeping anything. The best of each counts: others use the machine.
func benchmarkDecode(b *testing.B, n int) {
	output := host(b, n)
	_, link, _ := bytes.Cut(output, []byte("MARKER begin link\n"))
	link, _, _ = bytes.Cut(link, []byte("\n"))
	peers := []struct {
		unit string
		read func() error
		best time.Duration
	}{
		{unit: "x-json-any", best: time.Hour, read: func() error { var v any; return json.Unmarshal(link, &v) }},
		{unit: "x-json-typed", best: time.Hour, read: func() error { var v []typed; return json.Unmarshal(link, &v) }},
		{unit: "x-json-valid", best: time.Hour, read: func() error {
			if !json.Valid(link) {
				return errors.New("not valid")
			}
			return nil
		}},
	}
	b.SetBytes(int64(len(output)))
	b.ReportAllocs()
	best := time.Hour
	for b.Loop() {
		b.StopTimer()
		for i := range peers {
			begin := time.Now()
			if err := peers[i].read(); err != nil {
				b.Fatal(err)
			}
			peers[i].best = min(peers[i].best, time.Since(begin))
		}
		b.StartTimer()
		begin := time.Now()
		if _, err := iproute.Decode(output, "MARKER"); err != nil {
			b.Fatal(err)
		}
		best = min(best, time.Since(begin))
	}
	for _, p := range peers {
		b.ReportMetric(float64(best)/float64(p.best), p.unit)
	}
}

// typed is what a reader with encoding/json would declare for the same facts.
type typed struct {
	Index     int      `json:"ifindex"`
	Name      string   `json:"ifname"`
	AltNames  []string `json:"altnames"`
	Link      string   `json:"link"`
	LinkIndex int      `json:"link_index"`
	Master    string   `json:"master"`
	Flags     []string `json:"flags"`
	MTU       int      `json:"mtu"`
	MaxMTU    int      `json:"max_mtu"`
	OperState string   `json:"operstate"`
	LinkType  string   `json:"link_type"`
	Address   string   `json:"address"`
	Permanent string   `json:"permaddr"`
	ParentDev string   `json:"parentdev"`
	Promisc   int      `json:"promiscuity"`
	AllMulti  int      `json:"allmulti"`
	LinkInfo  struct {
		Kind      string         `json:"info_kind"`
		Data      map[string]any `json:"info_data"`
		SlaveKind string         `json:"info_slave_kind"`
		SlaveData map[string]any `json:"info_slave_data"`
	} `json:"linkinfo"`
}

func BenchmarkDecode49(b *testing.B)  { benchmarkDecode(b, 49) }
func BenchmarkDecode300(b *testing.B) { benchmarkDecode(b, 300) }
