package dcerpc

import "time"

// Clock makes the timers of the runtime. It must be safe for concurrent use.
// Deadlines of network connections are not its business.
type Clock interface {
	// AfterFunc calls f in a goroutine of its own after d.
	AfterFunc(d time.Duration, f func()) Timer
}

// Timer is a pending [Clock.AfterFunc], as [time.Timer].
type Timer interface {
	Stop() bool
	Reset(d time.Duration) bool
}

type systemClock struct{}

func (systemClock) AfterFunc(d time.Duration, f func()) Timer { return time.AfterFunc(d, f) }
