package world

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"migcheck/cmd/internal/fleetfile"
	"migcheck/hostinfo"
	"migcheck/hostinfo/agent"
	"migcheck/hostinfo/iproute"
	"migcheck/hostinfo/libvirt/client"
	"migcheck/hostinfo/netlink"
	"migcheck/hostinfo/ssh"
)

// session is what is open to one host, and what it said.
type session struct {
	name  string
	ready chan struct{} // closed when everything below is there

	host      *hostinfo.Host
	guests    []*hostinfo.Guest // all of them, if a census was taken
	err       error             // the name is no host's; host is unobserved then
	libvirt   *client.Conn
	forward   *ssh.Forward // by which libvirt is reached; nil if directly
	noLibvirt string       // why libvirt is nil
	hangUp    func()       // ends libvirt; nil if that is nil

	ssh     *ssh.Client
	agent   *agent.Client    // nil: there is none, or none to be asked
	gaveUp  time.Time        // when the agent failed
	hearing *hearing         // of the agent's changes; nil: there is none
	shown   *hostinfo.Host   // what the one exec showed; nil if the agent was asked first
	sockets []iproute.Socket // of libvirt, on the host
	// socketsRead says whether the host told which there are.
	socketsRead bool
	absent      absence // of libvirt's sockets
	route       Route

	census bool         // read all guests, too
	seen   *client.Seen // what the last census read; nil: not kept
	// decoder knows the last answer of the one exec; nil: not kept.
	decoder *iproute.Decoder
}

func (s *session) openLocal(ctx context.Context, l *live) {
	ctx, cancel := l.bounded(ctx)
	defer cancel()
	s.lookHere(ctx)
	s.openLibvirtHere(ctx, l)
}

func (s *session) openLibvirtHere(ctx context.Context, l *live) {
	s.openLibvirt(ctx, client.Options{URI: l.opts.LocalURI})
}

// lookHere reads this machine's devices.
func (s *session) lookHere(ctx context.Context) {
	h, err := netlink.Collector{Name: s.name}.Collect(ctx)
	if err != nil {
		h = hostinfo.Unobserved(s.name, err.Error())
	}
	h.Live = err == nil
	s.host = h
}

func (s *session) openRemote(ctx context.Context, l *live) {
	err := s.login(ctx, l) // which has a time-out of its own, and may ask a person
	ctx, cancel := l.bounded(ctx)
	defer cancel()
	if err == nil {
		if l.fleet.Hosts[s.name].Agent {
			s.agent = s.newAgent()
		}
		err = s.look(ctx, l)
	}
	direct := l.opts.URIs[s.name]
	if err != nil {
		s.host = hostinfo.Unobserved(s.name, reason(err))
		if s.err = usageError(l.fleet, s.name, err); direct == "" {
			s.noLibvirt = reason(err)
			return
		}
	}
	if direct != "" {
		s.err = nil
	}
	s.openLibvirtOf(ctx, l)
}

// openLibvirtOf opens another machine's libvirt, directly or over SSH.
func (s *session) openLibvirtOf(ctx context.Context, l *live) {
	if direct := l.opts.URIs[s.name]; direct != "" {
		s.openLibvirt(ctx, client.Options{URI: direct, Host: s.name})
		return
	}
	s.openForwarded(ctx, l.fleet.Hosts[s.name].URI)
}

