package ssh

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// optionsFromSSH asks OpenSSH itself (ssh -G) what the configuration says about
// a host. It runs the commands of Match exec, which are the user's own.
func (d *Dialer) optionsFromSSH(ctx context.Context, dest destination) (options, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	args := []string{"-G"}
	if d.cfg.ConfigFile != "" {
		args = append(args, "-F", d.cfg.ConfigFile)
	}
	if dest.user != "" {
		args = append(args, "-l", dest.user)
	}
	if dest.port != 0 {
		args = append(args, "-p", strconv.Itoa(dest.port))
	}
	cmd := exec.CommandContext(ctx, "ssh", append(args, "--", dest.host)...)
	cmd.WaitDelay = time.Second
	stdout, stderr := &bounded{limit: maxConfigFile}, &bounded{limit: 16 << 10}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	if err := cmd.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return nil, errors.New("no ssh program is installed to ask")
		}
		return nil, fmt.Errorf("ssh -G: %w: %s", err, words(stderr.Bytes()))
	}
	return parseSSHG(stdout.Bytes())
}

// parseSSHG reads the lines "keyword value" that ssh -G prints: keywords in
// lower case, one line for each IdentityFile, lists separated by blanks.
func parseSSHG(b []byte) (options, error) {
	o := options{}
	for line := range bytes.Lines(b) {
		k, v, ok := strings.Cut(strings.TrimRight(string(line), "\r\n"), " ")
		if !ok {
			continue
		}
		switch k {
		case "userknownhostsfile", "globalknownhostsfile":
			o[k] = strings.Fields(v)
		case "identityfile", "certificatefile":
			o[k] = append(o[k], v)
		default:
			if _, ok := o[k]; !ok {
				o[k] = []string{v}
			}
		}
	}
	if o.first("hostname") == "" {
		return nil, errors.New("ssh -G names no host")
	}
	return o, nil
}
