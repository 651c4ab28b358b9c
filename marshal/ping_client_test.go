package marshal_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"oxid/com"
	"oxid/marshal"
	"oxid/orpc"
	"oxid/samples/calc"
)

// pinged is a resolver that writes down what it is asked.
type pinged struct {
	mu   sync.Mutex
	log  []string
	next orpc.SETID
	fail []com.HRESULT // results of the next pings
}

func (p *pinged) ResolveOXID(context.Context, orpc.OXID, orpc.PackedBindings) (*marshal.ExporterInfo, error) {
	return nil, com.OR_INVALID_OXID
}

func (p *pinged) Ping(_ context.Context, _ orpc.PackedBindings, set orpc.SETID, seq uint16, add, del []orpc.OID) (orpc.SETID, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	slices.Sort(add)
	if set != 0 && len(add)+len(del) == 0 {
		p.log = append(p.log, fmt.Sprintf("simple %d", set))
	} else {
		p.log = append(p.log, fmt.Sprintf("complex %d seq %d add %d del %d", set, seq, add, del))
	}
	if len(p.fail) > 0 {
		hr := p.fail[0]
		p.fail = p.fail[1:]
		if hr == com.OR_INVALID_SET {
			return set, hr
		}
		if set == 0 {
			p.next++
			set = p.next
		}
		return set, hr
	}
	if set == 0 {
		p.next++
		set = p.next
	}
	return set, nil
}

// take returns what was asked since the last take.
func (p *pinged) take() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.log
	p.log = nil
	return l
}

// answer sets the results of the next pings.
func (p *pinged) answer(hr ...com.HRESULT) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fail = hr
}

// pingWorld is a client whose references come from nowhere.
type pingWorld struct {
	t   *testing.T
	r   *pinged
	rt  *marshal.Runtime
	mta *marshal.Apartment
	res orpc.PackedBindings
}

func newPingWorld(t *testing.T) *pingWorld {
	w := &pingWorld{t: t, r: &pinged{}}
	w.rt = marshal.NewRuntime(marshal.Options{
		Resolver: w.r,
		Logger:   slog.New(slog.DiscardHandler),
		Dial:     func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no network here") },
	})
	var err error
	if w.mta, err = w.rt.MTA(t.Context()); err != nil {
		t.Fatal(err)
	}
	d := orpc.DUALSTRINGARRAY{StringBindings: []orpc.StringBinding{orpc.NewStringBinding(orpc.TOWER_NCACN_IP_TCP, "server", "")}}
	if w.res, err = d.Pack(); err != nil {
		t.Fatal(err)
	}
	return w
}

// receive unmarshals a reference to object oid.
func (w *pingWorld) receive(oid orpc.OID, flags uint32) calc.ICalc {
	w.t.Helper()
	r := orpc.OBJREF{Flags: orpc.OBJREF_STANDARD, IID: calc.IID_ICalc, ResAddr: w.res}
	r.Std = orpc.STDOBJREF{Flags: flags, PublicRefs: 5, OXID: 77, OID: oid, IPID: com.NewGUID()}
	v, err := w.mta.CoUnmarshalInterface(w.t.Context(), com.NewMemoryStream(r.Append(nil)), &calc.IID_ICalc)
	if err != nil {
		w.t.Fatal(err)
	}
	return v.(calc.ICalc)
}

// period lets one ping period pass and checks what was asked.
func (w *pingWorld) period(want ...string) {
	w.t.Helper()
	time.Sleep(marshal.PingPeriod)
	synctest.Wait()
	if got := w.r.take(); !slices.Equal(got, want) {
		w.t.Errorf("asked %q, want %q", got, want)
	}
}

func TestPingsAreDifferences(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newPingWorld(t)
		defer w.rt.Close(context.Background())
		w.period() // nothing is held
		a, b := w.receive(1, 0), w.receive(2, 0)
		w.period("complex 0 seq 1 add [1 2] del []")
		w.period("simple 1")
		w.period("simple 1")
		c := w.receive(3, 0)
		com.Release(a)
		w.period("complex 1 seq 2 add [3] del [1]")
		w.period("simple 1")
		com.Release(b)
		com.Release(c)
		synctest.Wait()
		w.r.take()
		time.Sleep(marshal.PingPeriod)
		synctest.Wait()
		if got := w.r.take(); len(got) != 1 || got[0] != "complex 1 seq 3 add [] del [2 3]" && got[0] != "complex 1 seq 3 add [] del [3 2]" {
			t.Errorf("the last of the set: %q", got)
		}
		w.period() // the set is forgotten
		d := w.receive(4, 0)
		w.period("complex 0 seq 1 add [4] del []")
		com.Release(d)
	})
}

func TestCF_115_NoPingForWhoeverNeedsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newPingWorld(t)
		defer w.rt.Close(context.Background())
		a := w.receive(1, orpc.SORF_NOPING)
		b := w.receive(2, 0)
		com.Release(b) // before its first ping
		w.period()
		com.Release(a)
	})
}

func TestLostSetIsToldAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newPingWorld(t)
		defer w.rt.Close(context.Background())
		defer com.Release(w.receive(1, 0))
		w.period("complex 0 seq 1 add [1] del []")
		w.r.answer(com.OR_INVALID_SET)
		w.period("simple 1", "complex 0 seq 1 add [1] del []")
		w.period("simple 2")
	})
}

func TestUnknownOIDIsTriedOnceMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newPingWorld(t)
		defer w.rt.Close(context.Background())
		defer com.Release(w.receive(1, 0))
		w.r.answer(com.OR_INVALID_OID, com.OR_INVALID_OID)
		w.period("complex 0 seq 1 add [1] del []")
		w.period("complex 1 seq 2 add [1] del []")
		w.period("simple 1")
	})
}
