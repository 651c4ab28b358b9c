package marshal

import (
	"context"
	"errors"
	"slices"
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
//
// An apartment's lock may be held when its own is taken, not the other way round.
type pingClient struct {
	rt   *Runtime
	mu   sync.Mutex
	sets map[string]*pingSet // by the resolver's packed bindings
}

// pingSet is the set at one resolver. What it holds is not listed: it is the
// remote objects of all apartments, and only the differences from what the
// resolver knows are kept.
type pingSet struct {
	resAddr orpc.PackedBindings
	sending chan struct{}      // one ping at a time: whoever fills it may send
	cancel  context.CancelFunc // of the ping in progress

	members int                        // remote objects; two apartments may have the same
	fresh   []*remoteObject            // those of them that the resolver has not been told of
	dropped []remoteKey                // former ones that it has been told of
	doubted map[*remoteObject]struct{} // were in a ping that was answered OR_INVALID_OID

	// guarded by sending
	id  orpc.SETID
	seq uint16
}

// Values of remoteObject.fresh: else it is the place in pingSet.fresh, from 1.
const (
	pingTold    = 0
	pingRemoved = -1
)

// pinged reports whether an object is kept alive by pings.
func (c *pingClient) pinged(ro *remoteObject) bool {
	return !ro.noPing && c.rt.opt.Resolver != nil && !ro.exp.resAddr.IsEmpty()
}

// add begins to keep an object alive.
func (c *pingClient) add(ro *remoteObject) {
	if !c.pinged(ro) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.sets[string(ro.exp.resAddr)]
	if s == nil {
		if c.sets == nil {
			c.sets = map[string]*pingSet{}
		}
		s = &pingSet{resAddr: ro.exp.resAddr, sending: make(chan struct{}, 1)}
		c.sets[string(s.resAddr)] = s
	}
	s.members++
	s.enlist(ro)
}

// remove ends that.
func (c *pingClient) remove(ro *remoteObject) {
	if !c.pinged(ro) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.sets[string(ro.exp.resAddr)]
	s.members--
	if ro.fresh > 0 {
		s.delist(ro)
	} else {
		s.dropped = append(s.dropped, ro.key())
	}
	delete(s.doubted, ro)
	ro.fresh = pingRemoved
}

// enlist makes ro one of those that the resolver is to be told of.
func (s *pingSet) enlist(ro *remoteObject) {
	s.fresh = append(s.fresh, ro)
	ro.fresh = int32(len(s.fresh))
}

// delist is the opposite.
func (s *pingSet) delist(ro *remoteObject) {
	last := s.fresh[len(s.fresh)-1]
	s.fresh[ro.fresh-1], last.fresh = last, ro.fresh
	s.fresh[len(s.fresh)-1] = nil
	s.fresh = s.fresh[:len(s.fresh)-1]
	ro.fresh = pingTold
	if len(s.fresh) == 0 {
		s.fresh = nil
	}
}

// round pings every set once, side by side.
func (c *pingClient) round(ctx context.Context) {
	for _, s := range c.all() {
		c.rt.wg.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, min(pingTimeout, c.rt.opt.PingPeriod*7/8))
			defer cancel()
			if err := c.ping(ctx, s); err != nil && c.rt.ctx.Err() == nil {
				c.rt.log.Warn("ping failed; objects die when this goes on for three periods", "err", err)
			}
		})
	}
}

// all returns the sets that there are.
func (c *pingClient) all() []*pingSet {
	c.mu.Lock()
	defer c.mu.Unlock()
	sets := make([]*pingSet, 0, len(c.sets))
	for _, s := range c.sets {
		sets = append(sets, s)
	}
	return sets
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
	err := c.send(ctx, s)
	if errors.Is(err, com.OR_INVALID_SET) {
		s.id, s.seq = 0, 0
		c.anew(s)
		err = c.send(ctx, s)
	}
	c.forget(s, err)
	return err
}

// pingDelta is what one ping tells.
type pingDelta struct {
	fresh   []*remoteObject
	dropped []remoteKey
	add     []orpc.OID // of fresh, each one once
	del     []orpc.OID // of dropped, those that no apartment has
}

