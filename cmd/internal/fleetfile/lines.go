package fleetfile

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"migcheck/cmd/internal/nearest"
)

// lines finds the line of what stands in the file.
type lines struct{ root *yaml.Node }

func linesOf(raw []byte) lines {
	var doc yaml.Node
	if yaml.Unmarshal(raw, &doc) != nil || len(doc.Content) == 0 {
		return lines{}
	}
	return lines{doc.Content[0]}
}

// wrap puts the line of what stands at a path of keys and positions before an
// error about it.
func (l lines) wrap(err error, path ...any) error {
	line := 0
	n := l.root
	for _, step := range path {
		for n != nil && n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		var at int
		if n, at = child(n, step); at == 0 {
			break
		}
		line = at
	}
	if line == 0 {
		return err
	}
	return fmt.Errorf("line %d: %w", line, err)
}

// child is the node at a key or position, and its line; 0 if there is none.
func child(n *yaml.Node, step any) (*yaml.Node, int) {
	switch step := step.(type) {
	case string:
		for i := 0; n != nil && n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i+1], n.Content[i].Line
			}
		}
	case int:
		if n != nil && n.Kind == yaml.SequenceNode && step < len(n.Content) {
			return n.Content[step], n.Content[step].Line
		}
	}
	return nil, 0
}

var otherKind = regexp.MustCompile("^line (\\d+): cannot unmarshal !!(\\w+)( `.*`)? into ")

// kinds are YAML's in words.
var kinds = map[string]string{"seq": "a list", "map": "a map", "str": "a text", "int": "a number", "float": "a number", "bool": "yes or no", "null": "nothing"}

var unknownKey = regexp.MustCompile(`^line (\d+): field (.*) not found in type fleetfile\.(\w+)$`)

// inWords is the parser's error without the names of Go types, in one line.
func inWords(err error) error {
	var parts []string
	var typed *yaml.TypeError
	if !errors.As(err, &typed) {
		parts = []string{strings.TrimPrefix(err.Error(), "yaml: ")}
	} else {
		parts = typed.Errors
	}
	for i, p := range parts {
		if m := unknownKey.FindStringSubmatch(p); m != nil {
			parts[i] = fmt.Sprintf("line %s: there is no key %q here; %s", m[1], m[2], keysLike(m[2], m[3]))
		} else if m := otherKind.FindStringSubmatch(p); m != nil {
			parts[i] = fmt.Sprintf("line %s: %s%s does not belong here", m[1], cmp.Or(kinds[m[2]], "that"), m[3])
		}
	}
	return errors.New(strings.Join(strings.Fields(strings.Join(parts, "; ")), " "))
}

// keysLike says which keys there are, or which one was meant.
func keysLike(word, where string) string {
	var keys []string
	for _, of := range []any{document{}, Host{}, waiver{}} {
		if t := reflect.TypeOf(of); t.Name() == where {
			for i := range t.NumField() {
				keys = append(keys, t.Field(i).Tag.Get("yaml"))
			}
		}
	}
	if near := nearest.Of(word, keys); near != "" {
		return "did you mean " + near + "?"
	}
	return "there are " + strings.Join(keys, ", ")
}
