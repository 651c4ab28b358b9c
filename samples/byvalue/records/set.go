package records

import (
	"context"
	"runtime"
	"sync"

	"oxid/com"
	"oxid/samples/byvalue"
)

// Set is a set of records that travels by value. It implements
// byvalue.IRecordSet and com.IMarshal, and is safe for concurrent use.
type Set struct {
	items []byvalue.Record // never changes after the set was made
	own   *ownership       // nil while an instance waits for its packet
}

// ownership holds the owner of a set until the set is closed or collected.
type ownership struct {
	mu    sync.Mutex
	owner com.Unknown // nil when there is none, or none any more
}

// New makes a set of items, which it keeps. owner is held by every copy in
// another process and learns by IExternalConnection, or by FinalRelease, when the
// last of them was closed; nil is none. The set owns it: a proxy is released
// when the set is closed.
func New(items []byvalue.Record, owner com.Unknown) *Set {
	s := new(Set)
	s.fill(items, owner)
	return s
}

func (s *Set) fill(items []byvalue.Record, owner com.Unknown) {
	s.items, s.own = items, &ownership{owner: owner}
	if owner != nil {
		// The clean-up knows the owner and not the set, so the set can go.
		runtime.AddCleanup(s, (*ownership).release, s.own)
	}
}

// keep returns the owner for one more user, who releases it.
func (o *ownership) keep() com.Unknown {
	if o == nil {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return com.Keep(o.owner)
}

func (o *ownership) release() {
	o.mu.Lock()
	owner := o.owner
	o.owner = nil
	o.mu.Unlock()
	com.Release(owner)
}

// Count implements byvalue.IRecordSet.
func (s *Set) Count(context.Context) (uint32, error) { return uint32(len(s.items)), nil }

// Item implements byvalue.IRecordSet.
func (s *Set) Item(_ context.Context, index uint32) (byvalue.Record, error) {
	if uint64(index) >= uint64(len(s.items)) {
		return byvalue.Record{}, com.E_INVALIDARG
	}
	return s.items[index], nil
}

// Close implements byvalue.IRecordSet: the records stay, the owner goes.
func (s *Set) Close(context.Context) error {
	if s.own != nil {
		s.own.release()
	}
	return nil
}
