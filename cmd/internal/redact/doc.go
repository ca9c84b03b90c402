// Package redact hides in a report what must not leave the house. It takes a
// document before any format sees it, so that none can forget; what is shown
// instead of a value is package standin's to choose. It judges nothing, and reads
// nothing but the document and what was learned of the facts before.
package redact
