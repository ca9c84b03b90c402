// Package probe sends frames between two devices of two hosts, to see whether
// they are on one network, and tries a macvtap on a device for a moment. It is
// one of the packages that touch a host; nothing that it does outlives it.
//
// [Serve] is the program beside a device: a hidden command of migcheck that is
// driven by lines on its standard input and ends with it. [Start] brings it to
// life on a host and is the other end of those lines. What the frames are and
// what they prove is in hostinfo/probe.
package probe
