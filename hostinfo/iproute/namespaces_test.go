package iproute_test

import (
	"strings"
	"testing"

	"migcheck/hostinfo"
)

// netns is an answer of root's with that section.
func netns(body string, status int, stderr string) []byte {
	return []byte(section("facts", "user root", 0, "") + section("netns", body, status, stderr) + done)
}

func TestNamespaces(t *testing.T) {
	const blue = "\n@blue\n" + `[{"ifindex":1,"ifname":"lo"},{"ifindex":9,"ifname":"eth0","link_index":4,"link_netnsid":0,"linkinfo":{"info_kind":"macvlan","info_data":{"mode":"bridge"}}}]` + "\n"
	const green = "\n@pid 77 (nginx)\n" + `[{"ifindex":1,"ifname":"lo"}]` + "\n"
	for _, c := range []struct {
		what   string
		answer []byte
		names  string // of the namespaces
		gap    string // part of the reason; empty: none
	}{
		{"two", netns("whole yes\nothers 2\n"+blue+green, 0, ""), "blue, pid 77 (nginx)", ""},
		{"none", netns("whole yes\nothers 0\n", 0, ""), "", ""},
		{"too many", netns("whole yes\nothers 129\n", 0, ""), "", "129 other network namespaces"},
		{"a process that is not for root", netns("refused yes\nwhole yes\nothers 1\n"+blue, 0, ""), "blue", "not even root may look into some processes"},
		{"in a container", netns("others 1\n"+blue, 0, ""), "blue", "of one container"},
		{"one is unread", netns("whole yes\nothers 2\n\n@blue\n\nunread\n"+green, 0, "nsenter: not found"), "blue, pid 77 (nginx)", "network namespace blue: the look"},
		{"one is gone", netns("whole yes\nothers 2\n"+green+"\n@pid 78 (true)\n", 7, "nsenter: cannot open"), "pid 77 (nginx), pid 78 (true)", "went away"},
		{"interrupted", netns("whole yes\nothers 1\n"+blue, 0, "Dump was interrupted and may be inconsistent."), "blue", "interrupted"},
		{"no stat", netns("", 1, "stat: not found"), "", "exit status 1: stat: not found"},
		{"cut", []byte("\nMARKER begin facts\nuser root\n\nMARKER end facts 0\n\nMARKER begin netns\nwhole yes\nothers 2\n" + blue), "blue", "cut after"},
		{"another user", []byte(section("facts", "user alice", 0, "") + section("netns", "", 0, "") + done), "", "only root may look into other network namespaces, not user alice"},
		{"details that are not shown", netns("whole yes\nothers 1\n\n@x\n"+`[{"ifindex":1,"ifname":"m","linkinfo":{"info_kind":"macvtap"}}]`, 0, ""), "x", "network namespace x: "},
		{"no device", netns("whole yes\nothers 1\n\n@x\n[]\n", 0, ""), "x", "no device was shown"},
	} {
		h := decode(t, c.answer).Host
		var names []string
		for _, n := range h.Namespaces {
			names = append(names, n.Name)
		}
		g := h.Missing(hostinfo.FactNamespaces, "")
		if got := strings.Join(names, ", "); got != c.names || (g == nil) != (c.gap == "") || g != nil && !strings.Contains(g.Reason, c.gap) {
			t.Errorf("%s: %s; gap %+v", c.what, got, g)
		}
	}
	d := decode(t, netns("whole yes\nothers 1\n"+blue, 0, "")).Host.Namespaces[0].Called("eth0")
	if d == nil || d.Parent != 4 || !d.ParentElsewhere || d.Macvlan.Mode != "bridge" {
		t.Errorf("a container's macvlan is %+v", d)
	}
}

// An alias is its owner's to choose, and before 7.1 ip printed its line breaks
// as they are.
func TestAliasMakesNoNamespace(t *testing.T) {
	h := decode(t, netns("whole yes\nothers 1\n\n@blue\n"+`[{"ifindex":1,"ifname":"lo","ifalias":"x`+"\n@red\n[]\n@"+`"},{"ifindex":2,"ifname":"eth0"}]`+"\n", 0, "")).Host
	if len(h.Namespaces) != 1 || len(h.Namespaces[0].Devices) != 2 || h.Missing(hostinfo.FactNamespaces, "") != nil {
		t.Errorf("%+v, gaps %+v", h.Namespaces, h.Gaps)
	}
}
