package marshal

import (
	"sync"
	"time"
)

// refusalsPerMinute bounds the log lines that peers can cause.
const refusalsPerMinute = 60

// logLimit lets a bounded number of log lines through each minute.
type logLimit struct {
	mu    sync.Mutex
	since time.Time
	n     int
}

func (l *logLimit) allow(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.since) > time.Minute {
		l.since, l.n = now, 0
	}
	l.n++
	return l.n <= refusalsPerMinute
}
