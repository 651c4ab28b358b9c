package scm

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
)

// SocketEnv names the environment variable that overrides [DefaultSocket].
const SocketEnv = "OXID_SCM_SOCKET"

// DefaultSocket returns the path of the daemon's unix socket on this host:
// $OXID_SCM_SOCKET when it is set; otherwise scm.sock in the folder oxid of the
// user's runtime directory, or of the system's for root.
//
//	linux    $XDG_RUNTIME_DIR/oxid, else /run/oxid (root), else a folder of the user in the temporary directory
//	darwin   /var/run/oxid (root), else a folder of the user in the temporary directory
//	windows  %LOCALAPPDATA%\oxid
func DefaultSocket() string {
	if p := os.Getenv(SocketEnv); p != "" {
		return p
	}
	return socketPath(runtime.GOOS, os.Getuid(), os.Getenv, os.TempDir())
}

// socketPaths lists where a process looks for the daemon: at the user's, then
// at the system's.
func socketPaths() []string {
	paths := []string{DefaultSocket()}
	if os.Getenv(SocketEnv) == "" && runtime.GOOS != "windows" {
		if p := systemSocket(runtime.GOOS); p != paths[0] {
			paths = append(paths, p)
		}
	}
	return paths
}

// systemSocket is the socket of a daemon that root runs.
func systemSocket(goos string) string {
	if goos == "darwin" {
		return "/var/run/oxid/" + socketName
	}
	return "/run/oxid/" + socketName
}

const socketName = "scm.sock"

// socketPath is DefaultSocket for any system.
func socketPath(goos string, uid int, env func(string) string, temp string) string {
	if goos == "windows" {
		if dir := env("LOCALAPPDATA"); dir != "" {
			return filepath.Join(dir, "oxid", socketName)
		}
		return filepath.Join(temp, "oxid", socketName)
	}
	if dir := env("XDG_RUNTIME_DIR"); dir != "" && goos != "darwin" {
		return filepath.Join(dir, "oxid", socketName)
	}
	if uid == 0 {
		return systemSocket(goos)
	}
	// A folder of that name that belongs to somebody else is refused by those
	// who listen and those who connect: see trusted.
	return filepath.Join(temp, "oxid-"+strconv.Itoa(uid), socketName)
}
