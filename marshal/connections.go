package marshal

import (
	"context"

	"oxid/com"
)

// connections is what IExternalConnection of an object has yet to be told.
// Guarded by the apartment's lock.
type connections struct {
	ext     com.IExternalConnection // constant
	notes   []extNote               // in order
	telling bool
}

// extNote is one event for IExternalConnection.
type extNote struct{ add, closes bool }

// note remembers an event for tell. The apartment's lock is held.
func (m *stubManager) note(n extNote) {
	if m.watch != nil {
		m.watch.notes = append(m.watch.notes, n)
	}
}

// tell delivers pending notes in order, without holding a lock while the
// object runs. When another goroutine is at it, that one delivers ours too.
func (m *stubManager) tell(ctx context.Context) {
	w := m.watch
	if w == nil {
		return
	}
	a := m.apt
	a.mu.Lock()
	busy := w.telling || len(w.notes) == 0
	w.telling = w.telling || !busy
	a.mu.Unlock()
	if !busy {
		a.turn(ctx, m.deliver)
	}
}

// deliver is the part of tell that runs in the object's apartment.
func (m *stubManager) deliver(ctx context.Context) {
	a, w := m.apt, m.watch
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(w.notes) > 0 {
		n := w.notes[0]
		w.notes = w.notes[1:]
		a.mu.Unlock()
		a.rt.protect(ctx, "IExternalConnection", func() {
			if n.add {
				w.ext.AddConnection(ctx, com.EXTCONN_STRONG, 0)
			} else {
				w.ext.ReleaseConnection(ctx, com.EXTCONN_STRONG, 0, n.closes)
			}
		})
		a.mu.Lock()
	}
	w.notes, w.telling = nil, false
}
