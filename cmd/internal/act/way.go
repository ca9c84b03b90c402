package act

import "migcheck/hostinfo/libvirt/client"

// Way is the connections to both hosts.
type Way struct{ From, To *client.Conn }
