//go:build unix

package scm

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// ownedByUs reports whether a file is this user's or root's.
func ownedByUs(fi fs.FileInfo) bool {
	st, ok := fi.Sys().(*syscall.Stat_t)
	return ok && (st.Uid == 0 || int(st.Uid) == os.Getuid())
}

// restrict lets only those connect whom mode names.
func restrict(path string, mode os.FileMode) error { return os.Chmod(path, mode) }

// noDaemon reports whether a connection failed because nobody listens.
func noDaemon(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED)
}
