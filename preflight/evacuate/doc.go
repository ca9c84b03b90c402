// Package evacuate plans how a host is emptied: which guest goes where, one
// after the other, each judged with its destination as it will be once those
// before it are there; and who can't leave, and why. It decides nothing that
// the rules and the hosts' free memory do not: what a rule says, package
// preflight says. It touches no host and reads no file, clock or environment.
//
// Memory is reckoned as a whole. Of which NUMA node it comes, what QEMU itself
// needs beside the guest's memory, and hugepages that a kernel would make on
// demand are left out.
package evacuate
