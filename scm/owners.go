package scm

import (
	"context"
	"sync"

	"oxid/orpc"
)

// A resolver is not told of objects: there are too many, and most are gone before
// their first ping. It learns who owns one when a client names it.

// findOwners asks the exporters for those of oids that are not known yet. The
// result has no entry for what nobody owns.
func (r *resolver) findOwners(ctx context.Context, oids []orpc.OID) map[orpc.OID]*exporterEntry {
	var unknown []orpc.OID
	r.mu.Lock()
	for _, oid := range oids {
		if r.oids.Get(oid) == nil {
			unknown = append(unknown, oid)
		}
	}
	r.mu.Unlock()
	if len(unknown) == 0 {
		return nil
	}
	// Strangers can name as many objects as they like, and every exporter is
	// asked: so many at a time and no more.
	select {
	case r.asking <- struct{}{}:
		defer func() { <-r.asking }()
	case <-ctx.Done():
		return nil
	}
	owners := map[orpc.OID]*exporterEntry{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, x := range r.allExporters() {
		wg.Go(func() {
			owns := r.owns(ctx, x, unknown)
			mu.Lock()
			defer mu.Unlock()
			for i, oid := range unknown {
				if owns[i] {
					owners[oid] = x
				}
			}
		})
	}
	wg.Wait()
	return owners
}

// owns asks one exporter; one that cannot answer owns nothing. The result is
// as long as oids.
func (r *resolver) owns(ctx context.Context, x *exporterEntry, oids []orpc.OID) []bool {
	ctx, cancel := context.WithTimeout(ctx, exporterTimeout)
	defer cancel()
	owns, err := x.Owns(ctx, oids)
	if err != nil || len(owns) != len(oids) {
		r.opt.Logger.Debug("an exporter was asked for its objects and did not answer", "oxid", x.oxid, "err", err)
		return make([]bool, len(oids))
	}
	return owns
}

// orphans lists objects in sets whose exporter is not registered. The lock is held.
func (r *resolver) orphans() (list []orpc.OID) {
	for e := range r.oids.All() {
		if e.owner == nil {
			list = append(list, e.oid)
		}
	}
	return list
}

// claim gives e the orphans that are its own. Without it an object of an exporter
// that was away would never be run down.
func (r *resolver) claim(ctx context.Context, e *exporterEntry, orphans []orpc.OID) {
	if len(orphans) == 0 {
		return
	}
	owns := r.owns(ctx, e, orphans)
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, oid := range orphans {
		if o := r.oids.Get(oid); o != nil && o.owner == nil && owns[i] {
			o.owner = e
		}
	}
}
