package ssh

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/user"
	"sync"
	"time"

	"migcheck/hostinfo/shell"
)

// DefaultConnectTimeout bounds connecting, key exchange and login of one hop,
// if neither Config nor ssh_config says otherwise.
const DefaultConnectTimeout = 10 * time.Second

// DefaultKeepAlive is the time between two questions to a silent peer. One that
// has not answered for as long again is taken for dead.
const DefaultKeepAlive = 15 * time.Second

// Prompt asks the person at the terminal for a secret: prompt is the whole
// question ("passphrase of /home/alice/.ssh/id_ed25519: "). It gives up with
// ctx.
type Prompt func(ctx context.Context, prompt string) ([]byte, error)

// Config says how hosts are reached; the zero value is what ssh would do.
type Config struct {
	// ConfigFile replaces ~/.ssh/config and /etc/ssh/ssh_config; "none" reads neither.
	ConfigFile string
	// KnownHosts replaces the files that ssh_config names (UserKnownHostsFile
	// and GlobalKnownHostsFile). There is no way not to check host keys.
	KnownHosts []string
	// ConnectTimeout goes before ssh_config's; 0 leaves it to ssh_config, then
	// DefaultConnectTimeout. Time that a person spends on a passphrase does not count.
	ConnectTimeout time.Duration
	// Retries is how often a connection is tried again that was closed before the
	// login, as sshd closes those that are too many (MaxStartups), each time after a
	// longer rest. A refused or unanswered one is not tried again.
	Retries int
	// KeepAlive replaces DefaultKeepAlive if it is not 0.
	KeepAlive time.Duration
	// Command is the user's own ssh with its options, split into words as a
	// POSIX shell would (shell.Split), for what this package cannot do: GSSAPI,
	// FIDO keys, ProxyCommand, ControlMaster. Then ssh_config, known_hosts and
	// keys are its business, and the fields above, except ConnectTimeout, are not used.
	Command string
	// Prompt asks for passphrases; nil if there is no terminal (see TerminalPrompt).
	Prompt Prompt
	// Logger gets what ssh -v would say, at level debug; nil for none.
	Logger *slog.Logger
	// Home replaces the home directory of the user database, where ~ leads.
	Home string
}

// Dialer resolves names of hosts and connects to them. It keeps what hosts have
// in common: parsed files, unlocked keys, jump hosts. It is safe for concurrent
// use and holds nothing that needs to be closed.
type Dialer struct {
	cfg     Config
	command []string // Config.Command in words; nil: connect ourselves
	log     *slog.Logger
	login   string // this machine's user

	files    sync.Once
	configs  []*configFile
	filesErr error

	known keyFiles
	keys  keyring
	hops  hops
	doors doors
}

// New prepares to connect. It reads no file yet; errors are a Command that
// cannot be split into words, and no user or home directory to be found.
func New(cfg Config) (*Dialer, error) {
	d := &Dialer{cfg: cfg, log: cfg.Logger}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if cfg.Command != "" {
		words, err := shell.Split(cfg.Command)
		if err != nil {
			return nil, fmt.Errorf("read the ssh command %q: %w", cfg.Command, err)
		}
		if len(words) == 0 {
			return nil, fmt.Errorf("read the ssh command %q: it is blank", cfg.Command)
		}
		d.command = words
	}
	u, err := user.Current()
	if err == nil {
		d.login = u.Username
	}
	if d.cfg.Home == "" {
		if err != nil || u.HomeDir == "" {
			return nil, fmt.Errorf("find the home directory: %w", firstError(err, os.ErrNotExist))
		}
		d.cfg.Home = u.HomeDir
	}
	d.keys.ask = cfg.Prompt
	return d, nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
