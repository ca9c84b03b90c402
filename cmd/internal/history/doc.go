// Package history keeps what was seen of a fleet, run by run, in one SQLite
// file: the fleet's document, and the facts of hosts and guests that it was
// judged from. Facts that did not change since another run are not stored again.
//
// What belongs here: the file, what is kept in it and for how long, and how a
// run is named on a command line. Not here: comparing runs (preflight/change),
// gathering and judging them, and words for people about them.
//
// The file has a rollback journal and no write-ahead log. At rest it is one
// file, which can be copied, stands on a network home and is read by a group
// that may not write beside it. A run is stored in one transaction, which
// touches the file only at its end, so that readers wait for moments and not
// for runs, and what was stored is on the disk.
package history
