package hook

import (
	"io"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	maxLogTail = 2 << 20 // bytes of a log's end that are looked through
	maxDenials = 3
)

// denials are the last lines, newer than the hook, in which AppArmor or SELinux
// say that they kept somebody from running a part of it.
func (s Site) denials(since time.Time) []string {
	var out []string
	for _, text := range []string{s.auditLog(), s.kernelLog()} {
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); isDenial(line) && !stampOf(line).Before(since) {
				out = append(out, line)
			}
		}
	}
	return out[max(0, len(out)-maxDenials):]
}

// isDenial knows AppArmor's apparmor="DENIED" operation="exec" ... name="PATH"
// and SELinux's avc: denied { execute } ... name="FILE".
func isDenial(line string) bool {
	switch {
	case strings.Contains(line, `apparmor="DENIED"`):
		for _, p := range []string{linkPath, scriptPath, binaryPath} {
			if strings.Contains(line, `name="`+p+`"`) {
				return true
			}
		}
	case strings.Contains(line, "avc:") && strings.Contains(line, "denied") && strings.Contains(line, "execute") && strings.Contains(line, ":virt"):
		for _, p := range []string{linkPath, scriptPath, binaryPath} {
			if strings.Contains(line, `name="`+path.Base(p)+`"`) || strings.Contains(line, `path="`+p+`"`) {
				return true
			}
		}
	}
	return false
}

// stampOf is the time in audit(1731000000.123:45); zero if there is none.
func stampOf(line string) time.Time {
	_, rest, ok := strings.Cut(line, "audit(")
	seconds, _, dot := strings.Cut(rest, ".")
	at, err := strconv.ParseInt(seconds, 10, 64)
	if !ok || !dot || err != nil {
		return time.Time{}
	}
	return time.Unix(at+1, 0) // what the fraction was does not matter
}

// auditLog is the end of auditd's log; empty where there is none, or no right.
func (s Site) auditLog() string {
	f, err := os.Open(s.path("/var/log/audit/audit.log"))
	if err != nil {
		return ""
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return ""
	} else if info.Size() > maxLogTail {
		_, _ = f.Seek(-maxLogTail, io.SeekEnd)
	}
	b, _ := io.ReadAll(io.LimitReader(f, maxLogTail))
	return string(b)
}

// kernelLog is the kernel's ring buffer, which holds denials where no auditd
// takes them.
func (s Site) kernelLog() string {
	fd, err := unix.Open(s.path("/dev/kmsg"), unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return ""
	}
	defer unix.Close(fd)
	var b strings.Builder
	buf := make([]byte, 8192) // one read is one record
	for b.Len() < maxLogTail {
		n, err := unix.Read(fd, buf)
		if err == unix.EPIPE || err == unix.EINTR { // records were overwritten meanwhile
			continue
		}
		if err != nil || n == 0 {
			break
		}
		b.Write(buf[:n])
		b.WriteByte('\n')
	}
	return b.String()
}
