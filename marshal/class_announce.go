package marshal

import (
	"context"
	"sync"

	"oxid/com"
)

// classAnnouncer keeps the resolver's idea of which classes this process
// serves in step with the class table.
type classAnnouncer struct {
	mu   sync.Mutex // held while the resolver is told: the last word must be the true one
	told map[servedClass]bool
}

// servedClass is what a registrar knows: a class and the exporter that serves it.
type servedClass struct {
	apt   *Apartment
	clsid com.CLSID
}

// announce tells the resolver that apartment a has begun or ceased to serve
// clsid, when that has changed since it was told last. A class that is
// suspended or used up is not served.
func (rt *Runtime) announce(ctx context.Context, a *Apartment, clsid com.CLSID) error {
	r := rt.opt.Registrar
	if r == nil {
		return nil
	}
	// The truth is looked up after the lock is taken: of two changes at the same
	// time the one that is announced last is announced as it is then.
	w := &rt.classes.wire
	w.mu.Lock()
	defer w.mu.Unlock()
	serves := rt.classes.first(clsid, func(e *classEntry) bool { return e.apt == a && e.local() && !e.used }) != nil
	key := servedClass{a, clsid}
	switch {
	case serves == w.told[key]:
		return nil
	case serves:
		if err := r.RegisterClass(ctx, &a.exporter, clsid); err != nil {
			return err
		}
		if w.told == nil {
			w.told = map[servedClass]bool{}
		}
		w.told[key] = true
	default:
		r.RevokeClass(ctx, &a.exporter, clsid)
		delete(w.told, key)
	}
	return nil
}

// announceAll does so for several registrations. It returns the first error.
func (rt *Runtime) announceAll(ctx context.Context, list []*classEntry) (err error) {
	for _, e := range list {
		if e.apt == nil {
			continue
		}
		if e := rt.announce(ctx, e.apt, e.clsid); e != nil && err == nil {
			err = e
		}
	}
	return err
}
