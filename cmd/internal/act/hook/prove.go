package hook

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"time"
)

// proofLog is what libvirt keeps of a guest that did not start.
const proofLog = "/var/log/libvirt/qemu/" + proofName + ".log"

// proofGuest is a guest that never starts: where the hook is run, it refuses it,
// and where it is not, its NIC names a device that nobody has.
const proofGuest = `<domain type='@type@'>
  <name>` + proofName + `</name>
  <memory unit='MiB'>16</memory>
  <os><type>hvm</type></os>
  <devices>
    <interface type='direct'>
      <source dev='migcheck-none' mode='bridge'/>
    </interface>
    <memballoon model='none'/>
  </devices>
</domain>
`

// prove asks libvirt to start a guest that never starts, and adds to a status
// what its answer shows. It needs virsh.
func (s Site) prove(ctx context.Context, st *Status) {
	virsh, err := exec.LookPath("virsh")
	if err != nil {
		st.say("proof: not possible without virsh (libvirt-clients, libvirt-client)")
		return
	}
	answer := ""
	for _, kind := range domainTypes() {
		answer, err = startProof(ctx, virsh, kind)
		if err != nil {
			st.say("proof: virsh could not be run: %v", err)
			return
		}
		if !strings.Contains(answer, "could not find capabilities") && !strings.Contains(answer, "does not support virt type") {
			break
		}
	}
	words := strings.Join(strings.Fields(answer), " ")
	switch {
	case strings.Contains(answer, proofWords):
		st.say("proof: the daemon ran the hook just now, and heeds it")
		if st.State == Unproven {
			st.State = Proven
		}
	case strings.Contains(answer, linkPath):
		st.broken("the daemon tried the hook and could not run it: %s", words)
	case strings.Contains(answer, "migcheck-none"):
		st.broken("the daemon does not run the hook: it has not looked for hooks since this one is there; reload it (systemctl reload libvirtd, or virtqemud)")
	default:
		st.say("proof: it could not be tried: %s", words)
	}
}

// domainTypes are the types to try: KVM first where it is.
func domainTypes() []string {
	if _, err := os.Stat("/dev/kvm"); err == nil {
		return []string{"kvm", "qemu"}
	}
	return []string{"qemu", "kvm"}
}

// startProof returns what virsh says.
func startProof(ctx context.Context, virsh, kind string) (string, error) {
	f, err := os.CreateTemp("", proofName+".*.xml")
	if err != nil {
		return "", err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(strings.Replace(proofGuest, "@type@", kind, 1))
	if err := errors.Join(err, f.Close()); err != nil {
		return "", err
	}
	_, before := os.Lstat(proofLog)
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	// Paused, and gone with virsh: should it start after all, nothing of it stays.
	cmd := exec.CommandContext(ctx, virsh, "-q", "-c", "qemu:///system", "create", "--paused", "--autodestroy", f.Name())
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	if before != nil {
		_ = os.Remove(proofLog)
	}
	if cmd.ProcessState == nil {
		return "", err
	}
	return out.String(), ctx.Err()
}
