// Package fleet judges every guest of a fleet against every host, by the rules
// of a single check and with the same verdicts, without asking them about each
// pair. Guests that ask for the same, devices that look the same and hosts that
// are set up the same fall into classes; the engine judges one pair of each
// combination, and each pair in which an address or a name is met twice.
//
// What belongs here: classes, the matrix, what can be counted in it, and its
// document. Not here: rules, gathering, and how a matrix is printed. Like all of
// preflight it reads no host, file, clock or environment.
package fleet
