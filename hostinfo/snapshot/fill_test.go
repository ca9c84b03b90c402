package snapshot

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
)

// fill sets every field that can be reached, each string to its path and a
// number, so that no field added later is forgotten.
func fill(v reflect.Value, path string, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), path, n)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(int64(*n), 0).UTC()))
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("json") == "-" {
				continue
			}
			fill(v.Field(i), path+"."+v.Type().Field(i).Name, n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), path, n)
		}
	case reflect.String:
		switch {
		case strings.HasSuffix(path, "UUID") || strings.HasSuffix(path, "BootID"):
			v.SetString(fmt.Sprintf("deadbeef-0000-4000-8000-%012x", *n))
		case strings.HasSuffix(path, "MAC") || strings.HasSuffix(path, "MACs") || strings.HasSuffix(path, "Held"):
			v.SetString(fmt.Sprintf("52:54:%02x:%02x:%02x:%02x", *n>>24&0xff, *n>>16&0xff, *n>>8&0xff, *n&0xff))
		case strings.HasSuffix(path, ".PCI") || strings.HasSuffix(path, ".PCIDevices.Address"):
			v.SetString(fmt.Sprintf("%04x:%02x:02.0", *n>>8, *n&0xff))
		case strings.HasSuffix(path, "Addresses"):
			v.SetString(fmt.Sprintf("10.%d.%d.%d/24", *n>>16&0xff, *n>>8&0xff, *n&0xff))
		default:
			v.SetString(fmt.Sprintf("%s-%d", strings.TrimPrefix(path, "."), *n))
		}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint8: // Tri
		v.SetUint(uint64(hostinfo.Yes))
	case reflect.Int:
		v.SetInt(int64(*n))
	default:
		panic(path + " is a " + v.Kind().String())
	}
}

// filled is a host and a guest with every field set.
func filled() Recorded {
	n := 0
	h := &hostinfo.Host{}
	fill(reflect.ValueOf(h).Elem(), "Host", &n)
	g := &hostinfo.Guest{}
	fill(reflect.ValueOf(g).Elem(), "Guest", &n)
	rest, fit := &hostinfo.Rest{}, hostinfo.Fit{}
	fill(reflect.ValueOf(rest).Elem(), "Rest", &n)
	fill(reflect.ValueOf(&fit).Elem(), "Fit", &n)
	r := Recorded{Host: h, Guests: []Guest{{Guest: g, Rest: rest}}, Fits: []hostinfo.Fit{fit}}
	for _, v := range r.Guests[0].XML.Of(g) {
		*v.XML = libvirt.FormatDomain(&libvirt.Domain{Name: g.Name, UUID: g.UUID, Definition: *v.Definition})
	}
	return r
}

// Read back is what was written, in every field there is.
func TestEveryFieldSurvives(t *testing.T) {
	want := filled()
	dir := t.TempDir()
	write(t, dir, Options{}, want)
	got := read(t, dir).Hosts[0]
	if diff := cmp.Diff(want.Host, got.Host); diff != "" {
		t.Errorf("host (-written +read):\n%s", diff)
	}
	if diff := cmp.Diff(want.Guests[0].Rest, got.Guests[0].Rest); diff != "" {
		t.Errorf("rest (-written +read):\n%s", diff)
	}
	if diff := cmp.Diff(want.Fits, got.Fits); diff != "" {
		t.Errorf("fits (-written +read):\n%s", diff)
	}
	if diff := cmp.Diff(want.Guests[0].Guest, got.Guests[0].Guest, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("guest (-written +read):\n%s", diff)
	}
}
