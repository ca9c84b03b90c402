package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"migcheck/cmd/internal/exit"
	"migcheck/preflight/report"
)

// largestReport is how much is read of a report: that of 10,000 hosts with
// 500,000 guests is some 150 MB.
const largestReport = 512 << 20

// shown are the flags that say how much a report shows.
type shown struct {
	color             string
	details, perGuest bool
}

func (s *shown) register(f *pflag.FlagSet) {
	f.StringVar(&s.color, "color", "auto", "auto, always or never")
	f.BoolVar(&s.details, "details", false, "show every guest of a fleet that can't leave, with the reasons, and every host (text, markdown)")
	f.BoolVar(&s.perGuest, "per-guest", false, "a metric for each guest of a fleet too (prometheus)")
}

func (s *shown) options() (report.Options, error) {
	o, err := look(s.color)
	o.Details, o.PerGuest = s.details, s.perGuest
	return o, err
}

func renderCommand() *cobra.Command {
	var outs []string
	var maxAge time.Duration
	s, hidden := &shown{}, &redaction{}
	cmd := &cobra.Command{
		Use:   "render REPORT.json|-",
		Short: "show a report that was written with -o json in another format",
		Long: `render reads a report of guests or of a fleet, as -o json wrote it, and writes it in
other formats. Nothing is asked or judged again: every format says what it says.
It exits 0 whatever the report's verdict is.
` + pluginExit,
		Example: `  migcheck render report.json
  migcheck render fleet.json -o prometheus=/var/lib/node_exporter/migcheck.prom -o junit=fleet.xml
  migcheck render fleet.json -o nagios --max-age 26h
  ssh admin1 cat fleet.json | migcheck render - -o markdown`,
		Args: exactly(1, "the file of one report, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			wanted, err := outputs(outs, report.Known)
			if err != nil {
				return err
			}
			style, err := s.options()
			if err != nil {
				return err
			}
			if maxAge < 0 {
				return exit.Because(fmt.Errorf("--max-age is %v; no report is younger than that", maxAge), "")
			}
			r, err := readReport(cmd.InOrStdin(), args[0])
			if err != nil {
				return err
			}
			if age := time.Since(r.Created()).Round(time.Second); maxAge > 0 && age > maxAge {
				return exit.Because(fmt.Errorf("the report is %v old, and --max-age is %v", age, maxAge), "")
			}
			if err := hidden.document(r); err != nil {
				return err
			}
			if err := writeReport(cmd.OutOrStdout(), r, wanted, style); err != nil {
				return err
			}
			return status(r, wanted, exit.OK)
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&outs, "output", "o", nil, "`FORMAT[=FILE]`, repeatable: "+strings.Join(report.Fleet.Formats(), ", "))
	f.DurationVar(&maxAge, "max-age", 0, "refuse a report that was made longer than `TIME` ago (26h)")
	s.register(f)
	hidden.register(f)
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(report.Fleet.Formats(), cobra.ShellCompDirectiveNoSpace))
	_ = cmd.RegisterFlagCompletionFunc("color", cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// readReport reads a report from a file, or from standard input for "-".
func readReport(stdin io.Reader, name string) (*report.Report, error) {
	from, what := stdin, "standard input"
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, exit.Because(fmt.Errorf("read the report: %w", err), "")
		}
		defer f.Close()
		from, what = f, name
	}
	var b bytes.Buffer
	switch n, err := b.ReadFrom(io.LimitReader(from, largestReport+1)); {
	case err != nil:
		return nil, exit.Because(fmt.Errorf("read the report from %s: %w", what, err), "")
	case n > largestReport:
		return nil, exit.Because(fmt.Errorf("%s has more than %d MB; no report is as large", what, largestReport>>20), "")
	case n == 0:
		return nil, exit.Because(fmt.Errorf("%s is empty", what), "")
	}
	r, err := report.Read(b.Bytes())
	if errors.Is(err, report.ErrNoReport) {
		return nil, exit.Because(fmt.Errorf("%s: %w", what, err), "migcheck render takes what -o json wrote")
	}
	if err != nil {
		return nil, exit.Because(fmt.Errorf("%s: %w", what, err), "")
	}
	return r, nil
}
