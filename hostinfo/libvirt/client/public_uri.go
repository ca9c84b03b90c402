package client

import (
	"net/url"
	"strings"
)

// publicURI is a connection URI without the private socket that leads to the
// daemon: qemu+unix:///system?socket=/run/... is qemu:///system there.
func publicURI(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return uri
	}
	driver, transport, _ := strings.Cut(u.Scheme, "+")
	if transport != "unix" {
		return uri
	}
	return driver + "://" + u.Host + u.Path
}
