package preflight_test

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"migcheck/preflight"
	"migcheck/preflight/rules"
)

var sent = []byte("<domain/>")

// live is the plan of a migration between hosts that were read just now.
func live(t *testing.T, text string) *preflight.Plan {
	t.Helper()
	p := tell(t, text)
	p.Migration = &preflight.Migration{}
	for _, v := range []*preflight.View{p.From, p.To} {
		v.Live, v.Gathered = true, p.Now
	}
	return p
}

const reached = "-- hostA --\npath hostB name=hostB address=10.0.0.2 device=eth1 mtu=1500 49152=refused\n"

func cleared(t *testing.T, p *preflight.Plan) *preflight.Clearance {
	t.Helper()
	_, c, err := preflight.Clear(p, rules.All, sent)
	if err != nil || c == nil {
		t.Fatalf("a healthy pair: %v", err)
	}
	return c
}

func trip(p *preflight.Plan) preflight.Trip {
	return preflight.Trip{UUID: p.Guest.UUID, From: p.From.Name, To: p.To.Name}
}

// TestClear: what is refused clearance, and by which word.
func TestClear(t *testing.T) {
	cleared(t, live(t, reached))
	for name, c := range map[string]struct {
		text   string
		change func(*preflight.Plan)
		word   string
	}{
		"judged only":        {reached, func(p *preflight.Plan) { p.Migration = nil }, "to judge"},
		"blocked":            {reached + otherVLAN, nil, "is blocked"},
		"undecided":          {unobserved, nil, "is undecided"},
		"recorded":           {reached, func(p *preflight.Plan) { p.To.Live = false }, "hostB was not read just now"},
		"old":                {reached, func(p *preflight.Plan) { p.From.Gathered = p.Now.Add(-61 * time.Second) }, "hostA was read 61 s ago"},
		"of the future":      {reached, func(p *preflight.Plan) { p.From.Gathered = p.Now.Add(time.Hour) }, "in the future"},
		"without a time":     {reached, func(p *preflight.Plan) { p.From.Gathered = time.Time{} }, "nobody knows when"},
		"a missing host":     {reached, func(p *preflight.Plan) { p.To = nil }, "not observed"},
		"after the fact":     {reached, func(p *preflight.Plan) { p.Arrival = &preflight.Arrival{} }, "already"},
		"a guest of no UUID": {reached, func(p *preflight.Plan) { p.Guest.UUID = "" }, "no UUID"},
		"a waived undecided": {
			reached + "-- hostB --\ndomain guest1 uuid=11111111-1111-4111-8111-111111111111 state=\"\"\n",
			func(p *preflight.Plan) { p.Waivers = everyRule() }, "waiving that clears nothing",
		},
	} {
		p := live(t, c.text)
		if c.change != nil {
			c.change(p)
		}
		_, got, err := preflight.Clear(p, rules.All, sent)
		var refused *preflight.Refusal
		if got != nil || !errors.As(err, &refused) || !strings.Contains(err.Error(), c.word) {
			t.Errorf("%s: %v, %v; want a refusal with %q", name, got, err, c.word)
		}
	}
	if _, c, err := preflight.Clear(live(t, reached), rules.All); c != nil || err == nil {
		t.Error("clearance without the guest's definition")
	}
	if _, c, err := preflight.Clear(live(t, reached), nil, sent); c != nil || err == nil {
		t.Error("clearance without a rule")
	}
}

