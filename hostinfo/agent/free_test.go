package agent

import (
	"testing"

	"migcheck/hostinfo"
)

// Memory that is used and freed is told with each answer, and is no change.
func TestFreeMemory(t *testing.T) {
	m := newMachine("up0")
	free := func(n int) {
		m.change(func(h *hostinfo.Host) { h.Memory = &hostinfo.Memory{Total: 1 << 20, Available: n} })
	}
	free(1000)
	_, path := serve(t, m)
	c := NewClient(Local(path))
	defer c.Close()
	ask := func() *hostinfo.Host {
		h, err := c.Inventory(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	first, tag := ask(), c.Tag()
	if first.Memory == nil || first.Memory.Available != 1000 || first.Missing(hostinfo.FactMemory, "") != nil {
		t.Errorf("%+v, %+v", first.Memory, first.Gaps)
	}
	free(2000)
	second := ask()
	if second.Memory == nil || second.Memory.Available != 2000 || first.Memory.Available != 1000 || c.Tag() != tag {
		t.Errorf("%+v after %+v, with the tags %s and %s", second.Memory, first.Memory, tag, c.Tag())
	}
	m.change(func(h *hostinfo.Host) {
		h.Memory, h.Gaps = nil, []hostinfo.Gap{{Fact: hostinfo.FactMemory, Reason: "it is not told"}}
	})
	if third := ask(); third.Memory != nil || third.Missing(hostinfo.FactMemory, "") == nil || c.Tag() == tag {
		t.Errorf("%+v, %+v", third.Memory, third.Gaps)
	}
}

// What no host can have is not taken for its memory.
func TestImpossibleMemory(t *testing.T) {
	for _, text := range []string{
		``, `x`, `[]`, `{}`, `{"total":-1,"available":-2}`, `{"total":10,"available":11}`, `{"total":1e99,"available":1}`,
		`{"total":9007199254740993000,"available":1}`, `{"total":100,"available":1,"default_page":-4}`,
		`{"total":100,"available":1,"pools":[{"size":0,"pages":1,"free":1}]}`,
		`{"total":100,"available":1,"pools":[{"size":2048,"pages":9223372036854775807,"free":1}]}`,
		`{"total":100,"available":1,"pools":[{"size":4,"pages":2,"free":3}]}`,
	} {
		h := &hostinfo.Host{Gaps: []hostinfo.Gap{{Fact: hostinfo.FactMemory}}}
		if takeMemory(h, text); h.Memory != nil || h.Missing(hostinfo.FactMemory, "") == nil {
			t.Errorf("%s was taken for %+v", text, h.Memory)
		}
	}
}
