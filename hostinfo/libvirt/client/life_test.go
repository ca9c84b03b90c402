//go:build system && cgo && libvirt_dlopen

package client

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"reflect"
	"syscall"
	"testing"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
)

// A dump into a pipe that nobody empties goes on for as long as we like.
func testJob(t *testing.T, d *libvirtd, c *Conn) {
	fifo := d.path("/run/dump")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	dump := exec.Command("virsh", "-q", "-c", uri(d.socket()), "dump", "--memory-only", "web1", "/run/dump")
	if err := dump.Start(); err != nil {
		t.Fatal(err)
	}
	pipe, err := os.Open(fifo)
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	// The first byte is written by the job.
	if _, err := io.ReadFull(pipe, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	g, err := c.Guest(t.Context(), "web1")
	if err != nil || g.Job != "dump" || len(g.Gaps) > 0 {
		t.Errorf("guest: %+v, %v", g, err)
	}
	if _, err := io.Copy(io.Discard, pipe); err != nil {
		t.Error(err)
	}
	if err := dump.Wait(); err != nil {
		t.Errorf("virsh dump: %v", err)
	}
	if g, err := c.Guest(t.Context(), "web1"); err != nil || g.Job != "" {
		t.Errorf("after the job: %+v, %v", g, err)
	}
}

func testPausedAndOff(t *testing.T, d *libvirtd, c *Conn) {
	d.virsh(t, "suspend", "web1")
	g, err := c.Guest(t.Context(), "web1")
	if err != nil || g.State != hostinfo.StatePaused || g.Live == nil || g.Migratable == nil {
		t.Errorf("paused: %+v, %v", g, err)
	}
	d.virsh(t, "destroy", "web1")
	g, views, err := c.GuestXML(t.Context(), "web1")
	if err != nil {
		t.Fatal(err)
	}
	if g.State != hostinfo.StateShutoff || g.ID != 0 || g.Live != nil || g.Migratable != nil || len(g.Gaps) > 0 {
		t.Errorf("shut off: %+v", g)
	}
	if g.Sent() == nil || g.Sent() != g.Inactive || !reflect.DeepEqual(views, libvirt.Views{Inactive: views.Inactive}) {
		t.Errorf("shut off: %+v", g)
	}
	var h hostinfo.Host
	c.Facts(t.Context(), &h)
	if n := h.Network("lan"); n == nil || n.Devices[0].Connections != 0 {
		t.Errorf("network: %+v", n)
	}
	d.virsh(t, "destroy", "transient")
	if _, err := c.Guest(t.Context(), "transient"); !errors.Is(err, ErrNoGuest) {
		t.Errorf("a transient guest that ended: %v", err)
	}
}
