//go:build !unix

package scm

import (
	"errors"
	"io/fs"
	"net"
	"os"
)

// ownedByUs is not asked where modes do not say that everybody may write: the
// folders in question belong to their user there.
func ownedByUs(fs.FileInfo) bool { return true }

// restrict does nothing: who may connect follows from the folder.
func restrict(string, os.FileMode) error { return nil }

// noDaemon reports whether a connection failed because nobody listens. Windows
// has several codes for that, and no others for a local socket.
func noDaemon(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}
