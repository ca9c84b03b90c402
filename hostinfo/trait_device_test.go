package hostinfo

import (
	"reflect"
	"slices"
	"testing"
)

// untold are the fields of a device of which no trait speaks, and why: everything
// else that changes is told to who compares two runs.
var untold = map[string]string{
	"Index":                 "it differs after every boot; the name says which device it is",
	"Name":                  "it says which device it is",
	"OperState":             "it follows from state and carrier",
	"SlaveKind":             "it follows from the kind of the device that it is a port of",
	"Promiscuity":           "it counts what stands on the device, and guests come and go",
	"Held":                  "they are the addresses of guests, which come and go",
	"Bond.ActiveSlave":      "a bond fails over by itself, and that is no change of its own",
	"Bond.LACP.Aggregator":  "it is numbered anew whenever ports come back",
	"BondPort.State":        "a bond fails over by itself, and that is no change of its own",
	"BondPort.Aggregator":   "it is numbered anew whenever ports come back",
	"BondPort.ActorState":   "it changes while the port is negotiated; its link is told",
	"BondPort.PartnerState": "it changes while the port is negotiated; its link is told",
	"BondPort.PermanentMAC": "the device's own permanent address is told",
	"Functions[].MAC":       "it is the address that a guest brings along",
}

// TestEveryFieldOfADevice: a field that is another afterwards is told by a trait,
// or it is said here why not.
func TestEveryFieldOfADevice(t *testing.T) {
	var fields []string
	visit(reflect.ValueOf(sample()).Elem(), "", func(field string, _ reflect.Value) { fields = append(fields, field) })
	for _, field := range fields {
		before, after := sample(), sample()
		visit(reflect.ValueOf(after).Elem(), "", func(f string, v reflect.Value) {
			if f == field {
				alter(t, f, v)
			}
		})
		told := !reflect.DeepEqual(inTraits(before), inTraits(after))
		if why, kept := untold[field]; told == kept {
			t.Errorf("Device.%s: told %v, and said not to be: %q", field, told, why)
		}
	}
	for field := range untold {
		if !slices.Contains(fields, field) {
			t.Errorf("a device has no %s", field)
		}
	}
}

// sample is a device with one of everything that a device may have, which is up:
// a carrier is told of such ones only.
func sample() *Device {
	return &Device{
		Index: 9, Name: "a", Up: Yes,
		VLAN: &VLAN{}, Bond: &Bond{LACP: &LACP{}}, BondPort: &BondPort{}, Macvlan: &Macvlan{}, Bridge: &Bridge{}, Tunnel: &Tunnel{},
		BridgePort: &BridgePort{VLANs: []VLANRange{{}}}, VF: &VF{}, Functions: []Function{{}}, QETH: &QETH{},
	}
}

// inTraits are all traits of a device that lies among others.
func inTraits(d *Device) []string {
	l := IndexLinks(&Host{Devices: []Device{{Index: 1, Name: "eth0"}, *d}})
	var out []string
	for _, t := range deviceTraits {
		out = append(out, t.of(l, d))
	}
	return out
}

// visit shows every field that holds a value, not fields, by its path.
func visit(v reflect.Value, path string, show func(string, reflect.Value)) {
	switch {
	case v.Kind() == reflect.Pointer:
		visit(v.Elem(), path, show)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if path != "" {
				name = path + "." + name
			}
			visit(v.Field(i), name, show)
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		visit(v.Index(0), path+"[]", show)
	default:
		show(path, v)
	}
}

// alter makes a field another; a number becomes the other device's index.
func alter(t *testing.T, field string, v reflect.Value) {
	t.Helper()
	switch {
	case v.Type() == reflect.TypeFor[Tri]():
		v.SetUint(uint64(No))
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.Kind() == reflect.Int:
		v.SetInt(1)
	case v.Kind() == reflect.String:
		v.SetString("x")
	case v.Type() == reflect.TypeFor[[]string]():
		v.Set(reflect.ValueOf([]string{"x"}))
	default:
		t.Fatalf("Device.%s is of a type that this test does not know: %v", field, v.Type())
	}
}
