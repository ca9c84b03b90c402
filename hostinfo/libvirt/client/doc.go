// Package client asks libvirt daemons for facts. It is the only code of
// migcheck's fact gathering that talks to libvirt; reading the XML that comes
// back is package libvirt's work, and nothing here changes anything.
//
// It is built on libvirt's own C library, which is loaded when the program
// starts (build tag libvirt_dlopen, needs cgo). Any other build gets the same
// API, whose Open says that this build has no libvirt client.
//
// libvirt prints errors to stderr on its own; the Go binding that is used here
// turns that off for the whole process. Each message arrives in an error or a
// gap instead.
package client
