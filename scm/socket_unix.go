//go:build unix

package scm

import (
	"io/fs"
	"os"
	"syscall"
)

// ownedByUs reports whether a file is this user's or root's.
func ownedByUs(fi fs.FileInfo) bool {
	st, ok := fi.Sys().(*syscall.Stat_t)
	return ok && (st.Uid == 0 || int(st.Uid) == os.Getuid())
}
