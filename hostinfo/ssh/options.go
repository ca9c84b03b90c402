package ssh

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// options are what ssh_config says about one host: arguments by keyword in
// lower case. Of most keywords the first occurrence counts; identityfile and
// certificatefile add up.
type options map[string][]string

// flag is the first argument of a keyword that is on or off, in the words that
// ssh has for it.
func (o options) flag(keyword string) (on, off bool) {
	v := strings.ToLower(o.first(keyword))
	return v == "yes" || v == "true", v == "no" || v == "false"
}

// first is the first argument of a keyword, or "".
func (o options) first(keyword string) string {
	if v := o[keyword]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// needSSH is the answer of a file that only OpenSSH itself can evaluate.
type needSSH struct{ what string }

func (n *needSSH) Error() string { return n.what + " needs ssh itself to be evaluated" }

// evaluation walks files for one host, as OpenSSH's readconf does in its first
// (and without canonical names only) pass.
type evaluation struct {
	host  string // as written on the command line
	login string // this machine's user
	found options
}

// optionsFor reads what the files say about a host. The error is a *needSSH,
// with file and line, where a block depends on a command, on canonical names or
// on a criterion that is not known here.
func optionsFor(dest destination, login string, files []*configFile) (options, error) {
	e := &evaluation{host: dest.host, login: login, found: options{}}
	if dest.user != "" {
		e.found["user"] = []string{dest.user}
	}
	for _, f := range files {
		if err := e.file(f, true); err != nil {
			return nil, err
		}
	}
	if v := strings.ToLower(e.found.first("canonicalizehostname")); v != "" && v != "no" && v != "false" {
		return nil, &needSSH{"CanonicalizeHostname " + v}
	}
	return e.found, nil
}

// file reads one file. The blocks of an included file end with it, and count
// only where the Include itself does.
func (e *evaluation) file(f *configFile, reached bool) error {
	active := reached
	for _, line := range f.lines {
		switch line.keyword {
		case "host":
			active = reached && e.hostMatches(line.args)
		case "match":
			active = false
			if reached {
				var err error
				if active, err = e.criteriaMatch(line.args); err != nil {
					return fmt.Errorf("%s:%d: %w", f.path, line.number, err)
				}
			}
		case "include":
			for _, in := range line.included {
				if err := e.file(in, active); err != nil {
					return err
				}
			}
		default:
			if active {
				e.set(line)
			}
		}
	}
	return nil
}

func (e *evaluation) set(line configLine) {
	switch k := line.keyword; k {
	case "identityfile", "certificatefile":
		e.found[k] = append(e.found[k], line.args[0])
	case "userknownhostsfile", "globalknownhostsfile":
		if _, ok := e.found[k]; !ok {
			e.found[k] = line.args
		}
	case "proxyjump", "proxycommand": // the first of the two counts, but for no jump before a command
		jump := e.found.first("proxyjump")
		if e.found.first("proxycommand") == "" && (jump == "" || k == "proxycommand" && strings.EqualFold(jump, "none")) {
			e.found[k] = line.args[:1]
		}
	default:
		if _, ok := e.found[k]; !ok {
			e.found[k] = line.args[:1]
		}
	}
}

// hostMatches is a Host line: any pattern, unless a negated one matches.
func (e *evaluation) hostMatches(patterns []string) bool {
	matched := false
	for _, p := range patterns {
		p, negated := strings.CutPrefix(p, "!")
		if !wildcard(p, e.host) {
			continue
		}
		if negated {
			return false
		}
		matched = true
	}
	return matched
}

// criteriaMatch is a Match line: all criteria must hold. OpenSSH evaluates them
// in order and stops at the first that does not, so that an exec behind a host
// that does not match is never reached.
func (e *evaluation) criteriaMatch(args []string) (bool, error) {
	for len(args) > 0 {
		name, value, inline := strings.Cut(args[0], "=")
		args = args[1:]
		name, negated := strings.CutPrefix(strings.ToLower(name), "!")
		if name == "all" {
			if negated || len(args) > 0 {
				return false, errors.New("match: all stands alone")
			}
			return true, nil
		}
		var subject string
		switch name {
		case "host":
			subject = strings.ToLower(e.hostName())
		case "originalhost":
			subject = strings.ToLower(e.host)
		case "user":
			if subject = e.found.first("user"); subject == "" {
				subject = e.login
			}
		case "localuser":
			subject = e.login
		default:
			return false, &needSSH{"Match " + name}
		}
		if !inline {
			if len(args) == 0 {
				return false, fmt.Errorf("match: %s has no argument", name)
			}
			value, args = args[0], args[1:]
		}
		if strings.HasSuffix(name, "host") {
			value = strings.ToLower(value)
		}
		if listMatches(value, subject) == negated {
			return false, nil
		}
	}
	return true, nil
}

// hostName is what Match host compares: HostName as far as it is known yet.
func (e *evaluation) hostName() string {
	name := e.found.first("hostname")
	if name == "" {
		return e.host
	}
	return strings.NewReplacer("%%", "%", "%h", e.host).Replace(name)
}

// listMatches is a comma-separated list of patterns.
func listMatches(list, s string) bool {
	patterns := strings.Split(list, ",")
	if slices.ContainsFunc(patterns, func(p string) bool {
		p, negated := strings.CutPrefix(p, "!")
		return negated && wildcard(p, s)
	}) {
		return false
	}
	return slices.ContainsFunc(patterns, func(p string) bool {
		return !strings.HasPrefix(p, "!") && wildcard(p, s)
	})
}

// wildcard matches * and ?, byte by byte and in linear space.
func wildcard(pattern, s string) bool {
	p, i, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// loadConfigs reads the configuration files once.
func (d *Dialer) loadConfigs() ([]*configFile, error) {
	d.files.Do(func() {
		type source struct {
			path, base string
			required   bool
		}
		user := filepath.Join(d.cfg.Home, ".ssh")
		sources := []source{{filepath.Join(user, "config"), user, false}, {"/etc/ssh/ssh_config", "/etc/ssh", false}}
		switch d.cfg.ConfigFile {
		case "":
		case "none":
			sources = nil
		default:
			sources = []source{{d.cfg.ConfigFile, user, true}}
		}
		for _, s := range sources {
			f, err := readConfig(s.path, s.base, d.cfg.Home, s.required)
			if err == nil && f != nil && d.cfg.ConfigFile == "" && s.base == user {
				err = onlyOurs(s.path)
			}
			if err != nil {
				d.filesErr = err
				return
			}
			if f != nil {
				d.configs = append(d.configs, f)
			}
		}
	})
	return d.configs, d.filesErr
}
