package redact_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"migcheck/cmd/internal/redact"
	"migcheck/hostinfo"
	"migcheck/hostinfo/standin"
	"migcheck/preflight"
	"migcheck/preflight/change"
	"migcheck/preflight/evacuate"
	"migcheck/preflight/fixes"
	"migcheck/preflight/fleet"
	"migcheck/preflight/report"
)

// What is planted, and must not come through. Each is in a field of its own kind
// somewhere, and in every sentence.
const (
	secretMAC  = "52:54:00:ac:3e:01"
	secretUUID = "ac3eac3e-0000-4000-8000-000000000001"
	secretIP   = "10.99.98.97"
	sentence   = "the guest acmeguest of acmehost and acmehost.acmecorp.example (" + secretMAC + ", " + secretIP + ", " + secretUUID +
		") stands on acmeguest-tap and bond0.7, as ACMEGUEST says: ip link set dev 'acmeguest-tap' up"
	// elsewhere is what another program says, of what nobody else has named.
	elsewhere = "ssh: connect to host acme-gate port 22: lookup acmebox: no such host; acmebob@acme.example: no domain with matching name 'acmeother' in /home/acmebob/.ssh"
)

var secrets = []string{"acme", "ac:3e", "ac3e", secretIP}

// planted is what a field is filled with, by its place; words that are kept are
// none.
func planted(path string) string {
	last := path[strings.LastIndexByte(path, '.')+1:]
	in := func(words ...string) bool {
		for _, w := range words {
			if last == w {
				return true
			}
		}
		return false
	}
	switch {
	case strings.HasSuffix(path, "Mention.Kind"):
		return "guest"
	case strings.HasSuffix(path, "Mention.Name"):
		return "acmementioned"
	case strings.HasSuffix(path, "GuestChange.Kind"):
		return change.GuestMoved
	case strings.HasSuffix(path, "GuestChange.Before"), strings.HasSuffix(path, "GuestChange.After"):
		return "acmehost"
	case in("Schema", "Arch", "Kernel", "Libvirt", "Via", "View", "Type", "Model", "Mode", "Rule", "Rules", "PermanentFor", "Explain", "Allow", "Outcome",
		"Kind", "What", "Version", "LinkType", "OperState", "SlaveKind", "Duplex", "Protocol", "ARPValidate", "FailOverMAC", "State", "MIIStatus",
		"CardType", "CHPID", "Isolation", "BridgeRole"), strings.HasSuffix(path, "Tool.Name"):
		return "kept"
	case in("UUID", "BootID"):
		return secretUUID
	case in("MAC", "PermanentMAC", "PartnerMAC", "Held", "Chassis"):
		return secretMAC
	case in("Addresses", "Network") && strings.Contains(path, "hostinfo"), in("Address"):
		return secretIP + "/22"
	case in("ID", "CausedBy"):
		return "kept/acmeguest/0/acmehost/acmeguest-tap"
	case in("Reason") && (strings.HasPrefix(path, "preflight.Finding.") || strings.HasPrefix(path, "fixes.Fix.")):
		return sentence + ", as acmementioned does"
	case in("Device", "ToDevice", "FromDevice", "NIC", "AltNames", "Parent"), strings.HasSuffix(path, "hostinfo.Device.Name"):
		return "acmeguest-tap"
	case in("Host", "From", "To", "Hosts", "Hostname", "Came", "Gone", "Observed") && !strings.HasSuffix(path, "Subject.Guest"), strings.HasSuffix(path, "HostIdentity.Name"):
		return "acmehost.acmecorp.example"
	case in("Guest", "Guests", "Name"):
		return "acmeguest"
	case in("User"):
		return "acmeuser"
	case in("Error", "Unseen", "Undecided", "Refused", "Unlisted", "Unknown"), in("Reason") && !strings.Contains(path, "Waive"):
		return elsewhere + "; " + sentence
	case in("Snapshot"):
		return "/srv/acme/snapshot"
	}
	return sentence
}

