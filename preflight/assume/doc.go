// Package assume says what a host would show after a fix: it carries out the
// commands that findings print on a copy of the host's facts. It changes no
// host and judges nothing. What a command leaves to the driver, the switch or
// time becomes unknown, never good: a NIC that is set up has an unknown
// carrier.
package assume
