package hook

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
)

const (
	maxStatus = 1 << 20 // bytes of one of libvirt's runtime files
	maxPorts  = 4096    // NICs on one network
)

// networks adds the libvirt networks that the guest's NICs name, from the files
// that the daemon keeps of active ones. Where one of them can't be read, all
// NICs of networks are left out.
func (s Site) networks(h *hostinfo.Host, def *hostinfo.Definition) {
	var names []string
	for i := range def.NICs {
		if n := &def.NICs[i]; n.NetworkBacked() && !slices.Contains(names, n.Network) {
			names = append(names, n.Network)
		}
	}
	for _, name := range names {
		n, err := s.network(name)
		if err != nil {
			h.AddGap(hostinfo.FactNetworks, "", fmt.Sprintf("libvirt network %s: %v", name, err))
			continue
		}
		h.Networks = append(h.Networks, *n)
	}
}

func (s Site) network(name string) (*hostinfo.Network, error) {
	if strings.ContainsRune(name, '/') { // no network has such a name, and a path would lead elsewhere
		return nil, errors.New("it can't have this name")
	}
	raw, err := readFile(s.path(networksPath+"/"+name+".xml"), maxStatus)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("it is not active")
	}
	if err != nil {
		return nil, err
	}
	n, err := libvirt.ParseNetworkStatus(raw)
	if err != nil {
		return nil, err
	}
	s.countPorts(n, name)
	return n, nil
}

// countPorts counts who uses the devices of a pool. Where libvirt keeps no files
// of ports (before 5.5), the counts stay unknown.
func (s Site) countPorts(n *hostinfo.Network, name string) {
	dir := s.path(filepath.Join(networksPath, name, "ports"))
	files, err := os.ReadDir(dir)
	if err != nil || len(files) > maxPorts {
		return
	}
	used := map[string]int{}
	for _, f := range files {
		raw, err := readFile(filepath.Join(dir, f.Name()), maxStatus)
		if err != nil {
			return
		}
		dev, err := libvirt.ParseNetworkPort(raw)
		if err != nil {
			return
		}
		used[dev]++
	}
	for i := range n.Devices {
		n.Devices[i].Connections = used[cmp.Or(n.Devices[i].Dev, n.Devices[i].PCI)]
	}
}