// send pings as often as it takes to tell everything. s.sending is filled.
func (c *pingClient) send(ctx context.Context, s *pingSet) error {
	var unknown []*remoteObject
	defer func() { c.doubt(s, unknown) }()
	for more := true; more; {
		var d pingDelta
		d, more = c.delta(s)
		if s.id == 0 && len(d.add) == 0 {
			continue // there is no set, and no need for one
		}
		seq := s.seq
		if len(d.add)+len(d.del) > 0 || s.id == 0 {
			seq++
		}
		id, err := c.rt.opt.Resolver.Ping(ctx, s.resAddr, s.id, seq, d.add, d.del)
		if errors.Is(err, com.OR_INVALID_OID) {
			unknown = append(unknown, d.fresh...)
		} else if err != nil {
			c.undo(s, &d)
			return err
		}
		s.id, s.seq = id, seq
	}
	return nil
}

// delta takes what the resolver is to be told next; more says that there is
// more than one ping can tell.
func (c *pingClient) delta(s *pingSet) (d pingDelta, more bool) {
	c.mu.Lock()
	for len(s.fresh) > 0 && len(d.fresh) < maxPingDelta {
		ro := s.fresh[len(s.fresh)-1]
		s.delist(ro)
		d.fresh = append(d.fresh, ro)
		d.add = append(d.add, ro.oid)
	}
	n := min(len(s.dropped), maxPingDelta)
	if d.dropped, s.dropped = s.dropped[:n:n], s.dropped[n:]; len(s.dropped) == 0 {
		s.dropped = nil
	}
	more = len(s.fresh)+len(s.dropped) > 0
	c.mu.Unlock()
	slices.Sort(d.add)
	d.add = slices.Compact(d.add)
	for _, key := range d.dropped {
		if !c.rt.proxied(key) { // else another apartment has it, or it was unmarshaled again
			d.del = append(d.del, key.oid)
		}
	}
	return d, more
}

// undo takes back what was not told.
func (c *pingClient) undo(s *pingSet, d *pingDelta) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, ro := range d.fresh {
		if ro.fresh == pingTold {
			s.enlist(ro)
		}
	}
	s.dropped = append(s.dropped, d.dropped...)
}

// doubt handles a resolver that did not know some of the OIDs, without saying
// which: all that are new to this are told once more in the next round, for an
// exporter may register them a moment later.
func (c *pingClient) doubt(s *pingSet, told []*remoteObject) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, ro := range told {
		if _, again := s.doubted[ro]; again {
			delete(s.doubted, ro)
		} else if ro.fresh == pingTold {
			s.enlist(ro)
			if s.doubted == nil {
				s.doubted = map[*remoteObject]struct{}{}
			}
			s.doubted[ro] = struct{}{}
		}
	}
}

// anew makes all objects of a set fresh.
func (c *pingClient) anew(s *pingSet) {
	for _, a := range c.rt.apartments() {
		a.mu.Lock()
		c.mu.Lock()
		for ro := range a.remotes.All() {
			if c.pinged(ro) && ro.fresh == pingTold && string(ro.exp.resAddr) == string(s.resAddr) {
				s.enlist(ro)
			}
		}
		c.mu.Unlock()
		a.mu.Unlock()
	}
	c.mu.Lock()
	s.dropped = nil
	c.mu.Unlock()
}

// forget drops a set that nothing is left in. What its resolver has not been
// told, because it cannot be reached, it finds out by our silence.
func (c *pingClient) forget(s *pingSet, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.members == 0 && (len(s.dropped) == 0 || err != nil) {
		delete(c.sets, string(s.resAddr))
	}
}

// close tells the resolvers that this process keeps nothing alive any more.
func (c *pingClient) close(ctx context.Context) {
	var wg sync.WaitGroup
	for _, s := range c.all() {
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
	d, _ := c.delta(s)
	if s.id == 0 || len(d.del) == 0 {
		return
	}
	if _, err := c.rt.opt.Resolver.Ping(ctx, s.resAddr, s.id, s.seq+1, nil, d.del); err != nil {
		c.rt.log.Debug("the last ping was not delivered; the set ends by its timeout", "err", err)
	}
}
