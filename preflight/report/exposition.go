package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// exposition is a file in the text format of Prometheus, which node_exporter's
// textfile collector reads. All metrics are gauges: the file is as of one moment.
type exposition struct {
	comments []string
	families []*family
}

// family is one metric with its samples, each for labels of its own.
type family struct {
	name, help string
	labels     []string
	samples    map[string]float64 // by the labels as they are written
}

// gauge begins a metric whose samples have these labels.
func (e *exposition) gauge(name, help string, labels ...string) *family {
	f := &family{name: name, help: help, labels: labels, samples: map[string]float64{}}
	e.families = append(e.families, f)
	return f
}

// add counts something under the values of the family's labels. Two names that
// are written alike are counted together: twice the same labels are no file.
func (f *family) add(n int, values ...string) { f.samples[f.written(values)] += float64(n) }

// set says a value, and of two for the same labels the lower.
func (f *family) set(v float64, values ...string) {
	key := f.written(values)
	if have, met := f.samples[key]; !met || v < have {
		f.samples[key] = v
	}
}

// at says a moment, if it is known.
func (f *family) at(t time.Time, values ...string) {
	if !t.IsZero() {
		f.set(float64(t.UnixMilli())/1000, values...)
	}
}

// labelEscapes are for what Safe has left: it shows a line break already.
var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func (f *family) written(values []string) string {
	if len(f.labels) == 0 {
		return ""
	}
	var b strings.Builder
	for i, label := range f.labels {
		b.WriteString([]string{"{", ","}[min(i, 1)])
		b.WriteString(label + `="` + labelEscapes.Replace(Safe(values[i])) + `"`)
	}
	return b.String() + "}"
}

// write writes all families that have samples.
func (e *exposition) write(w io.Writer) error {
	var b strings.Builder
	for _, c := range e.comments {
		b.WriteString("# " + Safe(c) + "\n")
	}
	for _, f := range e.families {
		if len(f.samples) == 0 {
			continue
		}
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s gauge\n", f.name, f.help, f.name)
		keys := make([]string, 0, len(f.samples))
		for k := range f.samples {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			b.WriteString(f.name + k + " " + strconv.FormatFloat(f.samples[k], 'f', -1, 64) + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
