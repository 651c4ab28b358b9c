package scm

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"oxid/com"
	"oxid/marshal"
	"oxid/orpc"
)

// quiet discards logs that a test provokes on purpose.
var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// fakeExporter plays an exporter: its objects are a set of OIDs, and it
// remembers what was run down.
type fakeExporter struct {
	mu       sync.Mutex
	objects  map[orpc.OID]bool // true: was called of late, so it is kept
	unpinged []orpc.OID
	gone     []orpc.OID // run down, in order
	asked    int        // calls of Owns
	activate func(act marshal.Activation) ([]marshal.ActivationResult, error)
	err      error // of every call
}

func newFake(oids ...orpc.OID) *fakeExporter {
	x := &fakeExporter{objects: map[orpc.OID]bool{}}
	for _, oid := range oids {
		x.objects[oid] = false
	}
	return x
}

func (x *fakeExporter) Info() marshal.ExporterInfo {
	return marshal.ExporterInfo{
		OXID:       7,
		Version:    orpc.Version57,
		RemUnknown: com.GUID{Data1: 0x5151},
		Bindings: orpc.DUALSTRINGARRAY{StringBindings: []orpc.StringBinding{
			orpc.NewStringBinding(orpc.TOWER_NCACN_IP_TCP, "10.0.0.1", "4711")}},
	}
}

func (x *fakeExporter) Owns(_ context.Context, oids []orpc.OID) ([]bool, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.asked++
	list := make([]bool, len(oids))
	for i, oid := range oids {
		_, list[i] = x.objects[oid]
	}
	return list, x.err
}

func (x *fakeExporter) Unpinged(context.Context, int) ([]orpc.OID, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.unpinged), x.err
}

func (x *fakeExporter) Rundown(_ context.Context, oids []orpc.OID) (kept []orpc.OID, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.err != nil {
		return nil, x.err
	}
	for _, oid := range oids {
		busy, there := x.objects[oid]
		switch {
		case !there:
		case busy:
			kept = append(kept, oid)
		default:
			delete(x.objects, oid)
			x.gone = append(x.gone, oid)
			x.unpinged = slices.DeleteFunc(x.unpinged, func(o orpc.OID) bool { return o == oid })
		}
	}
	return kept, nil
}

func (x *fakeExporter) Activate(_ context.Context, act marshal.Activation) ([]marshal.ActivationResult, error) {
	return x.activate(act)
}

func (x *fakeExporter) set(oid orpc.OID, busy bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.objects[oid] = busy
}

// wantGone fails unless exactly these objects have been run down, in any order.
func (x *fakeExporter) wantGone(t *testing.T, when string, want ...orpc.OID) {
	t.Helper()
	x.mu.Lock()
	defer x.mu.Unlock()
	got := slices.Sorted(slices.Values(x.gone))
	if !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		t.Fatalf("%s: run down %v, want %v", when, got, want)
	}
}

// testPeriod is the ping period of tests with a fake clock.
const testPeriod = 2 * time.Minute

// testResolver starts a resolver with one exporter.
func testResolver(t *testing.T, x exporter, limits Limits) *resolver {
	t.Helper()
	r := newResolver(Options{PingPeriod: testPeriod, Limits: limits, Logger: quiet}, nil, 0)
	t.Cleanup(r.close)
	if x != nil {
		if _, err := r.register(t.Context(), 7, x); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// ping makes a ComplexPing that must succeed.
func (r *resolver) mustPing(t *testing.T, id orpc.SETID, seq uint16, add, del []orpc.OID) orpc.SETID {
	t.Helper()
	got, err := r.complexPing(t.Context(), "10.1.1.1", id, seq, add, del)
	if err != nil {
		t.Fatalf("ComplexPing(%v, seq %d): %v", id, seq, err)
	}
	return got
}

// wantHRESULT fails unless err carries hr.
func wantHRESULT(t *testing.T, err error, hr com.HRESULT) {
	t.Helper()
	if got := com.HRESULTOf(err); got != hr {
		t.Fatalf("got %v (%v), want %v", got, err, hr)
	}
}

// counts is how much a resolver remembers.
type counts struct{ sets, clients, members, oids, idle int }

func (r *resolver) counts() counts {
	return view(r, func() counts {
		return counts{len(r.sets), len(r.clients), r.members, r.oids.Len(), r.idle.Len()}
	})
}

// view reads the tables under their lock.
func view[T any](r *resolver, f func() T) T {
	r.mu.Lock()
	defer r.mu.Unlock()
	return f()
}

// entry returns a copy of what is known of an object; the zero value when
// nothing is.
func (r *resolver) entry(oid orpc.OID) oidEntry {
	return view(r, func() (e oidEntry) {
		if p := r.oids.Get(oid); p != nil {
			e = *p
		}
		return e
	})
}

// set returns the objects of a set in ascending order, its sequence number
// and its deadline.
func (r *resolver) set(id orpc.SETID) (list oids, seq uint16, deadline time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.sets[id]; s != nil {
		for e := range s.oids.All() {
			list = append(list, e.oid)
		}
		slices.Sort(list)
		return list, s.seq, s.deadline
	}
	return nil, 0, time.Time{}
}

func itoa(port uint16) string { return strconv.Itoa(int(port)) }