// plant fills every field that can be reached.
func plant(v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		plant(v.Elem(), path)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1e9, 0).UTC()))
			return
		}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() {
				continue
			}
			at := v.Type().String() + "." + f.Name
			if v.Type() == reflect.TypeFor[change.Names]() && f.Name == "First" {
				at = path
			}
			plant(v.Field(i), at)
		}
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[fleet.Set]() {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		plant(v.Index(0), path)
	case reflect.Map:
		m := reflect.MakeMap(v.Type())
		key, value := "acmehost:acmeguest-tap", reflect.New(v.Type().Elem()).Elem()
		if value.Kind() == reflect.String {
			value.SetString("acmeguest-tap")
		}
		m.SetMapIndex(reflect.ValueOf(key), value)
		v.Set(m)
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() {
			v.SetString(planted(path))
		}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint8:
		if v.Type() == reflect.TypeFor[preflight.Level]() {
			v.SetUint(uint64(preflight.Blocked))
		} else {
			v.SetUint(uint64(hostinfo.Yes))
		}
	}
}

func documents() map[string]any {
	out := map[string]any{
		preflight.Schema: &preflight.Document{}, fleet.Schema: &fleet.Document{}, change.Schema: &change.Document{},
		evacuate.Schema: &evacuate.Document{}, fixes.Schema: &fixes.Document{},
	}
	for schema, d := range out {
		v := reflect.ValueOf(d).Elem()
		plant(v, "")
		v.FieldByName("Schema").SetString(schema)
		if f := v.FieldByName("Options"); f.IsValid() { // both ways of showing pairs
			f.FieldByName("ToAll").SetBool(false)
		}
	}
	return out
}

// read gives a document as it is read back, and fails if nothing was planted.
func read(t *testing.T, d any) *report.Report {
	t.Helper()
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(raw, []byte("acme")); n < 10 {
		t.Fatalf("%d secrets are in %s", n, raw)
	}
	r, err := report.Read(raw)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestNothingComesThrough: what is planted in every field of every kind of
// document is in no format of it.
func TestNothingComesThrough(t *testing.T) {
	kinds := map[string]*report.Kind{
		preflight.Schema: report.Pairs, fleet.Schema: report.Fleet, change.Schema: report.Changes, evacuate.Schema: report.Evacuation, fixes.Schema: report.Fixes,
	}
	for schema, d := range documents() {
		for _, key := range [][]byte{nil, []byte("key")} {
			r := read(t, d)
			redact.Document(r.Document(), standin.New(key))
			for _, format := range kinds[schema].Formats() {
				var b bytes.Buffer
				if err := r.Render(&b, format, report.Options{Width: 100, Details: true, PerGuest: true}); err != nil {
					t.Fatalf("%s as %s: %v", schema, format, err)
				}
				out := strings.ToLower(b.String())
				for _, s := range secrets {
					if at := strings.Index(out, s); at >= 0 {
						t.Errorf("%s as %s has %s: ...%s...", schema, format, s, out[max(0, at-200):min(len(out), at+60)])
					}
				}
			}
		}
	}
}

// TestEveryFieldIsThere: a document that was redacted has a text wherever it had
// one, and nothing else in it has changed.
func TestEveryFieldIsThere(t *testing.T) {
	for schema, d := range documents() {
		r, before := read(t, d), read(t, d)
		redact.Document(r.Document(), standin.New(nil))
		same(t, schema, reflect.ValueOf(before.Document()), reflect.ValueOf(r.Document()))
	}
}

func same(t *testing.T, path string, a, b reflect.Value) {
	switch a.Kind() {
	case reflect.Pointer:
		if !a.IsNil() {
			same(t, path, a.Elem(), b.Elem())
		}
	case reflect.Struct:
		for i := range a.NumField() {
			if f := a.Type().Field(i); f.IsExported() {
				same(t, path+"."+f.Name, a.Field(i), b.Field(i))
			}
		}
	case reflect.Slice:
		if a.Len() != b.Len() {
			t.Fatalf("%s: %d became %d", path, a.Len(), b.Len())
		}
		for i := range a.Len() {
			same(t, path, a.Index(i), b.Index(i))
		}
	case reflect.Map:
		if a.Len() != b.Len() {
			t.Errorf("%s: %d became %d", path, a.Len(), b.Len())
		}
	case reflect.String:
		if (a.String() == "") != (b.String() == "") || a.String() == "kept" && b.String() != "kept" {
			t.Errorf("%s: %q became %q", path, a, b)
		}
	default:
		if !reflect.DeepEqual(a.Interface(), b.Interface()) {
			t.Errorf("%s: %v became %v", path, a, b)
		}
	}
}
