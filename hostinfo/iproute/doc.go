// Package iproute reads a host without any software of ours on it: one shell
// script, run once, prints what the host's own tools and files say ([Script]),
// and [Decode] turns that text into facts. It neither connects nor executes;
// carrying the script over is the business of hostinfo/ssh. The kernel of this
// machine is the business of hostinfo/netlink.
package iproute
