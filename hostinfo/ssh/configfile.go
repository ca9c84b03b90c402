package ssh

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Why this is not github.com/kevinburke/ssh_config (v1.6.0), which was tried in
// three ways against the tests of this package:
//
//  1. As a whole: it takes the words after "Match host" for patterns, so that
//     "Match host a exec CMD" applies to a without running CMD, and "a user b"
//     to hosts named "user" and "b"; "a,b" is one pattern, and ? also matches
//     nothing. Match user, localuser, originalhost and negations end the whole
//     file with an error, be it about this host or not.
//  2. As lexer and Include, with our matching: the words of a Match line are
//     gone by then or an error, and Include starts in the login's home only.
//  3. As lexer of single lines: # ends a value inside quotes and words
//     (IdentityFile ~/key#1, ProxyCommand sh -c "a # b"), several quoted
//     arguments are not split and tabs do not separate Host patterns; a missing
//     argument and an open quote are no errors.
//
// What would be left to use is Include's glob.

// configFile is one parsed ssh_config file. Blocks are not resolved yet: that
// needs the name of a host, and sometimes what earlier lines said.
type configFile struct {
	path  string
	lines []configLine
}

// configLine is a keyword and its arguments.
type configLine struct {
	number   int
	keyword  string // lower case
	args     []string
	included []*configFile // of Include
}

const (
	maxConfigFile  = 1 << 20
	maxConfigFiles = 512
	maxConfigDepth = 16 // as OpenSSH
)

// configReader reads a file and what it includes.
type configReader struct {
	home   string
	base   string // where relative Includes start: ~/.ssh or /etc/ssh
	budget int    // files left to read
}

// readConfig reads an ssh_config file with everything that it includes. A file
// that is not there is (nil, nil) unless it is required.
func readConfig(path, base, home string, required bool) (*configFile, error) {
	if _, err := os.Stat(path); !required && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	r := &configReader{home: home, base: base, budget: maxConfigFiles}
	return r.read(path, 0)
}

func (r *configReader) read(path string, depth int) (*configFile, error) {
	if depth > maxConfigDepth {
		return nil, fmt.Errorf("%s: files include each other more than %d deep", path, maxConfigDepth)
	}
	if r.budget--; r.budget < 0 {
		return nil, fmt.Errorf("%s: more than %d files are included", path, maxConfigFiles)
	}
	b, err := readFile(path, maxConfigFile)
	if err != nil {
		return nil, err
	}
	f := &configFile{path: path}
	n := 0
	for text := range strings.Lines(string(b)) {
		n++
		line, err := parseConfigLine(text)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		if line.keyword == "" {
			continue
		}
		line.number = n
		if line.keyword == "include" {
			if line.included, err = r.include(line.args, depth); err != nil {
				return nil, fmt.Errorf("%s:%d: include: %w", path, n, err)
			}
		}
		f.lines = append(f.lines, line)
	}
	return f, nil
}

func (r *configReader) include(patterns []string, depth int) ([]*configFile, error) {
	var files []*configFile
	for _, p := range patterns {
		p, err := expandHome(p, r.home)
		if err != nil {
			return nil, err
		}
		if !filepath.IsAbs(p) {
			p = filepath.Join(r.base, p)
		}
		paths, err := includable(filepath.Clean(p))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p, err)
		}
		for _, path := range paths {
			if err := onlyOurs(path); err != nil {
				return nil, err
			}
			f, err := r.read(path, depth+1)
			if err != nil {
				return nil, err
			}
			files = append(files, f)
		}
	}
	return files, nil
}

// includable are the files that a pattern of Include names to ssh, which uses
// glob(3): [!a] is [^a], and a dot that begins a name is written, so that an
// editor's hidden copies are not read. A directory, and a link that leads nowhere,
// include nothing.
func includable(pattern string) ([]string, error) {
	paths, err := filepath.Glob(strings.ReplaceAll(pattern, "[!", "[^"))
	patterns := strings.Split(pattern, "/")
	return slices.DeleteFunc(paths, func(path string) bool {
		for i, name := range strings.Split(path, "/") {
			if i < len(patterns) && strings.HasPrefix(name, ".") && !strings.HasPrefix(patterns[i], ".") {
				return true
			}
		}
		info, err := os.Stat(path)
		return errors.Is(err, fs.ErrNotExist) || err == nil && info.IsDir()
	}), err
}

// onlyOurs refuses a file that others may write, as ssh does: they could send the
// user to a host of theirs, with known_hosts to match.
func onlyOurs(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid != 0 && int(st.Uid) != os.Getuid() {
		return fmt.Errorf("%s: it belongs to another user (%d), and ssh does not read it either", path, st.Uid)
	}
	if mode := info.Mode().Perm(); mode&0o022 != 0 {
		return fmt.Errorf("%s: its permissions %04o let others write it, and ssh does not read it either (chmod go-w)", path, mode)
	}
	return nil
}

// parseConfigLine reads "Keyword args", "Keyword=args" or "Keyword = args". The
// keyword is empty on a blank line and on a comment.
func parseConfigLine(text string) (configLine, error) {
	var line configLine
	text = strings.TrimSpace(text)
	if text == "" || text[0] == '#' {
		return line, nil
	}
	if strings.IndexByte(text, 0) >= 0 {
		return line, errors.New("the line holds a zero byte")
	}
	i := strings.IndexAny(text, " \t=")
	if i == 0 {
		return line, errors.New("an equals sign stands where a keyword should")
	}
	if i < 0 {
		return line, fmt.Errorf("%s has no argument", words([]byte(text)))
	}
	line.keyword = strings.ToLower(text[:i])
	rest := strings.TrimLeft(text[i:], " \t")
	rest = strings.TrimLeft(strings.TrimPrefix(rest, "="), " \t")
	switch line.keyword {
	case "proxycommand", "localcommand", "remotecommand", "knownhostscommand":
		line.args = []string{rest} // OpenSSH takes the rest of the line as it is
		return line, nil
	}
	args, err := configWords(rest)
	if err != nil {
		return line, fmt.Errorf("%s: %w", text[:i], err)
	}
	if len(args) == 0 {
		return line, fmt.Errorf("%s has no argument", text[:i])
	}
	line.args = args
	return line, nil
}

// configWords splits arguments as OpenSSH does (argv_split): both kinds of
// quotes, a backslash only before a quote, a backslash or, outside quotes, a
// blank; # begins a comment where a word would begin.
func configWords(s string) ([]string, error) {
	var words []string
	for {
		s = strings.TrimLeft(s, " \t")
		if s == "" || s[0] == '#' {
			return words, nil
		}
		var w strings.Builder
		var quote byte
		i := 0
	word:
		for ; i < len(s); i++ {
			switch c := s[i]; {
			case c == '\\' && i+1 < len(s) && (strings.IndexByte(`'"\`, s[i+1]) >= 0 || quote == 0 && s[i+1] == ' '):
				i++
				w.WriteByte(s[i])
			case quote == 0 && (c == ' ' || c == '\t'):
				break word
			case quote == 0 && (c == '"' || c == '\''):
				quote = c
			case quote != 0 && c == quote:
				quote = 0
			default:
				w.WriteByte(c)
			}
		}
		if quote != 0 {
			return nil, fmt.Errorf("a %c is not closed", quote)
		}
		words, s = append(words, w.String()), s[i:]
	}
}

// readFile reads a regular file of at most limit bytes.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("%s is larger than %d bytes", path, limit)
	}
	return b, nil
}
