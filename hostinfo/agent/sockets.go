package agent

import (
	"migcheck/hostinfo"
	"migcheck/hostinfo/netlink"
)

// socketsHeader says with each inventory whether libvirt's sockets are on the host
// at that moment: "none", "there", or nothing where that is not known. It is no fact
// about the host, but spares who asks a try that would fail.
const socketsHeader = "Migcheck-Libvirt-Sockets"

func (s *Server) libvirtSockets() hostinfo.Tri {
	if s.Sockets != nil {
		return s.Sockets()
	}
	return netlink.LibvirtSockets()
}

// socketsWord is the header's value; empty for nothing.
func socketsWord(there hostinfo.Tri) string {
	return map[hostinfo.Tri]string{hostinfo.No: "none", hostinfo.Yes: "there"}[there]
}

// Sockets is what the agent said with its last inventory of libvirt's sockets on
// its host: No if there are none. Unknown is what an older agent says.
func (c *Client) Sockets() hostinfo.Tri {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sockets
}

func takeSockets(header string) hostinfo.Tri {
	switch header {
	case "none":
		return hostinfo.No
	case "there":
		return hostinfo.Yes
	}
	return hostinfo.Unknown
}
