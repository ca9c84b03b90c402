// Package preflight holds opinions: what the facts of two hosts mean for a
// guest that is to be migrated between them. It reads no host, file, clock or
// environment: everything it looks at comes in with a [Plan], the date
// included, and everything it concludes goes out in a [Report].
//
// The rules themselves are in preflight/rules, one file each; the formats of
// a report are in preflight/report. Gathering facts is hostinfo's work.
package preflight
