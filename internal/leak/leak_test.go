package leak

import (
	"fmt"
	"testing"
	"time"
)

// recorder is a test that can fail without failing this one.
type recorder struct {
	testing.TB
	failed   string
	cleanups []func()
}

func (r *recorder) Helper()          {}
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Errorf(format string, args ...any) {
	r.failed = fmt.Sprintf(format, args...)
}

func TestCheck(t *testing.T) {
	defer func(d time.Duration) { grace = d }(grace)
	grace = 300 * time.Millisecond
	stop := make(chan struct{})
	r := &recorder{TB: t}
	Check(r)
	go func() { <-stop }()
	for _, f := range r.cleanups {
		f()
	}
	if r.failed == "" {
		t.Error("a goroutine that runs on was not reported")
	}
	close(stop)

	r = &recorder{TB: t}
	Check(r)
	done := make(chan struct{})
	go func() { close(done) }()
	<-done
	for _, f := range r.cleanups {
		f()
	}
	if r.failed != "" {
		t.Errorf("nothing was left, yet: %s", r.failed)
	}
}
