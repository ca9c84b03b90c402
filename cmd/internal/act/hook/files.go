package hook

import (
	"fmt"
	"io"
	"os"
	"syscall"
)

// readFile reads a regular file of a bounded size. It never waits for a pipe.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", path)
	}
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("%s is larger than %d bytes", path, limit)
	}
	return b, nil
}

// distrust says why a file or directory is not to be believed or run as root;
// "" if it may be.
func (s Site) distrust(path string) string {
	info, err := os.Lstat(path)
	if err != nil {
		return err.Error()
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !info.Mode().IsRegular() && !info.IsDir():
		return path + " is no regular file"
	case !ok || int(st.Uid) != s.Owner:
		return fmt.Sprintf("%s does not belong to user id %d", path, s.Owner)
	case info.Mode().Perm()&0o022 != 0:
		return path + " can be written by others"
	}
	return ""
}
