package report

import (
	"reflect"
	"strings"
)

// Stand-ins for the names of a finding's host, of its device, and of the host
// that its guest is on: see defect.
const (
	hostHere   = "\ue000"
	deviceHere = "\ue001"
	homeHere   = "\ue002"
)

var noStandIns = strings.NewReplacer(hostHere, `\ue000`, deviceHere, `\ue001`, homeHere, `\ue002`)

// visible makes every text of a document visible, whatever hosts and guests put
// into it, and free of stand-ins. One place does it for the whole page, so that
// nothing is forgotten.
func visible(document any) { makeVisible(reflect.ValueOf(document)) }

func makeVisible(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			makeVisible(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				makeVisible(v.Field(i))
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint64 {
			return // a set of hosts
		}
		for i := range v.Len() {
			makeVisible(v.Index(i))
		}
	case reflect.Map:
		visibleMap(v)
	case reflect.String:
		if s := noStandIns.Replace(Safe(v.String())); s != v.String() {
			v.SetString(s)
		}
	}
}

func visibleMap(v reflect.Value) {
	for _, key := range v.MapKeys() {
		k, e := reflect.New(key.Type()).Elem(), reflect.New(v.Type().Elem()).Elem()
		k.Set(key)
		e.Set(v.MapIndex(key))
		makeVisible(k)
		makeVisible(e)
		v.SetMapIndex(key, reflect.Value{})
		v.SetMapIndex(k, e)
	}
}
