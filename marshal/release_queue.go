package marshal

import (
	"context"
	"errors"
	"sync"
	"time"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/orpc"
)

const (
	// maxReleaseBatch bounds the references in one RemRelease.
	maxReleaseBatch = 1024
	// releaseTimeout bounds one RemRelease. What is not delivered by then is
	// the ping timeout's.
	releaseTimeout = 30 * time.Second
)

// releaseQueue sends references home in batches (IRemUnknown::RemRelease): a
// batch leaves at once when none is on its way, and collects its neighbours
// otherwise. Nobody waits for it unless asked to.
type releaseQueue struct {
	x *clientExporter

	mu      sync.Mutex
	pending []orpc.REMINTERFACEREF
	running bool
	idle    chan struct{} // closed when the queue runs empty; nil when it is
	err     error         // of the last batch
}

// releaseLater queues the references of one object. Inside the process it gives
// them back before it returns.
func (x *clientExporter) releaseLater(refs *wireRef) {
	if x.home != nil {
		x.rt.hooked(x.rt.ctx, 5, x.home, func() {
			for r := refs; r != nil; r = r.next {
				if s := x.homeStub(&r.ipid); s != nil {
					x.home.release(x.rt.ctx, s, r.public, true)
				}
			}
		})
		return
	}
	q := &x.rel
	q.mu.Lock()
	defer q.mu.Unlock()
	for r := refs; r != nil; r = r.next {
		if r.public > 0 && !r.lost {
			q.pending = append(q.pending, orpc.REMINTERFACEREF{IPID: r.ipid, PublicRefs: r.public})
		}
	}
	if len(q.pending) > 0 && !q.running {
		q.running = true
		q.idle = make(chan struct{})
		go q.run()
	}
}

// run sends batches until none is left.
func (q *releaseQueue) run() {
	for batch := q.next(); batch != nil; batch = q.next() {
		err := q.deliver(batch)
		if notExecuted(err) {
			err = q.deliver(batch) // the connection was an old one, and is new now
		}
		n := len(batch)
		q.mu.Lock()
		q.err = err
		if err != nil && !answered(err) {
			n += len(q.pending) // nor will these arrive
			q.pending = nil
		}
		q.mu.Unlock()
		if err != nil && com.HRESULTOf(err) != com.RPC_E_DISCONNECTED {
			q.x.rt.log.Debug("references were not given back; the server lets go when pings cease",
				"exporter", q.x.peer(), "count", n, "err", err)
		}
	}
}

// next takes a batch off the queue. It returns nil when there is none: then
// the queue is idle.
func (q *releaseQueue) next() []orpc.REMINTERFACEREF {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(q.pending), maxReleaseBatch)
	if n == 0 {
		q.running = false
		q.pending = nil
		close(q.idle)
		q.idle = nil
		return nil
	}
	batch := q.pending[:n:n]
	q.pending = q.pending[n:]
	return batch
}

// deliver sends one batch.
func (q *releaseQueue) deliver(batch []orpc.REMINTERFACEREF) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(q.x.rt.ctx), releaseTimeout)
	defer cancel()
	return q.x.remRelease(ctx, batch)
}

// answered reports whether an error came from the server, and not from the
// way to it.
func answered(err error) bool {
	var f *dcerpc.Fault
	return errors.As(err, &f)
}

// flushReleases waits until everything queued so far has been delivered, and
// returns what the last delivery met.
func (x *clientExporter) flushReleases(ctx context.Context) error {
	q := &x.rel
	q.mu.Lock()
	idle := q.idle
	q.mu.Unlock()
	if idle == nil {
		return nil
	}
	return waitOutside(ctx, blockFunc(func(ctx context.Context) error {
		select {
		case <-idle:
			q.mu.Lock()
			defer q.mu.Unlock()
			return q.err
		case <-ctx.Done():
			return ctx.Err()
		}
	}))
}

// empty reports whether nothing waits to be delivered.
func (q *releaseQueue) empty() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return !q.running
}
