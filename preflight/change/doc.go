// Package change says what became different between two runs over a fleet: in
// facts, and in what the rules made of them.
//
// What belongs here: comparing two judged fleets, leading a change of verdict
// back to the change of facts behind it, and the document that says so. Not
// here: judging, keeping runs, and how the document is printed. Like all of
// preflight it reads no host, file, clock or environment.
package change
