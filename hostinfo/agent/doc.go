// Package agent is the way to facts that need no login's fork, no shell and no
// ip: a small server on a host that says what [migcheck/hostinfo/netlink] reads
// there, and the client that asks it, locally or through an SSH connection. It
// gathers nothing itself, holds no opinion, sends no frame, and changes nothing
// but its own socket.
//
// It is HTTP and JSON on a Unix socket, so that curl can ask it, too:
//
//	curl --unix-socket /run/migcheck/agent.sock http://agent/inventory
//
//	GET /inventory  a recorded host (schema migcheck.host/1) without what libvirt
//	                knows. The ETag changes with the facts and with nothing else;
//	                If-None-Match answers 304. Age says how old the facts may be,
//	                in seconds, rounded up; Cache-Control: max-age=N how old they
//	                may be for this question. The memory, of which never the same
//	                is free, is in a header of its own, Migcheck-Memory. So is
//	                whether libvirt's sockets are there: Migcheck-Libvirt-Sockets.
//	GET /changes    a line of JSON at once and with every change (see [Change])
//	GET /version    who answers, and what it can (see [Version])
//
// # What grows old
//
// The kernel tells of links and addresses (a [netlink.Subscription]): what was
// read before its last word is read again before anybody gets an answer. It does
// not tell of
//
//   - what stands on a device from other namespaces, what an 802.3ad bond agrees
//     with its switch, the settings of VFs, and an altname or a mode that a
//     device gets while it is down;
//   - anything in /sys, /proc, /dev, /lib and /etc: speed, driver, qeth, modules,
//     vhost, default routes, lldpad, network configuration.
//
// So no answer is made of anything that was read more than [MaxAge] before the
// question, or more than the question's own max-age; 0 reads everything anew.
// One reading answers all who wait for it, and [Pause] lies between two, so that
// neither a thousand clients nor a link that flaps cost more than that. What
// libvirt knows is not the agent's to say, and can't grow old here.
//
// # Versions
//
// Within migcheck.host/1 fields are only added: each side ignores what it does
// not know, and a fact that an older agent does not know of is a gap, not a
// "none". A later schema is refused with [ErrNewer], and the caller asks the host
// in another way. A client takes an agent's word for nothing but facts: sizes,
// times and schema are held to bounds, and every name is escaped by whoever
// prints it.
package agent

import (
	"time"

	"migcheck/hostinfo/iproute/files"
)

// Socket is where an agent listens.
const Socket = files.AgentSocket

// Via is the Host.Via of what an agent said.
const Via = "agent"

// Group is the group whose members may ask.
const Group = "migcheck"

// How old facts may grow.
const (
	// MaxAge is for questions that do not say.
	MaxAge = 2 * time.Second
	// Pause lies between the begin of one reading and that of the next.
	Pause = 50 * time.Millisecond
	// watchEvery is how often an agent looks for what the kernel does not tell,
	// while somebody listens to its changes.
	watchEvery = 5 * time.Second
)

// Version is the answer to GET /version.
type Version struct {
	Schema       string   `json:"schema"`       // "migcheck.agent/1"
	Version      string   `json:"version"`      // the agent's migcheck
	Host         string   `json:"host"`         // the schema of its inventory
	Capabilities []string `json:"capabilities"` // the paths that it answers: "inventory", "changes"
}

const schema = "migcheck.agent/1"

// Change is a line of GET /changes. The first one only names the state that the
// next counts from. Changes that come faster than they can be sent are one.
type Change struct {
	ETag string `json:"etag"` // of the inventory that is there now
	// Names of devices, each list at most maxNames long.
	Added   []string `json:"added,omitempty"`
	Changed []string `json:"changed,omitempty"`
	Removed []string `json:"removed,omitempty"`
	// More says that there are more names than that.
	More bool `json:"more,omitempty"`
}
