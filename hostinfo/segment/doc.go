// Package segment reads what a host has seen of the networks that its devices
// lead to, short of sending frames: the switches that announce themselves by LLDP
// and the routers of the devices' own IP networks. It is asked for with a probe
// only, by one more command on the connection. It judges nothing.
package segment
