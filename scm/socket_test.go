package scm

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"oxid/com"
)

func TestPreamble(t *testing.T) {
	session := com.NewGUID()
	good := appendPreamble(nil, roleCalls, session)
	if len(good) != preambleSize || preambleSize != 24 {
		t.Fatalf("%d bytes", len(good))
	}
	for name, tt := range map[string]struct {
		bytes []byte
		ok    bool
	}{
		"calls":      {good, true},
		"serves":     {appendPreamble(nil, roleServes, session), true},
		"cut":        {good[:23], false},
		"nothing":    {nil, false},
		"other role": {appendPreamble(nil, 0, session), false},
		"DCE/RPC":    {append([]byte{5, 0, 11, 3, 16, 0, 0, 0}, make([]byte, 64)...), false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := net.Pipe()
				defer a.Close()
				go func() {
					a.Write(tt.bytes)
					if !tt.ok {
						a.Close()
					}
					a.Write([]byte("next")) // belongs to the conversation behind it
				}()
				start := time.Now()
				role, id, err := readPreamble(b)
				if (err == nil) != tt.ok || tt.ok && (role != tt.bytes[7] || id != session) {
					t.Errorf("role %q, session %v, %v", role, id, err)
				}
				if d := time.Since(start); d > preambleTimeout {
					t.Errorf("it took %v", d)
				}
				if tt.ok {
					time.Sleep(time.Hour) // the deadline is lifted
					next := make([]byte, 4)
					if _, err := b.Read(next); err != nil || string(next) != "next" {
						t.Errorf("%q follows, %v", next, err)
					}
				}
				b.Close()
			})
		})
	}
}

// A peer that says nothing has little time.
func TestPreambleTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		defer a.Close()
		defer b.Close()
		start := time.Now()
		if _, _, err := readPreamble(b); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != preambleTimeout {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

// Where everybody may write, a socket or its folder has to be one's own: that
// of another user would be a trap.
func TestTrusted(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can make files of another user")
	}
	shared := t.TempDir()
	if err := os.Chmod(shared, 0o777|os.ModeSticky); err != nil {
		t.Fatal(err)
	}
	const stranger = 12345
	folder := filepath.Join(shared, "oxid-0")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(folder, "scm.sock")
	if err := trusted(socket); err != nil {
		t.Errorf("our own folder: %v", err)
	}
	if err := os.Chown(folder, stranger, stranger); err != nil {
		t.Fatal(err)
	}
	if err := trusted(socket); !errors.Is(err, os.ErrPermission) {
		t.Errorf("a stranger's folder: %v", err)
	}
	if _, err := listenSocket(t.Context(), socket, 0o600); !errors.Is(err, os.ErrPermission) {
		t.Errorf("listening in it: %v", err)
	}
	if _, err := DialDaemon(t.Context(), LinkOptions{Socket: socket}); !errors.Is(err, os.ErrPermission) {
		t.Errorf("connecting in it: %v", err)
	}
	direct := filepath.Join(shared, "scm.sock")
	if err := os.WriteFile(direct, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(direct, stranger, stranger); err != nil {
		t.Fatal(err)
	}
	if err := trusted(direct); !errors.Is(err, os.ErrPermission) {
		t.Errorf("a stranger's socket: %v", err)
	}
}
