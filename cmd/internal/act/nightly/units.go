package nightly

import (
	"fmt"
	"strings"
	"time"

	"migcheck/cmd/internal/exit"
)

// Where its parts are.
const (
	ServicePath    = "/etc/systemd/system/migcheck-fleet.service"
	TimerPath      = "/etc/systemd/system/migcheck-fleet.timer"
	SSHConfigPath  = "/etc/migcheck/ssh_config"
	KeyPath        = "/etc/migcheck/key"
	KnownHostsPath = "/etc/migcheck/known_hosts"
	FleetPath      = "/etc/migcheck/fleet.yaml"
	StateDir       = "/var/lib/migcheck"
)

// Job is what the timer is to run, and when.
type Job struct {
	Exec     string        // the program's path
	When     string        // a systemd calendar event: "*-*-* 02:00:00"
	Delay    time.Duration // at most so much later, by chance
	Textfile string        // node_exporter's textfile directory; empty for none
	More     []string      // further arguments of migcheck fleet
}

// mark heads what Install has written, so that nobody else's file is touched.
const mark = "# Written by migcheck systemd install; changes are lost when it is run again.\n"

// Service is the unit that runs migcheck fleet once. It may do next to nothing on
// this machine: it reaches hosts, and writes its own directory. Its user is not
// called migcheck, as the agent's readers are a group of that name: systemd makes
// no user for the run then. A run that was told to stop ends with 143, which is no
// failure that anybody must be told of.
func (j *Job) Service() []byte {
	words := []string{
		j.Exec, "fleet", "--fleet", FleetPath, "-F", SSHConfigPath, "--history", StateDir + "/history.db",
		"-o", "html=" + StateDir + "/fleet.html", "-o", "prometheus=" + StateDir + "/migcheck.prom", "-o", "json=" + StateDir + "/fleet.json",
	}
	b := &strings.Builder{}
	b.WriteString(mark + `[Unit]
Description=migcheck: where every guest of the fleet can go
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=` + commandLine(append(words, j.More...)) + "\n")
	for _, words := range j.handOver() {
		b.WriteString("ExecStopPost=+" + commandLine(words) + "\n")
	}
	b.WriteString(`TimeoutStartSec=2h
SuccessExitStatus=` + fmt.Sprint(exit.Terminated) + `
Nice=10
DynamicUser=yes
User=migcheck-fleet
StateDirectory=migcheck
StateDirectoryMode=0755
RuntimeDirectory=migcheck-fleet
RuntimeDirectoryMode=0700
Environment=XDG_RUNTIME_DIR=/run/migcheck-fleet HOME=/run/migcheck-fleet
LoadCredential=key:` + KeyPath + `
UMask=0027
CapabilityBoundingSet=
AmbientCapabilities=
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
ProtectProc=invisible
ProcSubset=pid
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
`)
	return []byte(b.String())
}

// commandLine is a command as a unit has it.
func commandLine(words []string) string {
	line := make([]string, len(words))
	for i, w := range words {
		line[i] = Quote(w)
	}
	return strings.Join(line, " ")
}

// handOver are the commands that put the numbers into the textfile directory, as
// root, who may write there. They run however the run has ended: it fails on the very
// nights on which --fail-on finds something. The service's user owns the file that is
// read, so a link in its place is copied as a link and not followed. The file keeps
// its time, which shows that a run has written none, and appears whole.
func (j *Job) handOver() [][]string {
	if j.Textfile == "" {
		return nil
	}
	fresh, there := j.Textfile+"/.migcheck.prom.new", j.Textfile+"/migcheck.prom"
	return [][]string{
		{"/bin/sh", "-c", `umask 022; exec cp -P --remove-destination --no-preserve=mode --preserve=timestamps "$1" "$2"`, "sh", StateDir + "/migcheck.prom", fresh},
		{"/usr/bin/mv", "-T", fresh, there},
	}
}

// Timer is the unit that starts it: once after a night that was missed, and not
// on every machine at the same second.
func (j *Job) Timer() []byte {
	return []byte(mark + `[Unit]
Description=migcheck: judge the fleet

[Timer]
OnCalendar=` + j.When + `
RandomizedDelaySec=` + fmt.Sprint(int(j.Delay.Seconds())) + `
Persistent=yes

[Install]
WantedBy=timers.target
`)
}

// SSHConfig are the settings by which the run reaches hosts.
func SSHConfig() []byte {
	return []byte(`# How migcheck's nightly run reaches hosts. Made by migcheck systemd install, and
# yours since: it is not written again.
Host *
  User migcheck
  IdentityFile ${CREDENTIALS_DIRECTORY}/key
  IdentitiesOnly yes
  UserKnownHostsFile ` + KnownHostsPath + `
`)
}

// Quote makes a word of a command line in a unit file.
func Quote(w string) string {
	w = strings.NewReplacer("%", "%%", "$", "$$").Replace(w)
	if w != "" && !strings.ContainsAny(w, " \t\n\r\"'\\;") {
		return w
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(w) + `"`
}
