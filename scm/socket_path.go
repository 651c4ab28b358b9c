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

// socketPath is DefaultSocket for any system.
func socketPath(goos string, uid int, env func(string) string, temp string) string {
	const name = "scm.sock"
	if goos == "windows" {
		if dir := env("LOCALAPPDATA"); dir != "" {
			return filepath.Join(dir, "oxid", name)
		}
		return filepath.Join(temp, "oxid", name)
	}
	if dir := env("XDG_RUNTIME_DIR"); dir != "" && goos != "darwin" {
		return filepath.Join(dir, "oxid", name)
	}
	if uid == 0 {
		run := "/run"
		if goos == "darwin" {
			run = "/var/run"
		}
		return filepath.Join(run, "oxid", name)
	}
	// A folder of that name that belongs to somebody else is refused by those
	// who listen and those who connect: see checkSocketDir.
	return filepath.Join(temp, "oxid-"+strconv.Itoa(uid), name)
}