// openForwarded opens libvirt through the SSH connection: the socket for
// reading and writing, or, where the daemon refuses that, the read-only one.
func (s *session) openForwarded(ctx context.Context, uri string) {
	if s.socketsRead && len(s.sockets) == 0 && (uri == "" || uri == client.DefaultURI) {
		// There is none: trying would cost the host another command.
		s.withoutLibvirt(reason(ssh.Socket{Paths: readWriteSockets, URI: client.DefaultURI}.Missing(s.ssh.Name())))
		return
	}
	if why := s.stillAbsent(); why != "" {
		s.withoutLibvirt(why)
		return
	}
	s.absent = absence{}
	var why []string
	absent := true
	for _, readOnly := range []bool{false, true} {
		socket := s.libvirtSocket(uri, readOnly)
		if len(socket.Paths) == 0 {
			why, absent = append(why, s.noSocket(readOnly)...), false
			continue
		}
		f, err := s.ssh.ForwardUnix(ctx, socket)
		if err != nil {
			why, absent = append(why, reason(err)), absent && errors.Is(err, ssh.NoSocket)
			if errors.Is(err, ssh.SocketDenied) || errors.Is(err, ssh.NoSocket) {
				continue
			}
			break // no other socket would fare better
		}
		conn, err := client.Open(ctx, client.Options{URI: overSocket(uri, f.Path), Host: s.name, ReadOnly: readOnly})
		if err == nil {
			s.hangUp = func() { _ = conn.Close(); _ = f.Close() }
			s.libvirt, s.forward = conn, f
			s.route.Libvirt, s.route.ReadOnly = f.Via, strings.Join(why, "; ")
			s.ask(ctx)
			return
		}
		_ = f.Close()
		why, absent = append(why, reasonFor(err, s.route.Login == "root")), false
	}
	s.withoutLibvirt(strings.Join(why, "; "))
	if absent {
		s.absent = absence{time.Now(), s.noLibvirt}
	}
}

// noSocket is why none of the sockets of one kind is worth a try.
func (s *session) noSocket(readOnly bool) []string {
	who := "the user"
	if s.route.Login != "" {
		who = "user " + s.route.Login
	}
	for _, there := range s.sockets {
		if there.ReadOnly() == readOnly {
			return []string{fmt.Sprintf("%s may not connect to %s", who, there.Path)}
		}
	}
	return nil
}

// login opens the one connection to the host.
func (s *session) login(ctx context.Context, l *live) error {
	dest := cmp.Or(l.fleet.Hosts[s.name].SSH, s.name)
	target, err := l.dialer.Resolve(ctx, dest)
	if err != nil {
		return err
	}
	s.route.SSH, s.route.Login = target.String(), target.User
	s.ssh, err = l.dialer.Dial(ctx, target)
	return err
}

// look asks for the devices: the agent, if one is known, or by one exec.
func (s *session) look(ctx context.Context, l *live) error {
	if h := s.byAgent(ctx); h != nil {
		s.host = h
		return nil
	}
	got, err := s.read(ctx, l.fleet.Hosts[s.name].Become)
	if err != nil {
		return err
	}
	s.host, s.sockets, s.socketsRead = got.Host, got.Sockets, got.SocketsRead
	s.host.Live = true
	rested := s.route.Agent == "" || time.Since(s.gaveUp) >= agentRest
	if s.shown = s.host; got.Agent && s.agent == nil && rested && !s.route.Sudo {
		s.agent = s.newAgent()
	}
	if s.route.Login == "" && !s.route.Sudo {
		s.route.Login = s.host.User
	}
	return nil
}

// read asks the host's kernel, with one exec.
func (s *session) read(ctx context.Context, how string) (*iproute.Result, error) {
	marker := iproute.NewMarker()
	command := iproute.Command(marker)
	if s.route.Sudo = how == "sudo"; s.route.Sudo {
		command = iproute.SudoCommand(marker)
	}
	res, err := s.ssh.Run(ctx, command, nil, iproute.MaxOutput)
	if err != nil {
		return nil, err
	}
	got, err := s.decoder.Decode(res.Stdout, marker)
	if err != nil && s.route.Sudo && res.ExitStatus != 0 {
		return nil, fmt.Errorf("become root on %s: sudo -n: exit status %d%s", s.name, res.ExitStatus, inBrackets(res.Stderr))
	}
	if err != nil {
		return nil, fmt.Errorf("read what %s said: %w%s", s.name, err, inBrackets(res.Stderr))
	}
	got.Host.Name, got.Host.Gathered = s.name, time.Now().UTC()
	return got, nil
}

