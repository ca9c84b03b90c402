package hook

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"time"

	"migcheck/cmd/internal/exit"
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

// proof is what libvirt's answer to such a guest shows.
type proof int

const (
	untried proof = iota // nothing: it could not be asked
	heeded               // the daemon ran the hook, and did as it said
	kept                 // the daemon tried to run it, and could not
	ignored              // the daemon did not try: it has not looked for hooks since
)

// prove asks libvirt, through virsh, to start a guest that never starts, and
// returns what its answer shows, and the answer.
func prove(ctx context.Context) (proof, string) {
	virsh, err := exec.LookPath("virsh")
	if err != nil {
		return untried, "virsh is not installed here (libvirt-clients, libvirt-client)"
	}
	answer := ""
	for _, kind := range domainTypes() {
		if answer, err = startProof(ctx, virsh, kind); err != nil {
			return untried, err.Error()
		}
		if !strings.Contains(answer, "could not find capabilities") && !strings.Contains(answer, "does not support virt type") {
			break
		}
	}
	words := strings.Join(strings.Fields(answer), " ")
	switch {
	case strings.Contains(answer, proofWords):
		return heeded, words
	case strings.Contains(answer, linkPath):
		return kept, words
	case strings.Contains(answer, "migcheck-none"):
		return ignored, words
	}
	return untried, words
}

// prove adds to a status what libvirt's answer shows.
func (st *Status) prove(ctx context.Context) {
	switch p, words := prove(ctx); p {
	case heeded:
		st.say("proof: the daemon ran the hook just now, and heeds it")
		if st.State == Unproven {
			st.State = Proven
		}
	case kept:
		st.broken("the daemon tried the hook and could not run it, so that no guest starts here: %s", words)
	case ignored:
		st.broken("the daemon does not run the hook: it has not looked for hooks since this one is there; reload it (systemctl reload libvirtd, or virtqemud)")
	case untried:
		st.say("proof: it could not be tried: %s", words)
	}
}

// awaitProof is the last step of an install: a hook that libvirt is kept from
// running would let no guest start, so it must not stay. A daemon heeds its
// reload when it gets to it.
func awaitProof() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		p, words := prove(ctx)
		switch {
		case p == kept:
			return exit.Because(errors.New(words), "what AppArmor or SELinux denied stands in /var/log/audit/audit.log, or in dmesg")
		case p == ignored && ctx.Err() == nil:
			continue
		case p == ignored:
			return errors.New("the daemon does not look for hooks")
		}
		return nil // what could not be tried is for status to say
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
