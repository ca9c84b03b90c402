// Package snapshot records what was gathered of hosts and guests as files, and
// reads it back, so that a later judgement sees what a live one would have
// seen. It holds the format and nothing of how the facts are gathered
// (packages beside it) or judged (package preflight).
//
// A snapshot is one directory with one JSON file a host, named by the host's
// UUID, and beside it the XML of that host's recorded guests, one file a view:
//
//	4c4c4544-....json
//	c7a5fdbd-....live.0f3a9c21d4e8.xml
//
// The JSON file is what counts: XML files are found through it and through
// nothing else, and an XML file's name changes with its content. So a host is
// replaced in one rename, and a reader never sees half of it.
//
// Within schema migcheck.host/1 fields are only added; a reader ignores what it
// does not know. All of a snapshot is untrusted input: it may have come with a
// ticket.
package snapshot
