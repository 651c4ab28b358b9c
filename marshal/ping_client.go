package marshal

import (
	"context"
	"errors"
	"sync"
	"time"

	"oxid/com"
	"oxid/orpc"
)

// pingTimeout bounds one ping, which also ends before the next one is due.
const pingTimeout = 30 * time.Second

// maxPingDelta bounds the OIDs that one ComplexPing adds or removes: its counts
// are 16 bits wide ([MS-DCOM] 3.1.2.5.1.6).
const maxPingDelta = 0x4000

// pingClient keeps the objects alive that this process has proxies of
// ([MS-DCOM] 3.2.6.1): one ping set for each resolver, changed by its
// difference alone. An object that is released before its first ping is never
// named to the resolver.
type pingClient struct {
	rt   *Runtime
	mu   sync.Mutex
	sets map[string]*pingSet // by the resolver's packed bindings
}

// pingSet is the set at one resolver.
type pingSet struct {
	resAddr orpc.PackedBindings
	oids    map[orpc.OID]oidUse
	dirty   map[orpc.OID]struct{} // differ from what the resolver knows
	sending chan struct{}         // one ping at a time: whoever fills it may send
	cancel  context.CancelFunc    // of the ping in progress

	// guarded by sending
	id  orpc.SETID
	seq uint16
}

// oidUse tells how many proxy managers use an object (one an apartment), and
// whether the resolver has it in the set.
type oidUse struct {
	count   uint32
	known   bool
	doubted bool // was in a ping that was answered OR_INVALID_OID
}

// add begins to keep oid alive.
func (c *pingClient) add(resAddr orpc.PackedBindings, oid orpc.OID) {
	if c.rt.opt.Resolver == nil || resAddr.IsEmpty() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.sets[string(resAddr)]
	if s == nil {
		if c.sets == nil {
			c.sets = map[string]*pingSet{}
		}
		s = &pingSet{resAddr: resAddr, oids: map[orpc.OID]oidUse{}, dirty: map[orpc.OID]struct{}{}, sending: make(chan struct{}, 1)}
		c.sets[string(resAddr)] = s
	}
	u := s.oids[oid]
	u.count++
	s.oids[oid] = u
	if u.count == 1 {
		s.mark(oid, u)
	}
}

// remove ends that.
func (c *pingClient) remove(resAddr orpc.PackedBindings, oid orpc.OID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.sets[string(resAddr)]
	if s == nil {
		return
	}
	u, ok := s.oids[oid]
	if !ok {
		return
	}
	u.count--
	s.oids[oid] = u
	if u.count == 0 {
		s.mark(oid, u)
	}
}

// mark notes whether oid differs from what the resolver knows of it.
func (s *pingSet) mark(oid orpc.OID, u oidUse) {
	switch {
	case (u.count > 0) != u.known:
		s.dirty[oid] = struct{}{}
	default:
		delete(s.dirty, oid)
	}
	if u.count == 0 && !u.known {
		delete(s.oids, oid)
	}
}

// round pings every set once, side by side.
func (c *pingClient) round(ctx context.Context) {
	c.mu.Lock()
	sets := make([]*pingSet, 0, len(c.sets))
	for _, s := range c.sets {
		sets = append(sets, s)
	}
	c.mu.Unlock()
	for _, s := range sets {
		c.rt.wg.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, min(pingTimeout, c.rt.opt.PingPeriod*7/8))
			defer cancel()
			if err := c.ping(ctx, s); err != nil && c.rt.ctx.Err() == nil {
				c.rt.log.Warn("ping failed; objects die when this goes on for three periods", "err", err)
			}
		})
	}
}

