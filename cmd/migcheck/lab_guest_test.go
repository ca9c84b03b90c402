//go:build lab

package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// eventually is how long a condition may take to come true on a busy machine. It
// is no measure of anything.
const eventually = 10 * time.Minute

// guest is a domain that was made for a scenario.
type guest struct {
	name, xml, state string
	both, mute       bool
	often            bool // other scenarios use it as well
	macs             []string
	// segments are where each NIC's frames went on hostA.
	segments []string
	// lastMigration is what its QEMU knows of the last migration out of it.
	lastMigration string
}

var (
	nameElement = regexp.MustCompile(`<name>([^<]+)</name>`)
	macElement  = regexp.MustCompile(`<mac address='([^']+)'/>`)
)

func nameIn(xml string) string { return nameElement.FindStringSubmatch(xml)[1] }

func newGuest(s *scenario, xml string) *guest {
	g := &guest{name: nameIn(xml), xml: xml, state: s.state, both: s.both, mute: s.mute, often: len(s.edits) == 0 && s.guest != "more/two-nics"}
	for _, m := range macElement.FindAllStringSubmatch(xml, -1) {
		g.macs = append(g.macs, m[1])
	}
	return g
}

// same says whether the guest that is there will do.
func (g *guest) same(want *guest) bool {
	return g.xml == want.xml && g.state == want.state && want.state == "running" && g.mute == want.mute
}

func (g *guest) mode(m string) bool { return strings.Contains(g.xml, "mode='"+m+"'") }

// virsh runs this machine's virsh against a host's libvirtd: on an emulated host
// it takes seconds to start.
func (l *lab) virsh(host, stdin string, args ...string) (string, error) {
	words := []string{"in", "virsh", "-q", "-c", "qemu+tcp://" + host + "/system"}
	out, err := l.feed(stdin, append(words, args...)...)
	return string(out), err
}

// removeGuests ends and undefines whatever guests a host has.
func (l *lab) removeGuests(host string) error {
	active, err := l.virsh(host, "", "list", "--uuid")
	if err != nil {
		return err
	}
	for _, uuid := range strings.Fields(active) {
		if _, err := l.virsh(host, "", "destroy", uuid); err != nil {
			return err
		}
	}
	defined, err := l.virsh(host, "", "list", "--all", "--uuid")
	if err != nil {
		return err
	}
	for _, uuid := range strings.Fields(defined) {
		if _, err := l.virsh(host, "", "undefine", uuid); err != nil {
			return err
		}
	}
	return nil
}

// start makes the guest on hostA, waits until it speaks on every NIC, and takes
// it to the state that the scenario wants.
func (p *proof) start(g *guest) error {
	if err := p.removeGuests("hostA"); err != nil {
		return err
	}
	mark := p.wire.mark()
	if err := p.boot(g); err != nil {
		return err
	}
	if err := p.speaks(g, mark); err != nil {
		return err
	}
	var err error
	switch g.state {
	case "paused":
		_, err = p.virsh("hostA", "", "suspend", g.name)
	case "shut off":
		_, err = p.virsh("hostA", "", "destroy", g.name)
	}
	if err == nil {
		g.lastMigration, err = p.lastMigration(g)
	}
	return err
}

// boot starts a guest. Under two emulators it takes longest that a guest boots:
// one that is used again and again is saved when it speaks, and later restored.
func (p *proof) boot(g *guest) error {
	words := []string{"start", g.name}
	file, saved := p.saved[g.xml]
	switch {
	case g.state == "transient":
		_, err := p.virsh("hostA", g.xml, "create", "/dev/stdin")
		return err
	case saved:
		words = []string{"restore", file}
	}
	if _, err := p.virsh("hostA", g.xml, "define", "/dev/stdin"); err != nil {
		return err
	}
	mark := p.wire.mark()
	if _, err := p.virsh("hostA", "", words...); err != nil || saved || !g.often {
		return err
	}
	if err := p.speaks(g, mark); err != nil {
		return err
	}
	file = fmt.Sprintf("/var/tmp/guest-%d.save", len(p.saved))
	if _, err := p.virsh("hostA", "", "save", g.name, file); err != nil {
		return err
	}
	p.saved[g.xml] = file
	_, err := p.virsh("hostA", "", "restore", file)
	return err
}

// speaks waits until the guest was heard from hostA on every NIC, and notes
// where; of a guest that is mute there, until it has begun to run.
func (p *proof) speaks(g *guest, mark int) error {
	g.segments = make([]string, len(g.macs))
	if g.mute {
		return p.alive("hostA", g)
	}
	deadline := time.After(eventually)
	for i, mac := range g.macs {
		for g.segments[i] == "" {
			heard, more := p.wire.since(mark, "hostA", mac)
			if len(heard) > 0 {
				g.segments[i] = heard[len(heard)-1].segment
				break
			}
			select {
			case <-more:
			case <-deadline:
				return fmt.Errorf("%s on hostA was not heard: %s", g.name, mac)
			}
		}
	}
	return nil
}

