package marshal

import (
	"context"
	"sync"
	"time"

	"oxid/com"
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
func (x *clientExporter) releaseLater(refs []wireRef) {
	if x.home != nil {
		x.rt.hooked(x.rt.ctx, 5, x.home, func() {
			for i := range refs {
				if s := x.rt.ipids.lookup(&refs[i].ipid); s != nil {
					x.home.release(x.rt.ctx, s, refs[i].public, true)
				}
			}
		})
		return
	}
	q := &x.rel
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, r := range refs {
		if r.public > 0 {
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
	for {
		q.mu.Lock()
		n := min(len(q.pending), maxReleaseBatch)
		if n == 0 {
			q.running = false
			q.pending = nil
			close(q.idle)
			q.idle = nil
			q.mu.Unlock()
			return
		}
		batch := q.pending[:n:n]
		q.pending = q.pending[n:]
		q.mu.Unlock()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(q.x.rt.ctx), releaseTimeout)
		err := q.x.remRelease(ctx, batch)
		cancel()
		q.mu.Lock()
		q.err = err
		q.mu.Unlock()
		if err != nil && com.HRESULTOf(err) != com.RPC_E_DISCONNECTED {
			q.x.rt.log.Debug("references were not given back; the server lets go when pings cease",
				"exporter", q.x.peer(), "count", n, "err", err)
		}
	}
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
