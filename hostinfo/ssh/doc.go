// Package ssh reaches a host over one SSH connection that carries everything:
// one command, and any number of streams to Unix sockets (libvirt, an agent).
// It reads ~/.ssh/config and known_hosts the way OpenSSH does, and always
// checks the host key. With a command of the user's own ([Config].Command) the
// same calls go through that program instead.
//
// What is run on a host, and what its answer means, does not belong here.
package ssh