// ping sends what changed, or that nothing did. A resolver that lost the set,
// because it was restarted or we were silent too long, is told all of it anew.
func (c *pingClient) ping(ctx context.Context, s *pingSet) error {
	select {
	case s.sending <- struct{}{}:
		defer func() { <-s.sending }()
	default:
		return nil // the last one is still on its way
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.mu.Lock()
	s.cancel = cancel
	c.mu.Unlock()
	err := c.pingOnce(ctx, s)
	if errors.Is(err, com.OR_INVALID_SET) {
		c.mu.Lock()
		s.id, s.seq = 0, 0
		for oid, u := range s.oids {
			u.known = false
			s.oids[oid] = u
			s.mark(oid, u)
		}
		c.mu.Unlock()
		err = c.pingOnce(ctx, s)
	}
	return err
}

func (c *pingClient) pingOnce(ctx context.Context, s *pingSet) error {
	for {
		add, del, empty := c.delta(s)
		if empty && s.id == 0 {
			c.forget(s)
			return nil
		}
		seq := s.seq
		if len(add)+len(del) > 0 || s.id == 0 {
			seq++
		}
		id, err := c.rt.opt.Resolver.Ping(ctx, s.resAddr, s.id, seq, add, del)
		if err != nil && !errors.Is(err, com.OR_INVALID_OID) {
			c.abandon(s)
			return err
		}
		s.id, s.seq = id, seq
		if err != nil {
			add = c.doubt(s, add)
		}
		more := c.settle(s, add, del)
		if !more || err != nil {
			if empty {
				c.forget(s)
			}
			return nil
		}
	}
}

// delta returns what the resolver has to be told; empty says that nothing is
// left in the set.
func (c *pingClient) delta(s *pingSet) (add, del []orpc.OID, empty bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for oid := range s.dirty {
		if s.oids[oid].count > 0 {
			if len(add) < maxPingDelta {
				add = append(add, oid)
			}
		} else if len(del) < maxPingDelta {
			del = append(del, oid)
		}
	}
	empty = len(add) == 0 && len(s.oids) == len(del)
	return add, del, empty
}

// doubt handles a resolver that did not know some of the OIDs, without saying
// which: all that are new to this are told once more in the next round, for an
// exporter may register them a moment later. It returns the others.
func (c *pingClient) doubt(s *pingSet, add []orpc.OID) (settled []orpc.OID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, oid := range add {
		u := s.oids[oid]
		if u.doubted {
			settled = append(settled, oid)
			continue
		}
		u.doubted = true
		s.oids[oid] = u
	}
	return settled
}

// settle notes what the resolver knows now; it reports whether there is more
// to tell.
func (c *pingClient) settle(s *pingSet, add, del []orpc.OID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, list := range [2][]orpc.OID{add, del} {
		for _, oid := range list {
			u := s.oids[oid]
			u.known = !u.known
			s.oids[oid] = u
			s.mark(oid, u)
		}
	}
	return len(s.dirty) > 0
}

// forget drops a set that became empty and stayed so.
func (c *pingClient) forget(s *pingSet) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(s.oids) == 0 && c.sets[string(s.resAddr)] == s {
		delete(c.sets, string(s.resAddr))
	}
}

// abandon drops a set that nothing is left in but what its resolver, which
// cannot be reached, has not been told: it finds out by our silence.
func (c *pingClient) abandon(s *pingSet) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, u := range s.oids {
		if u.count > 0 {
			return
		}
	}
	if c.sets[string(s.resAddr)] == s {
		delete(c.sets, string(s.resAddr))
	}
}

// close tells the resolvers that this process keeps nothing alive any more.
func (c *pingClient) close(ctx context.Context) {
	c.mu.Lock()
	sets := make([]*pingSet, 0, len(c.sets))
	for _, s := range c.sets {
		sets = append(sets, s)
	}
	c.mu.Unlock()
	var wg sync.WaitGroup
	for _, s := range sets {
		wg.Go(func() { c.farewell(ctx, s) })
	}
	wg.Wait()
}

// farewell empties a set at its resolver. A ping in progress is not waited for.
func (c *pingClient) farewell(ctx context.Context, s *pingSet) {
	c.mu.Lock()
	if s.cancel != nil {
		s.cancel()
	}
	c.mu.Unlock()
	select {
	case s.sending <- struct{}{}:
		defer func() { <-s.sending }()
	case <-ctx.Done():
		return
	}
	_, del, _ := c.delta(s)
	if s.id == 0 || len(del) == 0 {
		return
	}
	if _, err := c.rt.opt.Resolver.Ping(ctx, s.resAddr, s.id, s.seq+1, nil, del); err != nil {
		c.rt.log.Debug("the last ping was not delivered; the set ends by its timeout", "err", err)
	}
}
