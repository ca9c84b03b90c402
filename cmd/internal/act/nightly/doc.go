// Package nightly puts a timer on this machine that judges the fleet every night:
// the units, the settings of its SSH and its key, and the script that holds the
// key to migcheck's one command on the hosts. What the run does is the fleet
// verb's business.
package nightly
