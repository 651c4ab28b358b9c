package dcerpc

import (
	"errors"
	"time"
)

// quietTime is after how long without a question ClientConn.Err looks at the
// connection itself: long enough that callers one after the other never pay for
// that, short enough that nobody restarts a server meanwhile.
const quietTime = 10 * time.Millisecond

var errIdle = errors.New("dcerpc: the connection was closed because it was idle")

// tickPeriod is how often a connection looks at itself: often enough to notice
// within two seconds that an idle peer has gone.
func (cc *ClientConn) tickPeriod() time.Duration {
	if t := cc.o.IdleTimeout; t > 0 && t < 10*time.Second {
		return max(t/10, time.Millisecond)
	}
	return time.Second
}

// tick runs once a period. A connection without new calls gets a reader that
// notices when the peer goes away, and is closed when the timeout is reached.
func (cc *ClientConn) tick() {
	cc.mu.Lock()
	if cc.err != nil {
		cc.mu.Unlock()
		return
	}
	// A call in flight, a request on its way or a holder of context handles
	// keep the connection; so does a call since the last look.
	if cc.calls != cc.seen || cc.pending > 0 || cc.kept > 0 || cc.snd.flushing {
		cc.ticks = 0
	} else {
		cc.ticks++
	}
	idle := cc.o.IdleTimeout > 0 && cc.ticks > 0 && time.Duration(cc.ticks)*cc.tickPeriod() >= cc.o.IdleTimeout
	if cc.calls == cc.seen {
		cc.cache.drop()
	} else {
		cc.cache.halve()
	}
	if cc.calls == cc.seen && !cc.reading {
		// Nobody would notice that the peer has gone. A busy connection has no
		// such reader: its lone caller could not read for itself.
		cc.reading = true
		go cc.readLoop()
	}
	cc.seen = cc.calls
	cc.timer.Reset(cc.tickPeriod())
	cc.mu.Unlock()
	if idle {
		cc.fail(errIdle)
	}
}
