//go:build cgo && libvirt_dlopen

package act

import (
	"context"
	"errors"
	"time"

	golibvirt "libvirt.org/go/libvirt"
)

// job is a migration under way, as the source's libvirt shows it. A daemon that
// is busy may answer late: at most one question and one act are under way, each
// by itself, so that neither an abort nor the end of the call waits for one.
type job struct {
	way   Way
	order *Order
	began time.Time
	watch func(Progress)
	last  Progress

	seen           chan Progress
	asking         bool
	did            chan string // what an act came to
	acting         bool
	told, stats    bool // the abort was told; statistics were seen
	downtimeSet    bool
	postCopy, over bool // over: the time was up
	aborting       bool
}

func newJob(w Way, o *Order, began time.Time, watch func(Progress)) *job {
	return &job{way: w, order: o, began: began, watch: watch, seen: make(chan Progress, 1), did: make(chan string, 1)}
}

// look asks where the job stands.
func (j *job) look() {
	if j.asking {
		return
	}
	j.asking = true
	go func() {
		var p Progress
		err := j.domain(func(dom *golibvirt.Domain) error {
			stats, err := dom.GetJobStats(0)
			if err == nil {
				p.fill(stats)
			}
			return err
		})
		// A guest that has just left is not running, or not there.
		if err != nil && !errors.Is(err, golibvirt.ERR_NO_DOMAIN) && !errors.Is(err, golibvirt.ERR_OPERATION_INVALID) {
			p.Words = err.Error()
		}
		j.seen <- p
	}()
}

// domain hands the guest on the source to f.
func (j *job) domain(f func(*golibvirt.Domain) error) error {
	return j.way.From.Do(context.Background(), "ask for the job", func(c *golibvirt.Connect) error {
		dom, err := c.LookupDomainByUUIDString(j.order.UUID)
		if err != nil {
			return err
		}
		defer func() { _ = dom.Free() }()
		return f(dom)
	})
}

func (j *job) tell(p Progress) {
	p.Elapsed = time.Since(j.began)
	j.stats = j.stats || p.Total > 0
	p.Begun = j.stats
	j.last = p
	j.watch(p)
}

// say tells what was done or met, where the job stands being as it was.
func (j *job) say(words string) {
	if words == "" {
		return
	}
	p := j.last
	p.Elapsed, p.Words = time.Since(j.began), words
	j.watch(p)
}

// act does what is due. An abort that is refused because the job has not begun
// yet, or has none at this moment, is tried again at the next tick.
func (j *job) act(ctx context.Context) {
	running, o := j.last.Total > 0, j.order
	late := o.Timeout > 0 && time.Since(j.began) > o.Timeout && !j.over
	switch {
	case j.acting:
	case ctx.Err() != nil || j.aborting || late && o.OnTimeout == "abort":
		words := "the job is being aborted"
		if ctx.Err() != nil {
			words = "interrupted: " + words
		} else if late {
			words = "timed out: " + words
		}
		j.over, j.aborting = j.over || late, true
		j.do(j.once(words), (*golibvirt.Domain).AbortJob, "the job could not be aborted")
	case late && o.OnTimeout == "pause":
		j.over = true
		j.do("timed out: the guest is paused until it has moved", (*golibvirt.Domain).Suspend, "the guest could not be paused")
	case (late || running && o.PostCopy && j.last.Iteration > 1) && !j.postCopy:
		j.over, j.postCopy = j.over || late, true
		j.do("post-copy began", func(d *golibvirt.Domain) error { return d.MigrateStartPostCopy(0) }, "post-copy did not begin")
	case running && o.Downtime > 0 && !j.downtimeSet:
		j.downtimeSet = true
		j.do("", func(d *golibvirt.Domain) error {
			return d.MigrateSetMaxDowntime(uint64(o.Downtime.Milliseconds()), 0)
		}, "the downtime could not be set")
	}
}

// once is the words the first time, and nothing at every other try.
func (j *job) once(words string) string {
	if j.told {
		return ""
	}
	j.told = true
	return words
}

// do does one thing to the guest on the source and says what came of it.
func (j *job) do(words string, f func(*golibvirt.Domain) error, failed string) {
	j.acting = true
	if words != "" {
		j.say(words)
	}
	go func() {
		err := j.domain(f)
		if err == nil || errors.Is(err, golibvirt.ERR_OPERATION_INVALID) || errors.Is(err, golibvirt.ERR_NO_DOMAIN) {
			j.did <- ""
			return
		}
		j.did <- failed + ": " + message(err)
	}()
}
