// Package probe is what two hosts say to each other to find out whether two of
// their devices are on one network: Ethernet frames that prove who sent them
// ([Frame]), what one end makes of those that reach it ([Ear]), the questions by
// which a program on the host is driven ([Order], [Answer]), and the course of it
// all ([Run]). It opens no socket, reads no clock and changes nothing: whoever
// sends and waits is in cmd/internal/act/probe.
//
// A frame counts only where its digest is right, and the key of that is made for
// one run and travels over SSH. Each end has a nonce of its own, which the other
// can learn from the network only and sends back: so an end knows without being
// told that what it sent has arrived. Two programs of which each sends frames of
// another [Version] do not hear each other: they say so beforehand, and nothing is
// concluded from their silence.
package probe
