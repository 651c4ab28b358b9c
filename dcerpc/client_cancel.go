package dcerpc

import (
	"context"
)

// cancel ends the wait of a caller whose context ended. The server is asked to
// stop the call; its late answer is recognised by the call id and dropped. The
// connection and its other calls are not touched ([C706] 9.4).
func (cc *ClientConn) cancel(ctx context.Context, c *ClientCall) error {
	cc.mu.Lock()
	if c.finished {
		// The answer was faster. The wake-up is on its way, and must not be left
		// behind for the next user of c.
		cc.mu.Unlock()
		<-c.wake
		return c.result()
	}
	cc.sendControl(ptCancel, c)
	if wait := cc.o.CancelWait; wait > 0 {
		cc.mu.Unlock()
		over := make(chan struct{})
		timer := cc.o.Clock.AfterFunc(wait, func() { close(over) })
		select {
		case <-c.wake:
			timer.Stop()
			return c.result()
		case <-over:
		}
		cc.mu.Lock()
		if c.finished {
			cc.mu.Unlock()
			<-c.wake
			return c.result()
		}
	}
	if cc.keepOrphan {
		// Without that feature a server would close the connection.
		cc.sendControl(ptOrphaned, c)
	}
	cc.abandon(c)
	cc.mu.Unlock()
	return c.ended(ctx, false)
}

// sendControl queues a co_cancel or orphaned for c and flushes without waiting
// for a slow peer.
func (cc *ClientConn) sendControl(typ ptype, c *ClientCall) {
	b := cc.snd.reserve(headerSize)
	putHeader(b, typ, pfcWhole, headerSize, 0, c.id)
	cc.snd.flush(false, true, nil)
}
