package report

import (
	"time"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// remark is what must be known before a report is read; formats for programs
// put them at their head.
type remark struct{ kind, text string }

const (
	remarkExample = "example"
	remarkWaived  = "waived"
	remarkAssumed = "assumed"
)

// remarks are a report's: that it is about no real host, the waivers in force
// that may be about something in it, and what was assumed.
func remarks(d *preflight.Document) []remark {
	var waivers []preflight.Waiver
	for i := range d.Waivers {
		if concerns(&d.Waivers[i], d) {
			waivers = append(waivers, d.Waivers[i])
		}
	}
	return remarksOf(d.Example, waivers, d.Created, &d.Options)
}

func fleetRemarks(d *fleet.Document) []remark {
	return remarksOf(d.Example, d.Waivers, d.Created, &d.Options)
}

func remarksOf(example bool, waivers []preflight.Waiver, created time.Time, o *preflight.Options) []remark {
	var out []remark
	if example {
		out = append(out, remark{remarkExample, exampleBanner})
	}
	for i := range waivers {
		if w := &waivers[i]; !w.Expired(created) {
			out = append(out, remark{remarkWaived, waiverWords(w)})
		}
	}
	for _, a := range o.Assumed {
		words := "ASSUMING"
		if a.NotApplied != "" {
			words = "NOT ASSUMED"
		}
		words += " on " + a.Host + ": " + a.Command
		if a.NotApplied != "" {
			words += " (" + a.NotApplied + ")"
		}
		out = append(out, remark{remarkAssumed, words})
	}
	return out
}
