//go:build system

package agent

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// insideEnv makes the test program what stands between the walls of a unit and the
// program of it: "uid" takes its user, and starts itself as "calls", which takes its
// system calls, sees that the walls hold and becomes the program.
const insideEnv = "MIGCHECK_TEST_INSIDE"

// nobodys is a uid of those that systemd gives to dynamic users.
const nobodys = 64999

// wallHolds is what is printed if they do.
const wallHolds = "the walls hold\n"

func init() {
	var err error
	switch os.Getenv(insideEnv) {
	case "":
		return
	case "uid":
		err = takeUser()
	case "calls":
		err = takeCalls()
	}
	fmt.Println(err)
	os.Exit(1)
}

func takeUser() error {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), insideEnv+"=calls")
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = os.Stdout, os.Stderr, []*os.File{os.NewFile(3, "socket")}
	both := []syscall.SysProcIDMap{{ContainerID: 0, HostID: 0, Size: 1}, {ContainerID: nobodys, HostID: nobodys, Size: 1}}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWUSER, UidMappings: both, GidMappings: both, GidMappingsEnableSetgroups: true,
		Credential: &syscall.Credential{Uid: nobodys, Gid: nobodys}, Pdeathsig: syscall.SIGKILL,
	}
	return cmd.Run()
}

func takeCalls() error {
	runtime.LockOSThread()
	_ = unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 1024, Max: 1024})
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("set no new privileges: %w", err)
	}
	f := filterOf(strings.Fields(os.Getenv("ALLOWED")))
	program := unix.SockFprog{Len: uint16(len(f)), Filter: &f[0]}
	const mode, everyThread = 1, 1 // SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC
	if _, _, e := unix.Syscall(unix.SYS_SECCOMP, mode, everyThread, uintptr(unsafe.Pointer(&program))); e != 0 {
		return fmt.Errorf("set the filter of system calls: %w", e)
	}
	if err := tryWalls(); err != nil {
		return err
	}
	fmt.Print(wallHolds)
	exe := filepath.Join(filepath.Dir(os.Args[0]), "migcheck")
	return unix.Exec(exe, []string{"migcheck-agent", "agent"}, []string{
		"PATH=/usr/bin:/bin", "LISTEN_FDS=1", "LISTEN_FDNAMES=facts", "LISTEN_PID=" + strconv.Itoa(os.Getpid()),
	})
}

// tryWalls tries what the unit forbids.
func tryWalls() error {
	for what, try := range map[string]func() error{
		"a socket of IP":        func() error { _, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0); return err },
		"a packet socket":       func() error { _, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0); return err },
		"a namespace":           func() error { return unix.Unshare(unix.CLONE_NEWNET) },
		"a mount":               func() error { return unix.Mount("t", "/tmp", "tmpfs", 0, "") },
		"code that is written":  func() error { _, err := unix.Mmap(-1, 0, 4096, 7, unix.MAP_ANON|unix.MAP_PRIVATE); return err },
		"a file in /etc":        func() error { return os.WriteFile("/etc/migcheck-sandbox", nil, 0o600) },
		"a setting":             func() error { return os.WriteFile("/proc/sys/kernel/hostname", nil, 0o600) },
		"root's files":          func() error { _, err := os.ReadDir("/root"); return err },
		"the kernel's log":      func() error { _, err := os.Open("/dev/kmsg"); return err },
		"a device":              func() error { _, err := os.OpenFile("/dev/net/tun", os.O_RDWR, 0); return err },
		"another's environment": func() error { _, err := os.ReadFile("/proc/1/environ"); return err },
	} {
		if try() == nil {
			return fmt.Errorf("it may have %s", what)
		}
	}
	if _, err := os.ReadFile("/dev/null"); err != nil { // what is left of /dev
		return err
	}
	if b, err := os.ReadFile("/proc/self/status"); err != nil || !strings.Contains(string(b), "CapEff:\t0000000000000000") || !strings.Contains(string(b), "CapPrm:\t0000000000000000") {
		return fmt.Errorf("it has capabilities: %s, %v", b, err)
	}
	return nil
}

var auditArch = map[string]uint32{
	"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64, "s390x": unix.AUDIT_ARCH_S390X,
	"ppc64le": unix.AUDIT_ARCH_PPC64LE, "riscv64": unix.AUDIT_ARCH_RISCV64,
}

// filterOf lets these system calls through, some of them by what is asked for.
func filterOf(allowed []string) []unix.SockFilter {
	const (
		number, arch, first, third = 0, 4, 16, 32 // where they are; arguments are 64 bits wide
		let, refuse                = 0x7fff0000, 0x00050000
	)
	low := func(at uint32) uint32 { // of an argument
		if [2]byte(unsafe.Slice((*byte)(unsafe.Pointer(&[]uint16{1}[0])), 2))[0] == 0 {
			return at + 4
		}
		return at
	}
	load := func(at uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
	}
	end := func(k uint32) unix.SockFilter { return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: k} }
	is := func(k uint32, yes, no uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: k, Jt: yes, Jf: no}
	}
	any := func(bits uint32, yes, no uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K, K: bits, Jt: yes, Jf: no}
	}
	const newSpaces = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET
	f := []unix.SockFilter{load(arch), is(auditArch[runtime.GOARCH], 1, 0), end(refuse | uint32(unix.EPERM)), load(number)}
	f = append(f,
		is(unix.SYS_SOCKET, 0, 5), load(low(first)), is(unix.AF_UNIX, 2, 0), is(unix.AF_NETLINK, 1, 0), end(refuse|uint32(unix.EAFNOSUPPORT)), end(let),
		is(unix.SYS_MPROTECT, 0, 4), load(low(third)), any(unix.PROT_EXEC, 0, 1), end(refuse|uint32(unix.EPERM)), end(let),
		is(unix.SYS_MMAP, 0, 5), load(low(third)), any(unix.PROT_EXEC, 0, 2), any(unix.PROT_WRITE, 0, 1), end(refuse|uint32(unix.EPERM)), end(let),
		is(unix.SYS_CLONE, 0, 4), load(low(first)), any(newSpaces, 0, 1), end(refuse|uint32(unix.EPERM)), end(let),
		is(unix.SYS_CLONE3, 0, 1), end(refuse|uint32(unix.ENOSYS)),
	)
	for _, n := range []uint32{unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_PERSONALITY, unix.SYS_SCHED_SETSCHEDULER, unix.SYS_SCHED_SETATTR} {
		f = append(f, is(n, 0, 1), end(refuse|uint32(unix.EPERM)))
	}
	for _, word := range allowed {
		if n, err := strconv.ParseUint(word, 10, 31); err == nil {
			f = append(f, is(uint32(n), 0, 1), end(let))
		}
	}
	return append(f, end(refuse|uint32(unix.EPERM)))
}
