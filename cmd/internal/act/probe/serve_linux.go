package probe

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"migcheck/hostinfo/probe"
)

const (
	// lifetime is how long the program lives at most, whatever it is told.
	lifetime = 3 * time.Minute
	// patientMost is how long it waits at most for what it is asked about.
	patientMost = 10 * time.Second
)

// Serve does as the lines on in tell, answers each with a line on out, and ends
// with in. It returns the exit code. Who orders may use what allowed allows; nil
// allows everything.
func Serve(in io.Reader, out io.Writer, allowed *Allowed) int {
	time.AfterFunc(lifetime, func() { os.Exit(1) })
	s := &station{allowed: allowed}
	defer s.close()
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 1024), probe.MaxLine)
	answers := json.NewEncoder(out)
	for lines.Scan() {
		var o probe.Order
		a := &probe.Answer{}
		if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
			a.Error = failed("read an order: %v", err)
		} else {
			a = s.obey(&o)
		}
		if answers.Encode(a) != nil {
			return 1
		}
	}
	if lines.Err() != nil {
		return 1
	}
	return 0
}

func failed(format string, a ...any) *probe.Trouble {
	return &probe.Trouble{Kind: probe.Failed, Text: fmt.Sprintf(format, a...)}
}

// station is one device with an ear.
type station struct {
	allowed   *Allowed
	device    *device
	turns     *turns
	peer      net.HardwareAddr
	direction probe.Direction
	run       probe.RunID
	key       probe.Key
	own       probe.Nonce
	next      uint32

	mu   sync.Mutex
	ear  *probe.Ear
	end  *probe.Trouble // why no more is heard; nil while it is
	news chan struct{}  // closed and made anew when something was heard
}

func (s *station) close() {
	if s.device != nil {
		_ = s.device.fd.Close()
		s.turns.close()
	}
}

func (s *station) obey(o *probe.Order) *probe.Answer {
	a := &probe.Answer{}
	switch {
	case o.Do == probe.Open && s.device == nil:
		if a.Error = s.open(o); a.Error == nil {
			a.MAC, a.MTU, a.Version = s.device.mac.String(), s.device.mtu, probe.Version
		}
	case o.Do == probe.Trial && s.allowed != nil:
		a.Error = &probe.Trouble{Kind: probe.Denied, Text: "make a macvtap: only root may; who is no more than a member of " + Group + " sends frames"}
	case o.Do == probe.Trial:
		a.Refused, a.Error = tryMacvtap(o)
	case s.device == nil:
		a.Error = failed("no device was opened")
	case o.Do == probe.Send:
		a.Sent, a.Error = s.send(o)
	case o.Do == probe.Await:
		a.Heard, a.Error = s.await(o)
	default:
		a.Error = failed("%.20q is no order, or comes too late", o.Do)
	}
	return a
}

func (s *station) open(o *probe.Order) *probe.Trouble {
	var err error
	if s.run, s.key, err = o.Secrets(); err != nil {
		return failed("open %s: %v", o.Device, err)
	}
	if s.direction = o.Direction; s.direction != probe.There && s.direction != probe.Back {
		return failed("open %s: %d is no direction", o.Device, o.Direction)
	}
	if s.peer, err = net.ParseMAC(o.Peer); err != nil || len(s.peer) != 6 || s.peer[0]&1 != 0 {
		return failed("open %s: %.30q is no device's address", o.Device, o.Peer)
	}
	if t := s.allowed.refuse(o.Device); t != nil {
		return t
	}
	if s.turns, err = openTurns(); err != nil {
		return failed("%v", err)
	}
	_, _ = rand.Read(s.own[:]) // never fails
	s.ear = probe.NewEar(s.direction, s.run, s.key, s.own)
	s.news = make(chan struct{})
	var t *probe.Trouble
	if s.device, t = openDevice(o, s.run); t != nil {
		s.turns.close()
		return t
	}
	go s.listen()
	return nil
}

// listen hears until the device is closed or goes down.
func (s *station) listen() {
	buffer := make([]byte, probe.MaxSize+2*etherHeader)
	for {
		content, err := s.device.receive(buffer)
		s.mu.Lock()
		if err != nil {
			s.end = s.device.trouble("receive on "+s.device.name, err)
		}
		if err != nil || s.ear.Hear(content) {
			close(s.news)
			s.news = make(chan struct{})
		}
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// send sends frames one after the other, each with what was heard by then.
func (s *station) send(o *probe.Order) (int, *probe.Trouble) {
	sent := 0
	for range min(o.Frames, probe.MaxFrames) {
		if s.next >= probe.MaxFrames {
			return sent, failed("send by %s: a run has no more than %d frames", s.device.name, probe.MaxFrames)
		}
		ok, t := s.sendOne(o.Size)
		if t != nil {
			return sent, t
		}
		if ok {
			sent++
		}
	}
	return sent, nil
}

// sendOne sends a frame when it is this program's turn.
func (s *station) sendOne(size int) (bool, *probe.Trouble) {
	if err := s.turns.take(forTurn); err != nil {
		return false, failed("send by %s: %v", s.device.name, err)
	}
	defer s.turns.give()
	s.mu.Lock()
	echo, end := s.ear.Other(), s.end
	s.mu.Unlock()
	if end != nil {
		return false, end
	}
	f := probe.Frame{Direction: s.direction, Size: size, Sequence: s.next, Own: s.own, Echo: echo}
	content, err := f.Encode(s.run, s.key)
	if err != nil {
		return false, failed("send by %s: %v", s.device.name, err)
	}
	s.next++
	return s.device.send(s.peer, content)
}

// await answers as soon as what is wanted was heard.
func (s *station) await(o *probe.Order) (*probe.Heard, *probe.Trouble) {
	wanted := probe.Wanted{Size: o.Size, Frames: o.Frames, Echo: o.Echo}
	late := time.NewTimer(min(time.Duration(o.Patient)*time.Millisecond, patientMost))
	defer late.Stop()
	for over := false; ; {
		s.mu.Lock()
		h, end, news := s.ear.Heard(), s.end, s.news
		if over || end != nil || wanted.Met(&h) {
			h.Lost = s.device.drops()
			s.mu.Unlock()
			return &h, end
		}
		s.mu.Unlock()
		select {
		case <-news:
		case <-late.C:
			over = true
		}
	}
}
