// Package agent puts migcheck's agent on a host, and takes it away: the program,
// its systemd units and the group that may ask it. It writes over nothing that
// it has not written itself. What the agent says and how it is asked is
// hostinfo/agent; another host is changed by this very program running there.
package agent
