package scm

import (
	"errors"
	"net"
	"time"
)

// acceptDelay is how long the daemon waits before it tries to accept again.
const acceptDelay = 50 * time.Millisecond

// acceptProcesses serves the unix socket.
func (d *Daemon) acceptProcesses() error {
	for {
		nc, err := d.socket.Accept()
		if err != nil {
			var ne net.Error
			if errors.Is(err, net.ErrClosed) || !errors.As(err, &ne) {
				return err
			}
			select { // out of descriptors: that passes
			case <-time.After(acceptDelay):
				continue
			case <-d.stopping:
				return err
			}
		}
		d.wg.Go(func() { d.serveProcess(nc) })
	}
}

// serveProcess serves one connection of a process, in either direction. It stays
// as long as the connection does; a process that dies is noticed by either end
// of either connection.
func (d *Daemon) serveProcess(nc net.Conn) {
	if !d.wait(nc, true) {
		nc.Close()
		return
	}
	role, id, err := readPreamble(nc)
	if err != nil || !d.wait(nc, false) {
		nc.Close()
		return
	}
	if role == roleServes {
		d.runSession(id, nc)
		return
	}
	d.private.ServeConn(nc)
	d.endSession(id) // one direction is as good as none
}

// wait notes a connection that has not said what it is, or strikes it out. It
// is false when the daemon is stopping.
func (d *Daemon) wait(nc net.Conn, begin bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	select {
	case <-d.stopping:
		return false
	default:
	}
	if begin {
		d.waiting[nc] = struct{}{}
	} else {
		delete(d.waiting, nc)
	}
	return true
}
