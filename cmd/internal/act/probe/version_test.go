package probe_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"migcheck/cmd/internal/act/probe"
	core "migcheck/hostinfo/probe"
)

// other is the program of another migcheck: what it answers to each order.
type other map[string]string

// start is the other end of a connection to it. It hears nothing, as one does whose
// frames are of another version.
func (o other) start(host string) func(context.Context) (*probe.End, error) {
	return func(context.Context) (*probe.End, error) {
		here, there := net.Pipe()
		go func() {
			defer there.Close()
			for lines := bufio.NewScanner(there); lines.Scan(); {
				var order core.Order
				_ = json.Unmarshal(lines.Bytes(), &order)
				_, _ = io.WriteString(there, o[order.Do]+"\n")
			}
		}()
		return probe.Over(host, here), nil
	}
}

// Two programs of which one is another migcheck's prove something only where they
// send the same frames and answer what was asked.
func TestOtherVersions(t *testing.T) {
	const mac = "02:00:00:00:00:01"
	with := func(do, answer string) other {
		o := other{
			core.Open:  fmt.Sprintf(`{"mac":"%s","mtu":1500,"version":%d}`, mac, core.Version),
			core.Send:  `{"sent":4}`,
			core.Await: `{"heard":{"frames":0}}`,
		}
		o[do] = answer
		return o
	}
	for _, c := range []struct {
		name string
		b    other
		want string // why it is undecided; empty: no frame passed
	}{
		{"the same", with("", ""), ""},
		{"more fields", with(core.Await, `{"heard":{"frames":0,"colour":"red"},"new":[{}]}`), ""},
		{"later frames", with(core.Open, `{"mac":"`+mac+`","mtu":1500,"version":2}`), "its frames are of version 1, and those of hostB's of version 2"},
		{"earlier frames", with(core.Open, `{"mac":"`+mac+`","mtu":1500}`), "its frames are of version 0, and those of hostA's of version 1"},
		{"no such order", with(core.Await, `{"error":{"kind":"odd","text":"\"await\" is no order"}}`), "is no order"},
		{"another answer", with(core.Await, `{"listened":{"frames":8}}`), "does not say what it heard"},
		{"another kind of answer", with(core.Await, `{"heard":"much"}`), "read the answer"},
		{"nothing sent", with(core.Send, `{"transmitted":4}`), "took none of the frames"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := probe.At{Host: "hostA", Name: "eth1", MAC: mac}, probe.At{Host: "hostB", Name: "eth1", MAC: mac}
			p := probe.Between(t.Context(), a, b, 1500, with("", "").start("hostA"), c.b.start("hostB"))
			if (p.Undecided == "") != (c.want == "") || !strings.Contains(p.Undecided, c.want) || p.BothWays() {
				t.Errorf("%+v", p)
			}
		})
	}
}
