package report_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"
)

type junitCase struct {
	Name    string    `xml:"name,attr"`
	Class   string    `xml:"classname,attr"`
	Failure *struct{} `xml:"failure"`
	Error   *struct{} `xml:"error"`
	Skipped *struct{} `xml:"skipped"`
}

type junitDocument struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Suites   []struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	} `xml:"testsuite"`
}

// junitShape is what Jenkins' schema of JUnit files (junit-10.xsd) allows: for
// each element the one that it stands in, and its attributes.
var junitShape = map[string]struct{ in, attributes string }{
	"testsuites": {"", "name time tests failures disabled errors"},
	"testsuite":  {"testsuites", "name tests failures errors time disabled skipped timestamp hostname id package"},
	"properties": {"testsuite", ""},
	"property":   {"properties", "name value"},
	"testcase":   {"testsuite", "name assertions time classname status"},
	"skipped":    {"testcase", "message"},
	"error":      {"testcase", "message type"},
	"failure":    {"testcase", "message type"},
	"system-out": {"testcase", ""},
}

// junitFile reads a file and holds it to the shape, and to its own counts.
func junitFile(t testing.TB, out []byte) *junitDocument {
	t.Helper()
	x := xml.NewDecoder(bytes.NewReader(out))
	path := []string{""}
	for {
		token, err := x.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%.2000s", err, out)
		}
		switch e := token.(type) {
		case xml.StartElement:
			shape, known := junitShape[e.Name.Local]
			if !known || shape.in != path[len(path)-1] {
				t.Fatalf("a %s in a %s", e.Name.Local, path[len(path)-1])
			}
			for _, a := range e.Attr {
				if !strings.Contains(" "+shape.attributes+" ", " "+a.Name.Local+" ") {
					t.Fatalf("%s has %s", e.Name.Local, a.Name.Local)
				}
			}
			path = append(path, e.Name.Local)
		case xml.EndElement:
			path = path[:len(path)-1]
		}
	}
	var d junitDocument
	if err := xml.Unmarshal(out, &d); err != nil {
		t.Fatal(err)
	}
	tests, failures, errors := 0, 0, 0
	for _, s := range d.Suites {
		n := map[string]int{}
		for _, c := range s.Cases {
			if c.Name == "" {
				t.Errorf("a case of %q has no name", s.Name)
			}
			for what, is := range map[string]bool{"failure": c.Failure != nil, "error": c.Error != nil, "skipped": c.Skipped != nil} {
				if is {
					n[what]++
				}
			}
		}
		if s.Tests != len(s.Cases) || s.Failures != n["failure"] || s.Errors != n["error"] || s.Skipped != n["skipped"] {
			t.Errorf("%q counts %+v, and has %d cases, %v", s.Name, s.Tests, len(s.Cases), n)
		}
		tests, failures, errors = tests+s.Tests, failures+s.Failures, errors+s.Errors
	}
	if d.Tests != tests || d.Failures != failures || d.Errors != errors {
		t.Errorf("the file counts %d %d %d, and its suites %d %d %d", d.Tests, d.Failures, d.Errors, tests, failures, errors)
	}
	return &d
}
