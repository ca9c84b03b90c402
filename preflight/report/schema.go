package report

import (
	"reflect"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// Schema describes the documents of this kind. Readers must tolerate further
// fields: within /1 they are only added.
func (k *Kind) Schema() (*jsonschema.Schema, error) { return k.describe() }

func schemaOf[T any](title string) (*jsonschema.Schema, error) {
	s, err := jsonschema.For[T](&jsonschema.ForOptions{
		TypeSchemas: map[reflect.Type]*jsonschema.Schema{
			reflect.TypeFor[preflight.Level](): {Type: "string", Enum: []any{"ready", "note", "warning", "undecided", "blocked"}},
			reflect.TypeFor[hostinfo.Tri]():    {Types: []string{"boolean", "null"}},
			reflect.TypeFor[time.Time]():       {Type: "string", Format: "date-time"},
			reflect.TypeFor[fleet.Set]():       {Type: "string", Pattern: "^[A-Za-z0-9+/]*=*$"},
		},
	})
	if err != nil {
		return nil, err
	}
	open(s)
	s.Title = title
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