// alive waits until a guest has computed for some time.
func (p *proof) alive(host string, g *guest) error {
	begin, err := p.cpuTime(host, g)
	for deadline := time.Now().Add(eventually); err == nil; {
		var now float64
		if now, err = p.cpuTime(host, g); now-begin > 3 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s on %s does not run", g.name, host)
		}
	}
	return err
}

var cpuLine = regexp.MustCompile(`vcpu\.0\.time=(\d+)`)

// cpuTime is what the guest's CPU has used, in seconds.
func (p *proof) cpuTime(host string, g *guest) (float64, error) {
	out, err := p.virsh(host, "", "domstats", "--vcpu", g.name)
	if err != nil {
		return 0, err
	}
	m := cpuLine.FindStringSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("domstats %s: no CPU time in %q", g.name, out)
	}
	ns, err := strconv.ParseFloat(m[1], 64)
	return ns / 1e9, err
}

// monitor asks the guest's QEMU.
func (p *proof) monitor(host, name, command string) (json.RawMessage, error) {
	out, err := p.virsh(host, "", "qemu-monitor-command", name, command)
	if err != nil {
		return nil, err
	}
	var answer struct{ Return json.RawMessage }
	err = json.Unmarshal([]byte(out), &answer)
	return answer.Return, err
}

// lastMigration is what QEMU on hostA knows of migrations out of it; "" of a
// guest that has no QEMU.
func (p *proof) lastMigration(g *guest) (string, error) {
	if g.state == "shut off" {
		return "", nil
	}
	out, err := p.monitor("hostA", g.name, `{"execute":"query-migrate"}`)
	return strings.TrimPrefix(string(out), "{}"), err
}

// sent is how many frames a NIC has handed to the host: from its transmit queue
// where it is a virtio one, which a dead lower device does not change, else as
// its macvtap counts.
func (p *proof) sent(host string, g *guest, nic int) (int, error) {
	if strings.Contains(g.xml, "type='virtio'") {
		var queue struct {
			Last uint16 `json:"last-avail-idx"`
		}
		command := fmt.Sprintf(`{"execute":"x-query-virtio-queue-status","arguments":{"path":"/machine/peripheral/net%d/virtio-backend","queue":1}}`, nic)
		out, err := p.monitor(host, g.name, command)
		if err == nil {
			err = json.Unmarshal(out, &queue)
		}
		return int(queue.Last), err
	}
	out, err := p.virsh(host, "", "domifstat", g.name, g.macs[nic])
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(out) {
		if w := strings.Fields(line); len(w) == 3 && w[1] == "tx_packets" {
			return strconv.Atoi(w[2])
		}
	}
	return 0, fmt.Errorf("domifstat %s: no count in %q", g.name, out)
}

// send runs virsh migrate.
func (p *proof) send(g *guest, s *scenario) (string, error) {
	args, stdin := []string{"migrate", "--live"}, ""
	if g.state == "shut off" {
		args = []string{"migrate", "--offline", "--persistent"}
	}
	if dev, to, ok := strings.Cut(s.mapped, "="); ok {
		text, err := p.virsh("hostA", "", "dumpxml", "--migratable", g.name)
		if err != nil {
			return "", err
		}
		stdin = strings.ReplaceAll(text, "'"+dev+"'", "'"+to+"'")
		args = append(args, "--xml", "/dev/stdin")
	}
	return p.virsh("hostA", stdin, append(args, g.name, "qemu+tcp://hostB/system")...)
}

// whereabouts says whether the guest has arrived, and is an error where it
// runs twice, or nowhere.
func (p *proof) whereabouts(g *guest) (arrived bool, err error) {
	at := map[string]bool{}
	for _, host := range []string{"hostA", "hostB"} {
		words := []string{"list", "--name"}
		switch g.state {
		case "paused":
			words = append(words, "--state-paused")
		case "shut off":
			words = append(words, "--all")
		default:
			words = append(words, "--state-running")
		}
		out, err := p.virsh(host, "", words...)
		if err != nil {
			return false, err
		}
		at[host] = slices.Contains(strings.Fields(out), g.name)
	}
	if g.state == "shut off" {
		return at["hostB"], nil
	}
	if at["hostA"] == at["hostB"] {
		return false, fmt.Errorf("%s should be %s on one host, and is so on: %v", g.name, g.state, at)
	}
	return at["hostB"], nil
}
