package world

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
)

// Rest asks the source's daemon and file systems. What the guest's files are on
// is seen by a command of its own: nothing of it is in what every check runs.
func (l *live) Rest(ctx context.Context, host string, g *Guest) *hostinfo.Rest {
	rest, err := restOf(g)
	if err != nil {
		return hostinfo.UnreadRest(err.Error())
	}
	if s := l.session(ctx, host); s.libvirt != nil {
		s.libvirt.FillRest(ctx, g.UUID, rest)
	} else {
		rest.Gaps = append(rest.Gaps, hostinfo.Gap{Fact: hostinfo.FactSnapshots, Reason: s.noLibvirt}, hostinfo.Gap{Fact: hostinfo.FactBlockJobs, Reason: s.noLibvirt})
	}
	rest.Files, rest.Gaps = l.files(ctx, host, rest.Paths(), rest.Gaps)
	return rest
}

// restOf reads the definition that is sent. The live one has besides what the
// disks are based on.
func restOf(g *Guest) (*hostinfo.Rest, error) {
	xml := [][]byte{g.XML.Migratable, g.XML.Live}
	if g.State != hostinfo.StateUnknown && !g.State.Active() {
		xml = [][]byte{g.XML.Inactive}
	}
	var rest *hostinfo.Rest
	for _, doc := range xml {
		if len(doc) == 0 {
			continue
		}
		r, err := libvirt.ParseRest(doc)
		if err != nil {
			return nil, err
		}
		if rest == nil {
			rest = r
		}
		rest.Disks = r.Disks
	}
	if rest == nil {
		return nil, errors.New("the guest's definition was not read")
	}
	return rest, nil
}

// Fit asks the destination's daemon and file systems.
func (l *live) Fit(ctx context.Context, host string, g *Guest, rest *hostinfo.Rest) *hostinfo.Fit {
	s, def := l.session(ctx, host), g.Sent()
	why := s.noLibvirt
	if def == nil || hostinfo.GapOf(rest.Gaps, hostinfo.FactRest) != nil {
		why = "the guest's definition was not read, so there was nothing to ask"
	}
	fit := hostinfo.UnaskedFit(g.UUID, why)
	if why == "" && s.libvirt != nil {
		fit = s.libvirt.Fit(ctx, g.UUID, def, rest)
		fit.Files, fit.Gaps = l.files(ctx, host, rest.Paths(), fit.Gaps)
	}
	return fit
}

// maxFiles is how many files of one guest are looked for.
const maxFiles = 512

// lookAtFiles prints a line for each of its words: y and the kind of the file
// system, n, or ? and why it can't tell. It follows links, as libvirt does.
const lookAtFiles = `LC_ALL=C; export LC_ALL; for f do ` +
	`if k=$(stat -L -c %f -- "$f" 2>&1); then echo "y $(stat -L -f -c %t -- "$f" 2>/dev/null)"; ` +
	`else k=$(echo "$k" | tail -n 1); case $k in *"No such file or directory"|*"Not a directory") echo n;; *) echo "? ${k##*: }";; esac; fi; done`

// files looks for files on a host; gaps comes back with one more if nothing of
// them could be learned.
func (l *live) files(ctx context.Context, host string, paths []string, gaps []hostinfo.Gap) ([]hostinfo.File, []hostinfo.Gap) {
	if len(paths) == 0 {
		return nil, gaps
	}
	fail := func(err error) ([]hostinfo.File, []hostinfo.Gap) {
		return nil, append(gaps, hostinfo.Gap{Fact: hostinfo.FactFiles, Reason: err.Error()})
	}
	if len(paths) > maxFiles {
		return fail(fmt.Errorf("the guest has %d files, and no more than %d are looked for", len(paths), maxFiles))
	}
	hold := &Hold{l}
	var out string
	var err error
	if l.fleet.Hosts[host].Become == "sudo" {
		out, err = hold.AsRoot(ctx, host, nil, lookAtFiles, paths...)
	} else {
		out, err = hold.Run(ctx, host, lookAtFiles, paths...)
	}
	if err != nil {
		return fail(err)
	}
	files, err := readFiles(paths, out)
	if err != nil {
		return fail(fmt.Errorf("look for the guest's files on %s: %w", host, err))
	}
	return files, gaps
}

// readFiles reads what lookAtFiles printed.
func readFiles(paths []string, out string) ([]hostinfo.File, error) {
	answers := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(answers) != len(paths) {
		return nil, fmt.Errorf("%d answers about %d files", len(answers), len(paths))
	}
	files := make([]hostinfo.File, len(paths))
	for i, a := range answers {
		f := hostinfo.File{Path: paths[i]}
		switch word, rest, _ := strings.Cut(a, " "); word {
		case "y":
			f.There, f.Magic = hostinfo.Yes, magic(rest)
			if f.Magic == "" {
				f.Reason = "the kind of its file system was not told"
			}
		case "n":
			f.There = hostinfo.No
		case "?":
			f.Reason = cmp.Or(strings.TrimSpace(rest), "it was not told why")
		default:
			return nil, fmt.Errorf("%.40q is no answer", a)
		}
		files[i] = f
	}
	return files, nil
}

// magic is a file system's number as stat prints it, without leading zeros;
// empty if it is none.
func magic(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if len(s) > 16 || strings.Trim(s, "0123456789abcdef") != "" {
		return ""
	}
	return strings.TrimLeft(s, "0")
}

const withoutScope = "it was recorded without --scope all"

func (r *recorded) Rest(_ context.Context, host string, g *Guest) *hostinfo.Rest {
	if h := r.snap.Host(host); h != nil {
		if one := h.Guest(g.Name); one != nil && one.Rest != nil {
			return one.Rest
		}
	}
	return hostinfo.UnreadRest(withoutScope)
}

func (r *recorded) Fit(_ context.Context, host string, g *Guest, _ *hostinfo.Rest) *hostinfo.Fit {
	if h := r.snap.Host(host); h != nil {
		for i := range h.Fits {
			if h.Fits[i].Guest == g.UUID {
				return &h.Fits[i]
			}
		}
	}
	return hostinfo.UnaskedFit(g.UUID, withoutScope)
}