func (s *session) openLibvirt(ctx context.Context, o client.Options) {
	conn, err := client.Open(ctx, o)
	if err != nil {
		s.withoutLibvirt(reasonFor(err, o.Host == "" && s.host != nil && s.host.User == "root"))
		return
	}
	s.libvirt, s.hangUp = conn, func() { _ = conn.Close() }
	s.ask(ctx)
}

// ask asks libvirt for what the session is for.
func (s *session) ask(ctx context.Context) {
	if s.census {
		s.guests = s.libvirt.Census(ctx, s.host, s.seen)
		return
	}
	s.libvirt.Facts(ctx, s.host)
}

func (s *session) withoutLibvirt(why string) {
	s.noLibvirt = why
	s.host.Unreached(why)
}

func (s *session) close() {
	<-s.ready
	s.leaveLibvirt()
	s.deafen()
	if s.agent != nil {
		s.agent.Close()
	}
	if s.ssh != nil {
		_ = s.ssh.Close()
	}
}

func (s *session) leaveLibvirt() {
	if s.hangUp != nil {
		s.hangUp()
	}
	s.libvirt, s.forward, s.hangUp = nil, nil, nil
}

// overSocket is the URI of a host's libvirt as seen through a local socket.
func overSocket(uri, socket string) string {
	if uri == "" {
		uri = client.DefaultURI
	}
	driver, rest, _ := strings.Cut(uri, "://")
	driver, _, _ = strings.Cut(driver, "+")
	path, _, _ := strings.Cut(rest, "?")
	return driver + "+unix://" + path + "?socket=" + url.QueryEscape(socket)
}

// Where libvirt's daemons listen, modular ones first.
var (
	readWriteSockets = []string{"/run/libvirt/virtqemud-sock", "/run/libvirt/libvirt-sock"}
	readOnlySockets  = []string{"/run/libvirt/virtqemud-sock-ro", "/run/libvirt/libvirt-sock-ro"}
)

// libvirtSocket is what to try on the host: the sockets that it said this user
// may use, or the usual ones if it said nothing. No paths if none may be used.
func (s *session) libvirtSocket(uri string, readOnly bool) ssh.Socket {
	if uri == "" {
		uri = client.DefaultURI
	}
	out := ssh.Socket{URI: uri, ReadOnly: readOnly}
	for _, there := range s.sockets {
		if there.Writable && there.ReadOnly() == readOnly {
			out.Paths = append(out.Paths, there.Path)
		}
	}
	if len(s.sockets) == 0 {
		if out.Paths = readWriteSockets; readOnly {
			out.Paths = readOnlySockets
		}
	}
	return out
}

// reason is an error in one line, with its hint.
func reason(err error) string { return reasonFor(err, false) }

// reasonFor is reason for one who may be root, whom it does not tell to be.
func reasonFor(err error, root bool) string {
	hint := ssh.Hint(err)
	if e, ok := errors.AsType[*client.OpenError](err); ok && hint == "" && !(root && e.Refused()) {
		hint = e.Hint()
	}
	if hint == "" {
		return err.Error()
	}
	return err.Error() + " (" + strings.ReplaceAll(hint, "\n", "; ") + ")"
}

// usageError is err if it means that no host of that name was meant by anyone.
func usageError(fleet *fleetfile.Fleet, name string, err error) error {
	_, listed := fleet.Hosts[name]
	for _, kind := range []ssh.Kind{ssh.BadDestination, ssh.BadConfig, ssh.Unsupported} {
		if errors.Is(err, kind) {
			return err
		}
	}
	if errors.Is(err, ssh.DNS) && !listed {
		return err
	}
	return nil
}

// guestError makes the client's word for a missing guest this package's.
func guestError(err error) error {
	if errors.Is(err, client.ErrNoGuest) {
		return fmt.Errorf("%w: %w", ErrNoGuest, err)
	}
	return err
}

func inBrackets(stderr []byte) string {
	text := strings.Join(strings.Fields(string(stderr[:min(len(stderr), 400)])), " ")
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}
