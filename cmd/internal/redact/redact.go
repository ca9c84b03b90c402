package redact

import (
	"reflect"
	"regexp"

	"migcheck/hostinfo/standin"
	"migcheck/preflight/change"
)

// Document hides in a document, which is a pointer to one of any kind, all that
// names somebody. Names that it has only in sentences are found if they were
// learned of the facts before; without that, those that a finding mentions.
func Document(d any, names *standin.Names) {
	for _, p := range []pass{learnNames, learnTexts, hide} {
		h := &hider{names, p}
		h.walk(reflect.ValueOf(d), text)
	}
}

// pass is one of the walks through a document. Nothing is changed before the last.
type pass int

const (
	learnNames pass = iota // a sentence may name what stands in a field behind it
	learnTexts             // and another program's words what stands in no field
	hide
)

// hider walks through a document.
type hider struct {
	names *standin.Names
	pass  pass
}

// field does what there is to do with a field.
func (h *hider) field(how treatment, field *string) {
	switch {
	case h.pass == hide:
		*field = h.shown(how, *field)
	case how == foreign, how == device:
		if h.pass == learnTexts {
			h.shown(how, *field)
		}
	case how != text && h.pass == learnNames:
		h.shown(how, *field)
	}
}

// allowed is the reason of a waiver that was given on the command line.
const allowed = "--allow on this run"

// shown is what is shown instead of a text.
func (h *hider) shown(how treatment, value string) string {
	s := h.names
	switch how {
	case kept:
		return value
	case host:
		return s.Host(value)
	case guest:
		return s.Guest(value)
	case user:
		return s.User(value)
	case network:
		return s.Network(value)
	case device:
		return s.Device(value)
	case mac:
		return s.MAC(value)
	case uuid:
		return s.UUID(value)
	case neighbour:
		if hardware.MatchString(value) {
			return s.MAC(value)
		}
		return s.Switch(value)
	case remark:
		if value == allowed {
			return value
		}
		return s.Remark(value)
	case foreign:
		return s.Foreign(value)
	}
	return s.Text(value)
}

var hardware = regexp.MustCompile(`^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$`)

// walk goes through a value; how is the treatment of the field that it is in.
func (h *hider) walk(v reflect.Value, how treatment) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			h.walk(v.Elem(), how)
		}
	case reflect.Slice:
		for i := range v.Len() {
			h.walk(v.Index(i), how)
		}
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() {
			h.field(how, v.Addr().Interface().(*string))
		}
	case reflect.Struct:
		if !h.special(v.Addr().Interface()) {
			h.fieldsOf(v, how)
		}
	}
}

func (h *hider) fieldsOf(v reflect.Value, how treatment) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		treat, listed := fields[v.Type().String()+"."+f.Name]
		if !listed && v.Type() == reflect.TypeFor[change.Names]() {
			treat = how
		}
		h.walk(v.Field(i), treat)
	}
}
