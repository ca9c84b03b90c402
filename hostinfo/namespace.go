package hostinfo

// Namespace is another network namespace of a host: a container's, or one of
// ip netns. See FactNamespaces.
type Namespace struct {
	// Name is its name below /run/netns, else "pid N (COMMAND)" of a process in
	// it, else its name below /run/docker/netns.
	Name string `json:"name"`
	// Devices are its links, without addresses and what the files say of them; nil
	// if they could not be read. Their indexes count in it; those of Parent where
	// ParentElsewhere is set count in another one, most often the host's own.
	Devices []Device `json:"devices,omitempty"`
}

// Called is the namespace's device with that name or altname, or nil.
func (n *Namespace) Called(name string) *Device {
	for i := range n.Devices {
		if n.Devices[i].Called(name) {
			return &n.Devices[i]
		}
	}
	return nil
}
