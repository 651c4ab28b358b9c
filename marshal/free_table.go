package marshal

import (
	"sync"

	"oxid/com"
)

// freeTable holds the objects that in-process packets of the free-threaded
// marshaler name. A packet carries a key of it, where COM has an address, and
// a secret, so that no packet from elsewhere can name anything.
type freeTable struct {
	mu     sync.Mutex
	secret com.GUID // made with the first packet
	by     map[uint64]*freeEntry
	keys   map[weakObject]uint64
	next   uint64
	sweep  int // size at which collected objects are looked for
}

// freeEntry is one object. Packets that own a reference keep it alive; the
// entry itself does not.
type freeEntry struct {
	obj     weakObject
	strong  any // the object while packets is not 0
	packets int // normal and table-strong ones
}

// hold notes one more packet of an object. A table-weak one owns nothing (CF-126).
func (t *freeTable) hold(identity any, kind stubKind) (key uint64, secret com.GUID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.by == nil {
		t.secret = com.NewGUID()
		t.by, t.keys = map[uint64]*freeEntry{}, map[weakObject]uint64{}
	}
	// One key for an object, as one object has one address: a packet that was
	// released keeps working while its object lives (CF-129).
	w := weakly(identity)
	key, ok := t.keys[w]
	if !ok {
		t.collect()
		t.next++
		key = t.next
		t.by[key] = &freeEntry{obj: w}
		t.keys[w] = key
	}
	if e := t.by[key]; kind != kindTableWeak {
		e.strong = identity
		e.packets++
	}
	return key, t.secret
}

// made reports whether a packet has the secret of this table.
func (t *freeTable) made(secret com.GUID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.by != nil && secret == t.secret
}

// find returns the object of a key, or nil when there is none any more.
func (t *freeTable) find(key uint64) any {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e := t.by[key]; e != nil {
		return e.obj.value()
	}
	return nil
}

// release notes that a packet is gone. The entry stays as long as its object.
func (t *freeTable) release(key uint64, kind stubKind) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.by[key]
	if e == nil || kind == kindTableWeak || e.packets == 0 {
		return // a packet that is released twice is not noticed either
	}
	if e.packets--; e.packets == 0 {
		e.strong = nil
	}
}

// held returns how many objects packets keep alive, for inspection.
func (t *freeTable) held() (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range t.by {
		if e.packets > 0 {
			n++
		}
	}
	return n
}

// collect forgets objects that are gone, each time the table has doubled. The
// lock is held.
func (t *freeTable) collect() {
	// Clean-ups would come at once, but not for the smallest objects, which
	// share their memory: looking now and then finds them all.
	if len(t.by) < t.sweep {
		return
	}
	for key, e := range t.by {
		if e.packets == 0 && e.obj.value() == nil {
			delete(t.by, key)
			delete(t.keys, e.obj)
		}
	}
	t.sweep = max(64, 2*len(t.by))
}
