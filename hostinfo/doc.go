// Package hostinfo holds facts: what hosts, guests and networks are, as they
// were read at one moment. It never holds an opinion about them and never
// changes them; opinions live in package preflight. The package itself imports
// the standard library only; whatever reads a kernel, a shell or a libvirt
// daemon is a sub-package of it.
//
// Unknown is a value here. Every field documents what it holds when the fact
// could not be read, and [Gap] says why. Zero never means "no" where it could
// also mean "not read".
package hostinfo
