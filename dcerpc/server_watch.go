package dcerpc

import (
	"sync"
	"sync/atomic"
	"time"
)

// The watchdog finds handlers that block the goroutine that reads their
// connection. It ticks only while calls are served: short timers cost a caller
// of fast methods 15 to 40 per cent, ten milliseconds cost nothing.
const (
	watchPeriod = 10 * time.Millisecond
	slowCalls   = 4   // calls a tick that count as slow when one runs at both ends of it
	quietTicks  = 100 // ticks without a slow call, or without any, until things return to normal
)

// watchdog looks after the connections of a server that have served calls
// lately.
type watchdog struct {
	clock Clock
	tick  atomic.Uint64 // counts ticks, as a coarse clock

	mu     sync.Mutex
	active map[*ServerConn]*watched
	timer  Timer
}

// watched is what the watchdog remembers of a connection from tick to tick.
type watched struct {
	token uint64 // of the inline call, as last seen
	quiet int    // ticks since the last call
	calm  int    // ticks since the last slow call
}

// add makes the watchdog look after c.
func (w *watchdog) add(c *ServerConn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c.watched.Swap(true) {
		return
	}
	if w.active == nil {
		w.active = make(map[*ServerConn]*watched)
	}
	w.active[c] = &watched{}
	if w.timer == nil {
		w.timer = w.clock.AfterFunc(watchPeriod, w.run)
	}
}

// run is one tick.
func (w *watchdog) run() {
	now := w.tick.Add(1)
	w.mu.Lock()
	defer w.mu.Unlock()
	for c, s := range w.active {
		token := c.inline.Load()
		calls := (token>>1 - s.token>>1)
		both := token&s.token&inlineRunning != 0
		s.token = token
		switch {
		case both && calls <= slowCalls:
			// The same handler as a tick ago, or hardly a call since.
			if c.takeOver(token) {
				c.handAlways.Store(true)
				s.calm = 0
			}
			s.quiet = 0
		case calls == 0 && token&inlineRunning == 0:
			s.quiet++
		default:
			s.quiet = 0
		}
		if c.handAlways.Load() {
			if c.hasSlowCall(now) {
				s.calm, s.quiet = 0, 0
			} else if s.calm++; s.calm >= quietTicks {
				c.handAlways.Store(false)
			}
		}
		if s.quiet >= quietTicks && !c.handAlways.Load() {
			delete(w.active, c)
			c.watched.Store(false)
		}
	}
	if len(w.active) == 0 {
		w.timer = nil
		return
	}
	w.timer.Reset(watchPeriod)
}

// remove forgets a connection that has ended.
func (w *watchdog) remove(c *ServerConn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.active, c)
	if len(w.active) == 0 && w.timer != nil && w.timer.Stop() {
		w.timer = nil
	}
}
