//go:build cgo && libvirt_dlopen

package client

import (
	"context"
	"errors"
	"strings"

	golibvirt "libvirt.org/go/libvirt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
)

// Fit asks the daemon whether a guest of this definition could run on its host,
// in everything but its files. What is not answered is a gap: a read-only
// connection is refused most of it.
func (c *Conn) Fit(ctx context.Context, uuid string, def *hostinfo.Definition, r *hostinfo.Rest) *hostinfo.Fit {
	f := &hostinfo.Fit{Guest: uuid}
	m := machine{r.Emulator, def.Arch, def.Machine, def.Type}
	c.fitMachine(ctx, m, f)
	switch {
	case r.CPU == nil:
	case r.CPU.ShowsHost():
		c.fitHostCPU(ctx, r.CPU, f)
	case r.CPU.Check != "none":
		c.fitCPU(ctx, m, r.CPU, f)
	}
	return f
}

// machine is what a guest runs on.
type machine struct{ emulator, arch, machine, virtType string }

// fitMachine asks for emulator and machine type, and for TPMs where both are
// there.
func (c *Conn) fitMachine(ctx context.Context, m machine, f *hostinfo.Fit) {
	caps, err := c.domainCapabilities(ctx, m)
	switch {
	case err == nil:
		addTPMs(f, caps)
		return
	case !refuses(err):
		lack(f, err, hostinfo.FactTPM)
		if !c.offersMachine(ctx, m) {
			lack(f, err, hostinfo.FactEmulator, hostinfo.FactMachine)
		}
		return
	}
	f.NoEmulator = refusal(err)
	if m.machine == "" {
		return
	}
	bare := m // shows which of the two it is
	bare.machine = ""
	switch caps, err2 := c.domainCapabilities(ctx, bare); {
	case err2 == nil:
		f.NoEmulator, f.NoMachine = "", refusal(err)
		addTPMs(f, caps)
	case !refuses(err2):
		f.NoEmulator = ""
		lack(f, err2, hostinfo.FactEmulator, hostinfo.FactMachine, hostinfo.FactTPM)
	}
}

func (c *Conn) domainCapabilities(ctx context.Context, m machine) (string, error) {
	return call(ctx, c, "ask what "+m.emulator+" can run", func(conn *golibvirt.Connect) (string, error) {
		return conn.GetDomainCapabilities(m.emulator, m.arch, m.machine, m.virtType, 0)
	})
}

// offersMachine looks for the machine type where read-only connections may look.
// Only that it is there counts.
func (c *Conn) offersMachine(ctx context.Context, m machine) bool {
	there, err := call(ctx, c, "ask for its capabilities", func(conn *golibvirt.Connect) (bool, error) {
		caps, err := conn.GetCapabilities()
		if err != nil {
			return false, err
		}
		return libvirt.OffersMachine([]byte(caps), m.emulator, m.arch, m.machine, m.virtType)
	})
	return err == nil && there
}

func addTPMs(f *hostinfo.Fit, caps string) {
	backends, said, err := libvirt.ParseTPMBackends([]byte(caps))
	if err == nil && !said {
		err = errors.New("this version does not say which TPMs a guest may have")
	}
	if err != nil {
		lack(f, err, hostinfo.FactTPM)
		return
	}
	f.TPMBackends = backends
}

// fitCPU has the CPU that the guest is shown compared with what the emulator can
// give there.
func (c *Conn) fitCPU(ctx context.Context, m machine, cpu *hostinfo.GuestCPU, f *hostinfo.Fit) {
	_, err := call(ctx, c, "compare the guest's CPU", func(conn *golibvirt.Connect) (golibvirt.CPUCompareResult, error) {
		return conn.CompareHypervisorCPU(m.emulator, m.arch, m.machine, m.virtType, cpu.XML, golibvirt.CONNECT_COMPARE_CPU_FAIL_INCOMPATIBLE)
	})
	if incompatible(err) {
		f.NoCPU = refusal(err)
	} else if err != nil {
		lack(f, err, hostinfo.FactCPU)
	}
}

// fitHostCPU has the CPU of the guest's host compared with this host's.
func (c *Conn) fitHostCPU(ctx context.Context, cpu *hostinfo.GuestCPU, f *hostinfo.Fit) {
	if cpu.HostXML == "" {
		lack(f, errors.New("the CPU of the guest's host was not read"), hostinfo.FactHostCPU)
		return
	}
	_, err := call(ctx, c, "compare the hosts' CPUs", func(conn *golibvirt.Connect) (golibvirt.CPUCompareResult, error) {
		return conn.CompareCPU(cpu.HostXML, golibvirt.CONNECT_COMPARE_CPU_FAIL_INCOMPATIBLE)
	})
	if incompatible(err) {
		f.NoHostCPU = refusal(err)
	} else if err != nil {
		lack(f, err, hostinfo.FactHostCPU)
	}
}

// lack notes what was not answered.
func lack(f *hostinfo.Fit, err error, facts ...hostinfo.Fact) {
	for _, fact := range facts {
		f.Gaps = append(f.Gaps, hostinfo.Gap{Fact: fact, Reason: "libvirt: " + err.Error()})
	}
}

// refuses says whether the error is the emulator's driver saying that it can't:
// what goes wrong on the way is another's.
func refuses(err error) bool {
	var e golibvirt.Error
	if !errors.As(err, &e) || e.Domain != golibvirt.FROM_QEMU {
		return false
	}
	switch e.Code {
	case golibvirt.ERR_SYSTEM_ERROR, golibvirt.ERR_INVALID_ARG, golibvirt.ERR_CONFIG_UNSUPPORTED:
		return true
	}
	return false
}

// incompatible says whether the error is what libvirt says of a CPU that it can't
// give.
func incompatible(err error) bool {
	var e golibvirt.Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Code == golibvirt.ERR_CPU_INCOMPATIBLE || e.Domain == golibvirt.FROM_CPU && strings.Contains(e.Message, "Unknown CPU")
}

// refusal is what libvirt said, and nothing of what was attempted.
func refusal(err error) string {
	var e golibvirt.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return err.Error()
}
