package act

import (
	"fmt"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
)

// Place is what one host's libvirt says of the guest.
type Place struct {
	Host   string
	Known  bool   // it was asked and answered
	Why    string // why not, if it did not
	Has    bool   // it knows the guest, active or not
	State  hostinfo.DomainState
	Reason string // why it is in that state, in virsh's words ("migration", "booted")
	Job    string // what libvirt is doing with it; empty if nothing
}

// active says whether the guest has an emulator there.
func (p *Place) active() bool { return p.Known && p.Has && p.State.Active() }

// runs says whether its CPUs run there, as far as libvirt knows.
func (p *Place) runs() bool { return p.active() && p.State != hostinfo.StatePaused }

// OnCPU says whether libvirt shows the guest as one whose CPUs run, so that it
// has not been handed over.
func (p *Place) OnCPU() bool {
	return p.Known && (p.State == hostinfo.StateRunning || p.State == hostinfo.StateBlocked)
}

// words is the place in a clause: "hostA: running (booted)".
func (p *Place) words() string {
	switch {
	case !p.Known:
		return p.Host + " did not say (" + p.Why + ")"
	case !p.Has:
		return p.Host + " does not have it"
	}
	out := p.Host + ": " + string(p.State)
	if p.State == hostinfo.StateUnknown {
		out = p.Host + ": state unknown"
	}
	if p.Reason != "" {
		out += " (" + p.Reason + ")"
	}
	if p.Job != "" {
		out += ", " + p.Job
	}
	return out
}

// Whereabouts is where a guest is, by what both hosts say.
type Whereabouts struct {
	Guest    string
	Before   hostinfo.DomainState // before the migration was asked for
	ToKnew   bool                 // the destination had a definition of it before
	Moves    bool                 // its definition is not to stay on the source
	From, To Place
}

// Outcome is what became of a migration.
type Outcome string

// The outcomes. Only the first two need nobody's hand.
const (
	Arrived Outcome = "arrived" // it is on the destination, and not active on the source
	Stayed  Outcome = "stayed"  // it is on the source as before, and not active on the destination
	Halted  Outcome = "halted"  // it stands still, and a command sets it going
	Unclear Outcome = "unclear" // a host did not answer
	Twice   Outcome = "twice"   // both run it
	Lost    Outcome = "lost"    // neither has it active
)

// Ruling is what follows from whereabouts.
type Ruling struct {
	Outcome  Outcome
	Where    string   // one sentence
	Commands []string // what to do, each with its host
}

// Rule says where the guest is, how that is known, and what to do about it. It
// never advises to set a copy going while another may run.
func (w *Whereabouts) Rule() Ruling {
	r := w.rule()
	r.Where += " (libvirt says: " + w.From.words() + "; " + w.To.words() + ")"
	return r
}

func (w *Whereabouts) rule() Ruling {
	from, to, name := &w.From, &w.To, w.Guest
	paused := w.Before == hostinfo.StatePaused
	switch {
	case !from.Known || !to.Known:
		return w.halfKnown()
	case from.runs() && to.runs():
		return Ruling{Twice, "SPLIT BRAIN: " + name + " runs on " + from.Host + " and on " + to.Host + " at the same time", []string{
			w.on(from, "suspend"), w.on(to, "suspend"),
			"then find out which of the two is right, and end the other: virsh destroy",
		}}
	case to.runs() && from.active():
		return Ruling{
			Halted, name + " runs on " + to.Host + ", and a paused copy of it is left on " + from.Host + " that must never be resumed",
			w.end(from),
		}
	case to.runs():
		return Ruling{Outcome: Arrived, Where: name + " runs on " + to.Host}
	case from.runs():
		return w.runsAtHome()
	case from.active() && to.active():
		return Ruling{
			Halted, name + " is paused on both hosts: what " + to.Host + " has was not confirmed",
			append([]string{w.on(to, "destroy")}, w.resume(from)...),
		}
	case from.active():
		return Ruling{halted(paused), name + " is paused on " + from.Host, w.resume(from)}
	case to.active():
		arrived := halted(paused)
		if arrived == Stayed {
			arrived = Arrived
		}
		return Ruling{arrived, name + " is paused on " + to.Host, w.resume(to)}
	}
	return w.nowhere()
}

