package scm

import (
	"context"
	"sync"
	"time"

	"oxid/orpc"
)

// exporterTimeout bounds one question to an exporter behind a link.
const exporterTimeout = 30 * time.Second

// sweepLoop looks once a ping period for clients that fell silent ([MS-DCOM]
// 3.1.2.2, 3.1.2.6).
func (r *resolver) sweepLoop() {
	t := time.NewTicker(r.opt.PingPeriod)
	defer t.Stop()
	for {
		select {
		case <-r.ctx.Done():
			return
		case <-t.C:
			r.sweep()
		}
	}
}

// sweep ends the sets whose time is over and has the objects run down that are
// in no set any more, and those that never were in one.
func (r *resolver) sweep() {
	now := time.Now()
	due := map[*exporterEntry][]orpc.OID{} // what each exporter is to let go
	var expired, objects int
	var client string
	r.mu.Lock()
	for _, s := range r.sets {
		if !now.Before(s.deadline) {
			expired++
			objects += s.oids.Len()
			client = s.client
			r.dropSet(s, now)
		}
	}
	var orphans []orpc.OID
	for e := range r.idle.All() {
		switch {
		case now.Before(e.due):
		case e.owner == nil:
			orphans = append(orphans, e.oid)
		default:
			due[e.owner] = append(due[e.owner], e.oid)
		}
	}
	for _, oid := range orphans {
		r.forget(oid)
	}
	r.mu.Unlock()
	if expired > 0 { // one line for all: clients decide how many there are
		r.opt.Logger.Info("ping sets expired: their clients are silent", "sets", expired, "objects", objects, "one of the clients", client)
	}

	// The exporters work side by side: one that hangs delays the next sweep, at
	// most by its timeout, and nothing else.
	var wg sync.WaitGroup
	for _, x := range r.allExporters() {
		wg.Go(func() { r.runDown(x, due[x], now) })
	}
	wg.Wait()
}

// runDown tells one exporter to let objects go. What it keeps, because it was
// called in the last period, is tried again in the next ones.
func (r *resolver) runDown(x *exporterEntry, due []orpc.OID, now time.Time) {
	ctx, cancel := context.WithTimeout(r.ctx, exporterTimeout)
	defer cancel()
	oids := append(due, r.neverPinged(ctx, x, now)...)
	if len(oids) == 0 {
		return
	}
	kept, err := x.Rundown(ctx, oids)
	if err != nil {
		if r.ctx.Err() == nil {
			r.opt.Logger.Warn("an exporter was told to let objects go and did not answer", "oxid", x.oxid, "objects", len(oids), "err", err)
		}
		return // the next sweep tries again
	}
	again := make(map[orpc.OID]bool, len(kept))
	for _, oid := range kept {
		again[oid] = true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, oid := range due {
		e := r.idle.Get(oid)
		if e == nil {
			continue // in a set again
		}
		// After some tries it is left to neverPinged, which finds it again when
		// it has not been called for a whole timeout.
		if e.tries++; !again[oid] || e.tries >= setPeriods {
			r.forget(oid)
			continue
		}
		e.due = now.Add(r.opt.PingPeriod)
	}
}

// neverPinged returns objects of x that are in no set and that nobody used for
// a whole set timeout. An exporter that registered later than that is left
// alone: its clients may not have found this resolver yet.
func (r *resolver) neverPinged(ctx context.Context, x *exporterEntry, now time.Time) []orpc.OID {
	if now.Sub(x.since) < r.setTimeout() {
		return nil
	}
	oids, err := x.Unpinged(ctx, setPeriods)
	if err != nil {
		return nil // Rundown, or the end of the link, will tell
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	list := oids[:0]
	for _, oid := range oids {
		if r.oids.Get(oid) == nil {
			list = append(list, oid)
		}
	}
	return list
}

// forget drops an object that is in no set. The lock is held.
func (r *resolver) forget(oid orpc.OID) {
	r.idle.Delete(oid)
	r.oids.Delete(oid)
}
