package marshal_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

// place is an apartment of the stress test, with one object.
type place struct {
	apt    *marshal.Apartment
	single bool
	inside atomic.Int32 // activities that run and do not wait
	calls  atomic.Int64
	to     []calc.ICalc // the objects of all places, for use in this one; nil for its own
	obj    *stressed
}

// stressed is an object that calls the objects of other places, in an order
// that its arguments decide.
type stressed struct {
	object
	t  *testing.T
	at *place
}

func (s *stressed) FinalRelease(context.Context) {}

// Add makes calls as deep as a says, chosen by b, and returns their number.
func (s *stressed) Add(ctx context.Context, a, b int32) (n int32, err error) {
	p := s.at
	p.enter(s.t)
	defer p.leave()
	p.calls.Add(1)
	rnd := rand.New(rand.NewPCG(uint64(uint32(b)), 1))
	n = 1
	for range rnd.IntN(3) {
		if a == 0 {
			break
		}
		other := p.to[rnd.IntN(len(p.to))]
		if other == nil {
			continue
		}
		p.leave()
		m, err := other.Add(ctx, a-1, rnd.Int32())
		p.enter(s.t)
		if err != nil {
			return 0, err
		}
		n += m
	}
	return n, nil
}

func (p *place) enter(t *testing.T) {
	if n := p.inside.Add(1); n != 1 && p.single {
		t.Errorf("%d activities at once in one apartment", n)
	}
}

func (p *place) leave() { p.inside.Add(-1) }

// Calls criss-cross between apartments of all kinds and two machines: each
// single-threaded one runs one activity at a time, and everything ends.
func TestApartmentsUnderStress(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	m := []*machine{newMachine(t), newMachine(t)}
	var places []*place
	for i, mach := range m {
		add := func(a *marshal.Apartment, single bool) {
			p := &place{apt: a, single: single}
			p.obj = &stressed{t: t, at: p}
			places = append(places, p)
		}
		for range 2 {
			add(newSTAOf(t, mach, marshal.STAOptions{}), true)
		}
		add(newSTAOf(t, mach, marshal.STAOptions{Thread: i == 0}), true)
		nta, err := mach.rt.NTA(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		add(nta, false)
		add(mach.mta, false)
	}
	for _, p := range places {
		p.to = make([]calc.ICalc, len(places))
		for i, q := range places {
			if p != q {
				p.to[i] = sendTo(t, q.apt, p.apt, q.obj)
			}
		}
	}
	var wg sync.WaitGroup
	var done atomic.Int64
	rounds := 150
	if testing.Short() {
		rounds = 20
	}
	ctx, cancel := context.WithTimeout(t.Context(), 45*time.Second)
	defer cancel()
	for g := range 8 {
		rnd := rand.New(rand.NewPCG(seed, uint64(g)))
		wg.Go(func() {
			for range rounds {
				p, q := places[rnd.IntN(len(places))], rnd.IntN(len(places))
				a, b := int32(rnd.IntN(5)), rnd.Int32()
				call := func(ctx context.Context) error {
					if p.to[q] == nil {
						return nil
					}
					n, err := p.to[q].Add(ctx, a, b)
					done.Add(int64(n))
					return err
				}
				var err error
				switch rnd.IntN(3) {
				case 0: // from outside of any activity
					err = call(marshal.WithApartment(ctx, p.apt))
				case 1: // as the apartment's own code
					err = p.apt.Do(ctx, call)
				default: // on a goroutine of its own, begun by the apartment's code
					err = p.apt.Do(ctx, func(ctx context.Context) error {
						_, err := marshal.Go(ctx, func(ctx context.Context) (int, error) { return 0, call(ctx) }).Finish(ctx)
						return err
					})
				}
				if err != nil {
					t.Errorf("%v", err)
					return
				}
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		for i, mach := range m {
			for _, w := range mach.rt.Waits() {
				t.Logf("machine %d: %+v", i, w)
			}
		}
	}
	total := int64(0)
	for _, p := range places {
		total += p.calls.Load()
		if n := p.inside.Load(); n != 0 {
			t.Errorf("%d activities left", n)
		}
		for _, c := range p.to {
			if c != nil {
				com.Release(c)
			}
		}
	}
	if total != done.Load() || total == 0 {
		t.Errorf("%d calls ran, %d were answered", total, done.Load())
	}
	t.Log(fmt.Sprint(total, " calls"))
}