// TestConfirm: what was read right before the trigger, and what it does to the
// clearance.
func TestConfirm(t *testing.T) {
	for name, c := range map[string]struct {
		text   string
		sent   string
		word   string // of the withdrawal; empty: confirmed
		change string // of what is only told
	}{
		"nothing changed":      {text: ""},
		"a neighbour moved in": {text: "-- hostB --\nmacvtap9 macvtap on=bond0.623 mac=52:54:00:aa:00:99\n", change: "macvtap9 on bond0.623 is new"},
		"another link":         {text: "-- hostB --\neth9\n"},
		"another VLAN":         {text: "-- hostB --\nbond0.623 id=624\n", word: "vlan-mismatch"},
		"made anew":            {text: "-- hostB --\nbond0.623 index=77\n", word: "the device bond0.623 of nic 0 has changed"},
		"the MAC is taken":     {text: "-- hostB --\nmacvtap9 macvtap on=bond0.623 mac=52:54:00:aa:00:01\n", word: "mac-busy-on-lowerdev"},
		"another definition":   {sent: "<domain id='2'/>", word: "definition is another one"},
		"another guest":        {text: "-- guest.xml --\n<domain><name>guest1</name><uuid>22222222-1111-4111-8111-111111111111</uuid><devices/></domain>\n", word: "about another guest"},
		"gone down":            {text: "-- hostB --\nbond0.623 up=no\n", word: "lowerdev-admin-down"},
	} {
		before := live(t, reached)
		clearance := cleared(t, before)
		definition := sent
		if c.sent != "" {
			definition = []byte(c.sent)
		}
		_, changes, err := clearance.Confirm(live(t, reached+c.text), rules.All, definition)
		var gone *preflight.Withdrawn
		switch {
		case c.word == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.word != "" && (!errors.As(err, &gone) || !strings.Contains(err.Error(), c.word)):
			t.Errorf("%s: %v; want it withdrawn for %q", name, err, c.word)
		case !strings.Contains(strings.Join(changes, "\n"), c.change):
			t.Errorf("%s: %q; want %q among them", name, changes, c.change)
		}
		if spent := clearance.Spend(trip(before), before.Now) == nil; spent != (c.word == "") {
			t.Errorf("%s: usable afterwards: %v", name, spent)
		}
	}
}

// TestSpend: once, for what it was given, and not later.
func TestSpend(t *testing.T) {
	p := live(t, reached)
	confirmed := func() *preflight.Clearance {
		c := cleared(t, p)
		if _, _, err := c.Confirm(live(t, reached), rules.All, sent); err != nil {
			t.Fatal(err)
		}
		return c
	}
	var none *preflight.Clearance
	copied := *confirmed()
	other := trip(p)
	other.To = "hostC"
	for name, err := range map[string]error{
		"none":            none.Spend(trip(p), p.Now),
		"zero":            new(preflight.Clearance).Spend(trip(p), p.Now),
		"a copy":          copied.Spend(trip(p), p.Now),
		"not confirmed":   cleared(t, p).Spend(trip(p), p.Now),
		"for another":     confirmed().Spend(other, p.Now),
		"a minute later":  confirmed().Spend(trip(p), p.Now.Add(preflight.MaxAge+time.Second)),
		"an hour earlier": confirmed().Spend(trip(p), p.Now.Add(-time.Hour)),
	} {
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	c := confirmed()
	if err := c.Spend(trip(p), p.Now.Add(preflight.MaxAge)); err != nil {
		t.Errorf("within its time: %v", err)
	}
	if c.Spend(trip(p), p.Now) == nil {
		t.Error("accepted twice")
	}
	if _, _, err := c.Confirm(live(t, reached), rules.All, sent); err == nil {
		t.Error("confirmed after it was spent")
	}
}

// TestCheatsDoNotCompile builds what somebody might try instead of asking the
// engine. The honest one shows that the others fail for their own sake.
func TestCheatsDoNotCompile(t *testing.T) {
	for name, word := range map[string]string{
		"honest":  "",
		"literal": "cannot refer to unexported field confirmed",
		"assign":  "c.spent undefined",
		"byvalue": "invalid method expression preflight.Clearance.Spend",
		"report":  "cannot use r (variable of type *preflight.Report) as *preflight.Plan",
	} {
		out, err := exec.Command("go", "build", "./testdata/cheats/"+name).CombinedOutput()
		if (err == nil) != (word == "") || !strings.Contains(string(out), word) {
			t.Errorf("%s: %v, want %q in\n%s", name, err, word, out)
		}
	}
}
