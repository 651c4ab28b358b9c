package scm

import (
	"context"
	"time"

	"oxid/com"
)

// raceDelay is how long the next binding waits for the one before it (RFC 8305
// section 5 recommends 250 ms).
const raceDelay = 250 * time.Millisecond

// The bindings of a reference are addresses of one machine on all its networks,
// in an order that means little. Most of them are useless from where the client
// is, and useless addresses mostly do not refuse: they do not answer.

// race runs f for each address, each a moment after the one before it or as
// soon as that failed. The first success wins and stops the others, for which
// it waits. Without one, the attempts tell of every failure.
func race[T any](ctx context.Context, addrs []string, f func(ctx context.Context, addr string) (T, error)) (won T, at string, attempts []com.Attempt) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type result struct {
		i   int
		v   T
		err error
	}
	results := make(chan result)
	attempts = make([]com.Attempt, 0, len(addrs))
	next, running, done := 0, 0, false
	start := func() {
		i := next
		next++
		running++
		go func() {
			v, err := f(ctx, addrs[i])
			results <- result{i, v, err}
		}()
	}
	start()
	timer := time.NewTimer(raceDelay)
	defer timer.Stop()
	for running > 0 {
		var more <-chan time.Time
		if next < len(addrs) && !done {
			more = timer.C
		}
		select {
		case <-more:
			start()
			timer.Reset(raceDelay)
		case r := <-results:
			running--
			switch {
			case done:
			case r.err == nil:
				won, at, done = r.v, addrs[r.i], true
				cancel()
			default:
				attempts = append(attempts, com.Attempt{Step: stepOf(r.err), Target: addrs[r.i], Err: r.err})
				if next < len(addrs) && ctx.Err() == nil {
					start()
				}
			}
		}
	}
	if done {
		return won, at, nil
	}
	return won, "", attempts
}
