package ssh

import (
	"io"
	"net"
	"testing"
)

// TestOnLoss: who asked for it learns of the end before the local side does,
// and the local side learns of it when he is done.
func TestOnLoss(t *testing.T) {
	for name, end := range map[string]func(*Forward, net.Conn){
		"the host ends it":    func(_ *Forward, host net.Conn) { host.Close() },
		"the connection is":   func(f *Forward, _ net.Conn) { f.lost(); f.shut() },
		"it is cut from here": func(f *Forward, _ net.Conn) { f.Cut() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("XDG_RUNTIME_DIR", "")
			remote, host := net.Pipe()
			f := &Forward{remote: remote, closed: make(chan struct{}), ended: make(chan struct{})}
			if err := f.open(); err != nil {
				t.Fatal(err)
			}
			go f.serve()
			local, err := net.Dial("unix", f.Path)
			if err != nil {
				t.Fatal(err)
			}
			defer local.Close()
			if _, err := local.Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(host, make([]byte, 1)); err != nil {
				t.Fatal(err) // what was sent has arrived: both ends are there
			}
			called, goOn := make(chan struct{}), make(chan struct{})
			f.OnLoss(func() { close(called); <-goOn })
			ended := make(chan struct{})
			go func() {
				_, _ = local.Read(make([]byte, 1))
				close(ended)
			}()
			go end(f, host)
			<-called
			select {
			case <-ended:
				t.Error("the local side knows already")
			default:
			}
			close(goOn)
			<-ended
			<-f.ended
		})
	}
}
