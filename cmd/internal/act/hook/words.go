package hook

import (
	"fmt"
	"strings"

	"github.com/coreos/go-systemd/v22/journal"

	"migcheck/hostinfo/shell"
	"migcheck/preflight"
	"migcheck/preflight/report"
)

// maxFindings bounds what one answer lists: virsh shows it as one error.
const maxFindings = 5

// refused says whether the guest may not come.
func (d *decision) refused(set *Settings) bool {
	switch {
	case d.report == nil, d.report.Verdict == preflight.Undecided:
		return set.Closed
	}
	return d.report.Verdict == preflight.Blocked
}

// word is the decision as MIGCHECK_DECISION says it.
func (d *decision) word(set *Settings) string {
	mode := "open"
	if set.Closed {
		mode = "closed"
	}
	switch {
	case d.report == nil:
		return "failed-" + mode
	case d.report.Verdict == preflight.Undecided:
		return "undecided-" + mode
	case d.report.Verdict == preflight.Blocked:
		return "refused"
	}
	return "allowed"
}

// headline is the decision in a sentence.
func (d *decision) headline(set *Settings) string {
	mode := "open: it may come"
	if set.Closed {
		mode = "closed: it may not come"
	}
	switch {
	case d.report == nil:
		return fmt.Sprintf("migcheck on %s could not judge guest %s: %s; the fail mode is %s", d.host, d.guest, d.trouble, mode)
	case d.report.Verdict == preflight.Undecided:
		return fmt.Sprintf("migcheck on %s could not decide about guest %s; the fail mode is %s", d.host, d.guest, mode)
	case d.report.Verdict == preflight.Blocked:
		return fmt.Sprintf("migcheck on %s refuses guest %s", d.host, d.guest)
	}
	return fmt.Sprintf("migcheck on %s lets guest %s come: %s", d.host, d.guest, d.report.Verdict)
}

// weighty are the findings that the verdict comes from, worst first.
func (d *decision) weighty() []*preflight.Finding {
	var out []*preflight.Finding
	if d.report == nil {
		return nil
	}
	for i := range d.report.Findings {
		f := &d.report.Findings[i]
		if f.CausedBy == "" && f.Counts() && f.Level > preflight.Note {
			out = append(out, f)
		}
	}
	return out
}

// about is a finding in a line.
func about(f *preflight.Finding) string {
	line := f.Rule
	if f.Subject.NIC != nil {
		line += fmt.Sprintf(" (nic %d %s)", *f.Subject.NIC, f.Subject.MAC)
	}
	return line + ": " + f.Reason
}

// refusal is what virsh shows.
func (d *decision) refusal() []string {
	lines := []string{d.headline(&Settings{Closed: true})}
	var ids []string
	waivable := d.report != nil && d.report.Verdict == preflight.Blocked
	for i, f := range d.weighty() {
		if f.Level < preflight.Undecided {
			continue
		}
		if i == maxFindings {
			lines = append(lines, "and more: journalctl -t "+logName)
			break
		}
		lines = append(lines, about(f))
		for _, command := range f.Fix {
			lines = append(lines, "fix, as root on "+d.host+": "+command)
		}
		if f.Hint != "" {
			lines = append(lines, "hint: "+f.Hint)
		}
		if f.Level == preflight.Blocked {
			ids = append(ids, f.Rule)
			waivable = waivable && f.Unwaivable == ""
		}
	}
	if waivable && shell.Quotable(d.guest) {
		lines = append(lines, "to let it come all the same, as root on "+d.host+": "+waiveCommand(d.guest, ids))
	}
	for i := range lines {
		lines[i] = report.Safe(lines[i])
	}
	return lines
}

// waiveCommand is what lets a guest come that these rules block.
func waiveCommand(guest string, ids []string) string {
	words := []string{binaryPath, "hook", "waive"}
	if !strings.HasPrefix(guest, "-") {
		words = append(words, guest)
	}
	words = append(words, "--for", "1h")
	if len(ids) == 1 {
		words = append(words, "--rule", ids[0])
	}
	if strings.HasPrefix(guest, "-") {
		words = append(words, "--", guest)
	}
	return shell.Join(words...)
}

// entry is the decision for the log.
func (d *decision) entry(set *Settings) entry {
	e := entry{
		priority: journal.PriInfo,
		lines:    []string{d.headline(set)},
		fields:   map[string]string{"MIGCHECK_GUEST": d.guest, "MIGCHECK_DECISION": d.word(set)},
	}
	if d.report == nil || d.report.Verdict >= preflight.Undecided {
		e.priority = journal.PriWarning
	}
	var ids []string
	for _, f := range d.weighty() {
		ids = append(ids, f.Rule)
		e.lines = append(e.lines, f.Level.String()+" "+about(f))
	}
	if d.report != nil {
		e.fields["MIGCHECK_UUID"] = d.report.Guest.UUID
		for i := range d.report.Findings {
			if f := &d.report.Findings[i]; !f.Counts() && f.CausedBy == "" && f.Level > preflight.Note {
				e.lines = append(e.lines, "waived "+about(f)+" ("+f.Waived.Reason+")")
			}
		}
	}
	e.fields["MIGCHECK_RULES"] = strings.Join(ids, " ")
	e.lines = append(e.lines, d.remarks...)
	if set.Ignored != "" {
		e.priority = journal.PriErr
		e.lines = append(e.lines, "the settings are ignored: "+set.Ignored)
	}
	return e
}
