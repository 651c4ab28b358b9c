package scm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"oxid/com"
	"oxid/step"
)

// A connection to the daemon's socket begins with a preamble: a magic text that
// ends with the role of the connection, and the session's id. After it the
// connection is DCE/RPC, in one of two directions.
const (
	preambleMagic = "oxidscm"
	roleCalls     = 'c' // the process calls IScmHost
	roleServes    = 'p' // the process serves IScmProcess: the daemon calls

	preambleSize    = len(preambleMagic) + 1 + 16
	preambleTimeout = 5 * time.Second
)

// appendPreamble appends the preamble of a connection.
func appendPreamble(b []byte, role byte, session com.GUID) []byte {
	b = append(b, preambleMagic...)
	b = append(b, role)
	return session.AppendBytes(b)
}

// readPreamble reads the preamble of a connection, for which it has little time.
func readPreamble(nc net.Conn) (role byte, session com.GUID, err error) {
	var b [preambleSize]byte
	if err := nc.SetReadDeadline(time.Now().Add(preambleTimeout)); err != nil {
		return 0, session, err
	}
	if _, err := io.ReadFull(nc, b[:]); err != nil {
		return 0, session, err
	}
	n := len(preambleMagic)
	role = b[n]
	if string(b[:n]) != preambleMagic || role != roleCalls && role != roleServes {
		return 0, session, errors.New("scm: a connection to the socket that does not begin as one of a process")
	}
	return role, com.GUIDFromBytes(b[n+1:]), nc.SetReadDeadline(time.Time{})
}

// listenSocket listens on the daemon's socket. A file that a killed daemon left
// is removed; one that somebody answers at is an error.
func listenSocket(ctx context.Context, path string, mode os.FileMode) (net.Listener, error) {
	dirMode := os.FileMode(0o700)
	if mode&0o077 != 0 {
		dirMode = 0o755 // others have to get as far as the socket
	}
	if err := os.MkdirAll(filepath.Dir(path), dirMode); err != nil {
		return nil, socketError(path, err, "")
	}
	if err := trusted(path); err != nil {
		return nil, socketError(path, err, "choose another path for the socket")
	}
	var d net.Dialer
	if nc, err := d.DialContext(ctx, "unix", path); err == nil {
		nc.Close()
		return nil, socketError(path, os.ErrExist, "a daemon is running already; stop it, or give this one another socket")
	}
	if fi, err := os.Lstat(path); err == nil {
		if fi.Mode()&os.ModeSocket == 0 {
			return nil, socketError(path, os.ErrExist, "a file that is no socket is in the way")
		}
		if err := os.Remove(path); err != nil {
			return nil, socketError(path, err, "")
		}
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, socketError(path, err, "")
	}
	if err := restrict(path, mode); err != nil {
		l.Close()
		return nil, socketError(path, err, "")
	}
	return l, nil
}

// trusted refuses a socket, or a folder of it, that a stranger may have put in
// its place: where everybody may write, it has to be this user's or root's.
func trusted(path string) error {
	for _, p := range [2]string{path, filepath.Dir(path)} {
		parent, err := os.Stat(filepath.Dir(p))
		if err != nil || parent.Mode()&0o002 == 0 {
			continue
		}
		if fi, err := os.Lstat(p); err == nil && !ownedByUs(fi) {
			return fmt.Errorf("%s belongs to another user: %w", p, os.ErrPermission)
		}
	}
	return nil
}

// socketError is the error of a daemon that cannot listen on its socket.
func socketError(path string, err error, hint string) error {
	return &com.Error{HRESULT: com.RPC_E_OUT_OF_RESOURCES, Step: step.Self, Peer: path,
		Err: fmt.Errorf("the daemon's socket: %w", err), Hint: hint}
}

// dialSocket opens one connection to the daemon and sends its preamble.
func dialSocket(ctx context.Context, path string, role byte, session com.GUID) (net.Conn, error) {
	if err := trusted(path); err != nil {
		return nil, err
	}
	var d net.Dialer
	nc, err := d.DialContext(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	if _, err := nc.Write(appendPreamble(nil, role, session)); err != nil {
		nc.Close()
		return nil, err
	}
	return nc, nil
}
