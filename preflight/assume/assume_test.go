package assume_test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
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

var update = flag.Bool("update", false, "rewrite what is expected afterwards")

// TestCases runs the stories of testdata: a host that differs so from the
// healthy hostB, commands, and all that is different afterwards ("after"), or
// why it can't be ("refused").
func TestCases(t *testing.T) {
	files, err := fs.Glob(os.DirFS("testdata"), "*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range files {
		t.Run(name, func(t *testing.T) { testCase(t, "testdata/"+name) })
	}
}

func testCase(t *testing.T, path string) {
	ar, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	part := map[string]string{}
	for _, f := range ar.Files {
		part[f.Name] = strings.TrimSpace(string(f.Data))
	}
	h := host(t, part["hostB"])
	was := snapshot(h)
	after, err := run(h, strings.Split(part["run"], "\n"))
	if diff := cmp.Diff(was, snapshot(h)); diff != "" {
		t.Errorf("the host itself has changed:\n%s", diff)
	}
	if refused, ok := part["refused"]; ok {
		if err == nil || err.Error() != refused {
			t.Errorf("the error is %q, want %q", fmt.Sprint(err), refused)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	checkReasons(t, h, after)
	got := strings.Join(changes(was, snapshot(after)), "\n")
	if *update {
		i := slices.IndexFunc(ar.Files, func(f txtar.File) bool { return f.Name == "after" })
		ar.Files[i].Data = []byte(got + "\n")
		if err := os.WriteFile(path, txtar.Format(ar), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(strings.Split(part["after"], "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("afterwards (-want +got; go test ./preflight/assume -update rewrites it):\n%s", diff)
	}
}

// checkReasons: what was known and is not any more has a reason.
func checkReasons(t *testing.T, was, is *hostinfo.Host) {
	t.Helper()
	links := hostinfo.IndexLinks(was)
	for _, d := range is.Devices {
		w := links.ByName(d.Name)
		lost := w == nil && !d.LowerUp.Known() || w != nil && w.LowerUp.Known() && !d.LowerUp.Known() || w != nil && w.MTU != 0 && d.MTU == 0
		if g := is.Missing(preflight.FactAssumed, d.Name); lost && g == nil {
			t.Errorf("nothing says why the state of %s is unknown", d.Name)
		}
	}
}

func run(h *hostinfo.Host, lines []string) (*hostinfo.Host, error) {
	var commands []assume.Command
	for _, l := range lines {
		c, err := assume.Parse(l)
		if err != nil {
			return nil, err
		}
		commands = append(commands, c)
	}
	return assume.Apply(h, commands...)
}

// host is the healthy hostB, changed as the lines of a story tell.
func host(t *testing.T, lines string) *hostinfo.Host {
	t.Helper()
	s, err := story.Read(os.DirFS("../../fixtures/rules"), "base", []byte("-- hostB --\n"+lines+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return s.Plan.To.Host
}

// snapshot is what there is to know of a host, by name and word.
func snapshot(h *hostinfo.Host) map[string]map[string]string {
	name := func(index int) string {
		for _, d := range h.Devices {
			if d.Index == index && index != 0 {
				return d.Name
			}
		}
		return "none"
	}
	out := map[string]map[string]string{"host": {"routes": strings.Join(h.Setup.DefaultRoutes, ","), "gaps": gaps(h)}}
	for _, d := range h.Devices {
		words := map[string]string{
			"alt": strings.Join(d.AltNames, ","), "kind": d.Kind, "up": tri(d.Up), "carrier": tri(d.LowerUp), "mtu": fmt.Sprint(d.MTU), "mac": d.MAC,
			"on": name(d.Parent), "master": name(d.Master), "port-of": d.SlaveKind, "promiscuity": fmt.Sprint(d.Promiscuity), "held": strings.Join(d.Held, ","),
		}
		if v := d.VLAN; v != nil {
			words["vlan"] = fmt.Sprintf("%d/%s", v.ID, v.Protocol)
		}
		if b := d.Bond; b != nil {
			words["active"], words["lacp"] = name(b.ActiveSlave), fmt.Sprint(b.LACP != nil)
		}
		if p := d.BondPort; p != nil {
			words["mii"] = p.MIIStatus
		}
		if p := d.BridgePort; p != nil {
			words["vlans"] = p.String()
		}
		if d.VF != nil {
			words["vf-of"] = d.VF.Parent
		}
		out[d.Name] = words
	}
	for _, n := range h.Networks {
		out["network "+n.Name] = map[string]string{"active": tri(n.Active), "used": fmt.Sprint(n.Devices)}
	}
	for _, n := range h.Namespaces {
		for _, d := range n.Devices {
			out[n.Name+"/"+d.Name] = map[string]string{"on": name(d.Parent)}
		}
	}
	return out
}

// gaps are those that are no consequence of the commands.
func gaps(h *hostinfo.Host) string {
	return fmt.Sprint(slices.DeleteFunc(slices.Clone(h.Gaps), func(g hostinfo.Gap) bool { return g.Fact == preflight.FactAssumed }))
}

func tri(t hostinfo.Tri) string {
	return map[hostinfo.Tri]string{hostinfo.Yes: "yes", hostinfo.No: "no", hostinfo.Unknown: "unknown"}[t]
}

// changes are all differences, sorted: "bond0 carrier: yes to no", "-bond0.623".
func changes(was, is map[string]map[string]string) []string {
	var out []string
	for name := range was {
		if is[name] == nil {
			out = append(out, "-"+name)
		}
	}
	for name, words := range is {
		if was[name] == nil {
			out = append(out, "+"+name)
		}
		keys := map[string]bool{}
		for k := range words {
			keys[k] = true
		}
		for k := range was[name] {
			keys[k] = true
		}
		for k := range keys {
			a, b := was[name][k], words[k]
			if a != b && was[name] != nil {
				out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s: %s to %s", name, k, or(a), or(b))))
			} else if a != b && b != "none" && b != "0" {
				out = append(out, fmt.Sprintf("%s %s: %s", name, k, b))
			}
		}
	}
	slices.Sort(out)
	return out
}

func or(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

// TestParse: what is not understood is refused as a whole, and names come out of
// their quotes.
func TestParse(t *testing.T) {
	for _, line := range []string{
		"", "ip", "ip link", "ip link set", "ip link set dev", "ip link set dev eth1", "ip link set dev eth1 up down", "ip link set dev eth1 mtu",
		"ip link set dev eth1 mtu many", "ip link set dev eth1 mtu 99999999999", "ip link set dev eth1 mtu -1", "ip link set dev eth1 up && reboot",
		"ip link set dev eth1 name a/b", "ip link set dev eth1 name sixteen-letters-", "ip link set dev eth1 name ..", "ip link set dev eth1 address 1:2:3",
		"ip link set dev eth1 address 01:00:5e:00:00:01", "ip link set dev eth1 address 02:00:00:00:00:0g", "ip link set dev eth1 vf 0 mac 02:00:00:00:00:01",
		"ip link add link bond0 name x type vlan", "ip link add link bond0 name x type vlan id 4095", "ip link add link bond0 name x type vlan id 1 protocol 802.1x",
		"ip link add name x type vlan id 5", "ip link add link bond0 type vlan id 5", "ip link add link bond0 name x type macvtap", "ip link add link bond0 name x type vlan id 5 mode",
		"ip link add link bond0 name x type vlan id 5 loose_binding on", "ip link delete dev x y", "ip link delete", "ip link property add dev eth1", "ip link property add dev eth1 altname",
		"ip link property add dev eth1 altname " + strings.Repeat("x", 128), "ip link property swap dev eth1 altname x", "modprobe macvtap", "reboot",
		"virsh net-start", "virsh net-start lan other", "virsh net-destroy lan", "sudo ip link set dev eth1 up", "ip link set dev 'eth1 up", "ip\x00link",
	} {
		if _, err := assume.Parse(line); err == nil {
			t.Errorf("%q is understood", line)
		}
	}
	for _, line := range []string{
		"ip link set eth1 up", "ip link del eth1", "ip  link  set dev 'a;reboot' down", "ip link add name x link bond0 type vlan protocol 802.1AD id 0",
	} {
		if c, err := assume.Parse(line); err != nil || c.String() != line {
			t.Errorf("%q: %v, %v", line, c, err)
		}
	}
}

// FuzzApply: whatever a command and a host's facts look like, the host itself
// does not change, and nothing becomes good that is not known.
func FuzzApply(f *testing.F) {
	f.Add("ip link delete dev bond0", "br0 bridge\neth3 master=br0\nbond0 up=no")
	f.Add("ip link set dev eth1 nomaster", "eth1 carrier=unknown")
	f.Add("ip link set dev bond0 up\nip link set dev bond0.623 mtu 1400", "bond0 up=no\nbond0.623 on=bond0.623")
	f.Add("ip link set dev a master bond0", "a bond up=no\nb vlan on=a\na on=b")
	f.Fuzz(func(t *testing.T, lines, text string) {
		s, err := story.Read(os.DirFS("../../fixtures/rules"), "base", []byte("-- hostB --\n"+text+"\n"))
		if err != nil {
			return
		}
		h := s.Plan.To.Host
		was := snapshot(h)
		after, err := run(h, strings.Split(lines, "\n"))
		if diff := cmp.Diff(was, snapshot(h)); diff != "" {
			t.Fatalf("the host itself has changed:\n%s", diff)
		}
		if err != nil {
			return
		}
		for _, d := range after.Devices {
			if d.Kind == hostinfo.KindHardware && d.LowerUp == hostinfo.Yes && was[d.Name] != nil && was[d.Name]["carrier"] != "yes" {
				t.Errorf("%s has got a carrier out of %q", d.Name, lines)
			}
		}
	})
}
