package hook

import (
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/journal"

	"migcheck/preflight/report"
)

const (
	logName = "migcheck-hook" // SYSLOG_IDENTIFIER: journalctl -t migcheck-hook
	// messageID tells the hook's decisions from all else in a journal:
	// journalctl MESSAGE_ID=...
	messageID = "7d8a0c3f52c14f0c9d0e6b1f4a9e2c11"
	maxLog    = 8 << 10 // bytes of one message
)

// entry is one decision for the log.
type entry struct {
	priority journal.Priority
	lines    []string
	fields   map[string]string
}

// message is the lines without anything that a terminal would obey.
func (e *entry) message(separator string) string {
	lines := make([]string, len(e.lines))
	for i, l := range e.lines {
		lines[i] = report.Safe(l)
	}
	text := strings.Join(lines, separator)
	if len(text) > maxLog {
		text = strings.ToValidUTF8(text[:maxLog], "") + " ..."
	}
	return text
}

// writeLog writes to the systemd journal, or to syslog where there is none.
func writeLog(e entry) error {
	if journal.Enabled() {
		fields := map[string]string{"SYSLOG_IDENTIFIER": logName, "MESSAGE_ID": messageID}
		for k, v := range e.fields {
			fields[k] = report.Safe(v)
		}
		if err := journal.Send(e.message("\n"), e.priority, fields); err == nil {
			return nil
		}
	}
	return writeSyslog("/dev/log", e)
}

// writeSyslog sends one line as syslog(3) does (facility daemon).
func writeSyslog(socket string, e entry) error {
	conn, err := net.DialTimeout("unixgram", socket, logLimit)
	if err != nil {
		return fmt.Errorf("write to the log: %w", err)
	}
	defer conn.Close()
	const daemon = 3
	_ = conn.SetWriteDeadline(time.Now().Add(logLimit))
	_, err = fmt.Fprintf(conn, "<%d>%s %s[%d]: %s", daemon<<3|int(e.priority), time.Now().Format(time.Stamp), logName, os.Getpid(), e.message("; "))
	return err
}
