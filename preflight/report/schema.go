package report

import (
	"reflect"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// JSONSchema describes the document that -o json writes. Readers must tolerate
// further fields: within /1 they are only added.
func JSONSchema() (*jsonschema.Schema, error) {
	s, err := jsonschema.For[preflight.Document](&jsonschema.ForOptions{
		TypeSchemas: map[reflect.Type]*jsonschema.Schema{
			reflect.TypeFor[preflight.Level](): {Type: "string", Enum: []any{"ready", "note", "warning", "undecided", "blocked"}},
			reflect.TypeFor[hostinfo.Tri]():    {Types: []string{"boolean", "null"}},
			reflect.TypeFor[time.Time]():       {Type: "string", Format: "date-time"},
		},
	})
	if err != nil {
		return nil, err
	}
	open(s)
	s.Title = preflight.Schema
	return s, nil
}

// open allows further fields everywhere: jsonschema-go closes structs.
func open(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	if s.Type == "object" && s.Properties != nil {
		s.AdditionalProperties = nil
	}
	for _, p := range s.Properties {
		open(p)
	}
	open(s.Items)
	for _, d := range s.Defs {
		open(d)
	}
}
