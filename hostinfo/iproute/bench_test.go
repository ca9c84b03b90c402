package iproute_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"migcheck/hostinfo/iproute"
)

// host makes the answer of a host with n devices in the recorded words of
// iproute2: one bond with its ports, VLANs on it, and macvtaps on those.
func host(tb testing.TB, n int) []byte {
	whole := read(tb, "iproute2.txt")
	var recorded []map[string]any
	_, link, _ := bytes.Cut(whole, []byte("MARKER begin link\n"))
	link, _, _ = bytes.Cut(link, []byte("\n"))
	if err := json.Unmarshal(link, &recorded); err != nil {
		tb.Fatal(err)
	}
	like := map[string]map[string]any{}
	for _, d := range recorded {
		like[d["ifname"].(string)] = d
	}
	var out bytes.Buffer
	add := func(i int, like map[string]any, name, link, master string) {
		c := map[string]any{}
		for k, v := range like {
			c[k] = v
		}
		c["ifindex"], c["ifname"], c["address"] = i, name, fmt.Sprintf("52:54:00:00:%02x:%02x", i>>8, i&255)
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
	return bytes.Replace(whole, link, slices.Concat(lo, []byte("}"), out.Bytes(), []byte("]")), 1)
}

// benchmarkDecode measures Decode, which reads everything that a host says, and
// reports how many times the time of encoding/json it takes, which in the same
// run reads the devices alone: into maps, into structs of what is needed, and
// without keeping anything. The best of each counts: others use the machine.
func benchmarkDecode(b *testing.B, n int) {
	output := host(b, n)
	if got := len(decode(b, output).Host.Devices); got != n {
		b.Fatalf("%d devices", got)
	}
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
