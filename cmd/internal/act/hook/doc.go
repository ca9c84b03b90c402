// Package hook protects a destination from whoever migrates without asking
// first: virsh, virt-manager, Cockpit. libvirt runs the hook at the beginning of
// an incoming migration and waits for it; the hook judges the XML that came in
// against what this host's kernel says, and refuses guests that are blocked.
//
// While libvirt waits it must not be called, so the hook never does, and reads
// no network: no SSH, no source host. It prints nothing on stdout, which libvirt
// would take for a new definition of the guest, and it keeps nothing of the XML,
// which holds passwords. Install, Remove, Waive and Status are what
// administrators do with it. What is wrong with a guest is said in preflight.
package hook
