// Package report turns a report document into what people and programs read,
// one file a format. Every format starts from the document's JSON, so that no
// two of them can say different things. It judges nothing.
package report
