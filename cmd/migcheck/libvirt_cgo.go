//go:build cgo && libvirt_dlopen

package main

// libvirtClient says whether this build can talk to libvirt.
const libvirtClient = true