// halted: a guest that was paused before is where it should be.
func halted(paused bool) Outcome {
	if paused {
		return Stayed
	}
	return Halted
}

// end are the commands that end the copy that the destination has replaced.
func (w *Whereabouts) end(p *Place) []string {
	if w.Moves {
		return []string{w.on(p, "destroy"), w.on(p, "undefine")}
	}
	return []string{w.on(p, "destroy")}
}

// resume is the command that sets a copy going, if the guest ran before.
func (w *Whereabouts) resume(p *Place) []string {
	if w.Before == hostinfo.StatePaused {
		return nil
	}
	return []string{w.on(p, "resume")}
}

func (w *Whereabouts) runsAtHome() Ruling {
	r := Ruling{Outcome: Stayed, Where: w.Guest + " runs on " + w.From.Host}
	if w.To.active() { // an emulator that waits for memory which no longer comes
		r.Outcome = Halted
		r.Where += ", and a copy that does not run is left on " + w.To.Host
		r.Commands = []string{w.on(&w.To, "destroy")}
	} else if w.To.Has && !w.ToKnew { // libvirt 9.0.0 does that if the end fails
		r.Where += "; a definition of it that does not run was left on " + w.To.Host
		r.Commands = []string{w.on(&w.To, "undefine")}
	}
	return r
}

// halfKnown: what can be said where a host did not answer, and how to find out
// the rest before anything is set going.
func (w *Whereabouts) halfKnown() Ruling {
	r := Ruling{Outcome: Unclear, Where: "where " + w.Guest + " runs could not be found out"}
	from, to := &w.From, &w.To
	switch {
	case from.runs():
		r.Where = w.Guest + " runs on " + from.Host + "; whether " + to.Host + " has a copy could not be found out"
		r.Commands = []string{w.on(to, "domstate --reason"), "if it is paused there: " + w.on(to, "destroy")}
	case to.runs():
		r.Where = w.Guest + " runs on " + to.Host + "; whether " + from.Host + " has a copy could not be found out"
		r.Commands = []string{w.on(from, "domstate --reason"), "if it is paused there: " + w.on(from, "destroy")}
	default:
		r.Commands = []string{
			w.on(from, "domstate --reason"), w.on(to, "domstate --reason"),
			"if it runs on one of them, end the paused copy on the other: virsh destroy",
			"if it runs on neither: " + w.on(to, "destroy") + ", and only then " + w.on(from, "resume"),
		}
	}
	return r
}

// nowhere: no host has an emulator for the guest.
func (w *Whereabouts) nowhere() Ruling {
	name := w.Guest
	if !w.Before.Active() {
		if w.To.Has && !w.From.Has {
			return Ruling{Outcome: Arrived, Where: name + " is defined on " + w.To.Host}
		}
		if w.From.Has {
			return Ruling{Outcome: Stayed, Where: name + " is defined on " + w.From.Host}
		}
	}
	r := Ruling{Outcome: Lost, Where: name + " is active on neither host"}
	for _, p := range []*Place{&w.From, &w.To} {
		if p.Has {
			r.Commands = append(r.Commands, w.on(p, "start"))
			break
		}
	}
	return r
}

// on is a command of virsh for a shell on a host.
func (w *Whereabouts) on(p *Place, verb string) string {
	if !shell.Quotable(w.Guest) {
		return fmt.Sprintf("on %s, with virsh: %s the guest by its UUID", p.Host, strings.Fields(verb)[0])
	}
	return fmt.Sprintf("on %s: virsh %s %s", p.Host, verb, shell.Quote(w.Guest))
}
