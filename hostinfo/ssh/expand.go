package ssh

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
)

// expandHome replaces a leading ~ or ~name by a home directory.
func expandHome(path, home string) (string, error) {
	if !strings.HasPrefix(path, "~") {
		return path, nil
	}
	name, rest, _ := strings.Cut(path[1:], "/")
	if name != "" {
		u, err := user.Lookup(name)
		if err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
		home = u.HomeDir
	}
	return filepath.Join(home, rest), nil
}

// tokens are the values of OpenSSH's percent tokens for one host.
type tokens map[byte]string

func (d *Dialer) tokens(t *Target, alias string) tokens {
	hostname, _ := os.Hostname()
	short, _, _ := strings.Cut(hostname, ".")
	key := t.keyAlias
	if key == "" {
		key = alias
	}
	return tokens{
		'%': "%", 'd': d.cfg.Home, 'h': t.Host, 'i': strconv.Itoa(os.Getuid()), 'k': key, 'L': short,
		'l': hostname, 'n': alias, 'p': strconv.Itoa(t.Port), 'r': t.User, 'u': d.login,
	}
}

// expand replaces percent tokens. Others than the known ones are an error, as
// in OpenSSH; a literal percent sign is written twice.
func (tk tokens) expand(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i++; i == len(s) {
			return "", fmt.Errorf("%q ends in a percent sign", s)
		}
		v, ok := tk[s[i]]
		if !ok {
			return "", fmt.Errorf("%q: the token %%%c is not supported", s, s[i])
		}
		b.WriteString(v)
	}
	return b.String(), nil
}

// path expands ~, ${NAME} and percent tokens in the name of a file.
func (tk tokens) path(s string) (string, error) {
	s, err := expandEnv(s)
	if err != nil {
		return "", err
	}
	if s, err = expandHome(s, tk['d']); err != nil {
		return "", err
	}
	return tk.expand(s)
}

// paths expands each; "none" and /dev/null name no file.
func (tk tokens) paths(list []string) ([]string, error) {
	var out []string
	for _, s := range list {
		if strings.EqualFold(s, "none") || s == "/dev/null" {
			continue
		}
		p, err := tk.path(s)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// expandEnv replaces ${NAME}; a variable that is not set is an error, as in OpenSSH.
func expandEnv(s string) (string, error) {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "${")
		b.WriteString(before)
		if !ok {
			return b.String(), nil
		}
		name, after, ok := strings.Cut(rest, "}")
		if !ok {
			return "", errors.New("${ is not closed")
		}
		v, ok := os.LookupEnv(name)
		if !ok {
			return "", fmt.Errorf("the variable %s is not set", name)
		}
		b.WriteString(v)
		s = after
	}
}
