// Package libvirt turns the XML that libvirt prints of domains, networks and
// capabilities into the facts of package hostinfo, and back into the reduced
// XML that snapshots hold. It is pure: it reads bytes and writes bytes.
//
// What talks to a libvirt daemon is package client below it; what the facts
// mean is said in package preflight.
//
// Domain XML is read with the standard library's tokens and not with a schema:
// an interface type that is not known here, an element of another namespace or
// an attribute of a later libvirt is left alone and never fails a guest.
package libvirt
