//go:build system || lab

package main

// traces is what a probe, a trial or a pushed program could leave behind on a
// host: devices and what is set on them, addresses but those that the kernel makes
// of MAC addresses by itself, sockets, files, programs.
const traces = `ip -details -oneline link show | grep -oE "^[0-9]+: [^ ]+|mtu [0-9]+|link/ether [0-9a-f:]+|promiscuity [0-9]+|allmulti [0-9]+"
ip -oneline address show | grep -oE "[^ ]+ +inet6? [^ ]+" | grep -vE "fe80::[0-9a-f:]*ff:fe"
cat /proc/net/packet
ls -d /run/migcheck-* /dev/shm/migcheck-* /var/tmp/migcheck-* 2>/dev/null
ls /dev/tap*
for p in /proc/[0-9]*; do tr "\0" " " <$p/cmdline 2>/dev/null | grep -acE "[p]robe-(frames|listed)" | grep -v 0; done
true`
