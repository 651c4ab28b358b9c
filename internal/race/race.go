// Package race tries the addresses of one peer until one of them answers.
//
// The bindings of a reference are addresses of one machine on all its networks,
// in an order that means little. Most of them are useless from where the client
// is, and useless addresses mostly do not refuse: they do not answer.
package race

import (
	"context"
	"time"
)

// delay is how long the next address waits for the one before it (RFC 8305
// section 5 recommends 250 ms).
const delay = 250 * time.Millisecond

// Failure is why an address did not win.
type Failure struct {
	Addr string
	Err  error
}

// Run runs f for each address, each a moment after the one before it or as soon
// as that failed. The first success wins and stops the others, for which Run
// waits; one that succeeds all the same is given to drop, which may be nil.
// Without a winner, failed has every failure in the order in which they came,
// and at is "".
func Run[T any](ctx context.Context, addrs []string, f func(ctx context.Context, addr string) (T, error), drop func(T)) (won T, at string, failed []Failure) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type result struct {
		addr string
		v    T
		err  error
	}
	results := make(chan result)
	running := 0
	start := func() {
		addr := addrs[0]
		addrs = addrs[1:]
		running++
		go func() {
			v, err := f(ctx, addr)
			results <- result{addr, v, err}
		}()
	}
	if len(addrs) > 0 {
		start()
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	for running > 0 {
		var more <-chan time.Time
		if len(addrs) > 0 && at == "" {
			more = timer.C
		}
		select {
		case <-more:
			start()
			timer.Reset(delay)
		case r := <-results:
			running--
			switch {
			case r.err == nil && at == "":
				won, at = r.v, r.addr
				cancel() // the others are not needed
			case r.err == nil:
				if drop != nil {
					drop(r.v)
				}
			case at == "":
				failed = append(failed, Failure{r.addr, r.err})
				if len(addrs) > 0 && ctx.Err() == nil {
					start()
				}
			}
		}
	}
	if at != "" {
		return won, at, nil
	}
	return won, "", failed
}
