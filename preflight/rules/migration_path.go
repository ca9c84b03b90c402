package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// MigrationPath is the failure that people meet first.
var MigrationPath = &preflight.Rule{
	ID:    "migration-path",
	Level: preflight.Blocked,
	Phase: preflight.Prepare,
	Scope: preflight.PerGuest,
	Needs: preflight.Helpful(preflight.Source, preflight.Path),
	Doc: `the source does not reach the destination's migration ports
The source's emulator sends the guest's memory to the name that the destination
calls itself, or to --migrate-uri, on a port from 49152 to 49215. That name must
resolve on the source, which is another question than whether it resolves here,
and no firewall may be in the way. A refused connection is as it should be: the
host is reached, and nothing listens yet. No answer, or "No route to host" while
the host is there, is a firewall. It is looked at only when a migration is asked
for.`,
	Check: func(p *preflight.Pass) {
		way := p.Plan.From.Path(p.Plan.To.Name)
		if way == nil {
			return
		}
		from, to := p.Plan.From.Name, p.Plan.To.Name
		about := preflight.Subject{Host: from, Device: way.Device}
		if way.Address == "" {
			p.Report(preflight.Finding{
				Subject: about, SourceValue: way.Name,
				Reason: fmt.Sprintf("%s is called %s and %s does not know that name: the memory would have nowhere to go", to, way.Name, from),
				Hint:   "give the name to /etc/hosts or DNS there, or say where to go: --migrate-uri tcp://ADDRESS",
			})
			return
		}
		for _, port := range way.Ports {
			if f := answered(from, to, way, port); f != nil {
				f.Subject = about
				p.Report(*f)
				break // one firewall, one finding
			}
		}
	},
}

// answered is what is wrong with a port's answer; nil if nothing.
func answered(from, to string, way *hostinfo.Path, port hostinfo.Port) *preflight.Finding {
	where := fmt.Sprintf("port %d of %s (%s)", port.Number, way.Name, way.Address)
	f := &preflight.Finding{SourceValue: string(port.Answer)}
	switch port.Answer {
	case hostinfo.AnswerNone:
		f.Reason = fmt.Sprintf("%s gets no answer from %s: a firewall drops what comes for it, or the host is not reached", from, where)
		f.Hint = "open TCP ports 49152 to 49215 on " + to + " for " + from + ", or send the guest by another network with --migrate-uri"
	case hostinfo.AnswerUnreachable:
		f.Reason = fmt.Sprintf("%s does not reach %s: no route, or a firewall that says so", from, where)
		f.Hint = "open TCP ports 49152 to 49215 on " + to + " for " + from + ", or send the guest by another network with --migrate-uri"
	case hostinfo.AnswerUnknown:
		f.Level = preflight.Note
		f.Reason = fmt.Sprintf("whether %s reaches %s could not be tried: %s", from, where, port.Words)
	default:
		return nil
	}
	return f
}
