package libvirt

import (
	"errors"
	"fmt"
)

// ErrNoHostUUID is returned for capabilities that name no host UUID.
var ErrNoHostUUID = errors.New("capabilities XML has no host UUID")

// ParseHostUUID reads the host's UUID from capabilities XML
// (virConnectGetCapabilities, host/uuid). Some drivers have none (test): then
// the error is ErrNoHostUUID.
func ParseHostUUID(capabilities []byte) (string, error) {
	root, err := parseTree(capabilities, "capabilities", func(path string) bool {
		return path == "host" || path == "host/uuid"
	})
	if err != nil {
		return "", err
	}
	text := root.child("host").child("uuid").content()
	if text == "" {
		return "", ErrNoHostUUID
	}
	uuid, err := ParseUUID(text)
	if err != nil {
		return "", fmt.Errorf("capabilities XML: %w", err)
	}
	return uuid, nil
}
