package faults

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"oxid"
	"oxid/com"
	"oxid/samples/calc"
)

const (
	// deadline is the time that each call has.
	deadline = 10 * time.Second
	// grace is how much later a call may return than its deadline.
	grace = 2 * time.Second
	// calm is how long a caller waits before it tries again what failed.
	calm = 20 * time.Millisecond
)

// load is a client process: callers that use objects of a server all the time,
// until they are told to pause.
type load struct {
	p       *oxid.Process
	target  string
	callers []*caller

	mu      sync.Mutex
	report  report // calls, failures
	paused  chan struct{}
	running sync.WaitGroup
}

// startClient answers the commands run, pause (what is held then) and drain
// (everything is released).
func startClient(s setup) (func(string) (report, error), error) {
	p, err := startProcess(s)
	if err != nil {
		return nil, err
	}
	l := &load{p: p, target: s.Target}
	for i := range s.Callers {
		l.callers = append(l.callers, &caller{l: l, most: s.Objects / s.Callers, rnd: rand.New(rand.NewPCG(s.Seed, uint64(i)))})
	}
	return func(word string) (report, error) {
		switch word {
		case "run":
			l.run()
		case "pause":
			l.pause()
		case "drain":
			l.pause()
			for _, c := range l.callers {
				c.drop()
			}
		}
		return l.state(), nil
	}, nil
}

func (l *load) run() {
	l.pause()
	stop := make(chan struct{})
	l.paused = stop
	for _, c := range l.callers {
		c.told = false
		l.running.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					c.step()
				}
			}
		})
	}
}

func (l *load) pause() {
	if l.paused != nil {
		close(l.paused)
		l.paused = nil
	}
	l.running.Wait()
}

// state reports what happened since the last report.
func (l *load) state() report {
	l.mu.Lock()
	r := l.report
	l.report = report{}
	for _, c := range l.callers {
		if c.told {
			r.Told++
		}
	}
	l.mu.Unlock()
	if l.paused == nil {
		for _, c := range l.callers {
			r.Held += c.objects()
		}
	}
	r.Addr = l.p.Addr()
	return r.measured()
}

// maxStrange bounds what a report says about failures that should not be.
const maxStrange = 5

// note notes how a call ended. It reports whether its object is of use still.
func (l *load) note(c *caller, what string, took time.Duration, err error) (ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if took > deadline+grace {
		l.strange("%s took %v", what, took)
	}
	switch {
	case err == nil:
		l.report.Calls++
		return true
	case isGone(err):
		l.report.Gone++
		c.told = true
		if l.report.Codes == nil {
			l.report.Codes = map[string]int{}
		}
		l.report.Codes[com.HRESULTOf(err).Name()]++
	default:
		l.strange("%s: %v", what, err)
	}
	return false
}

func (l *load) strange(format string, args ...any) {
	if len(l.report.Strange) < maxStrange {
		l.report.Strange = append(l.report.Strange, fmt.Sprintf(format, args...))
	}
}

// isGone reports whether an error says that the object or its server is gone.
func isGone(err error) bool {
	for _, hr := range []com.HRESULT{
		com.RPC_E_DISCONNECTED, com.RPC_S_SERVER_UNAVAILABLE,
		com.RPC_S_CALL_FAILED, com.RPC_S_CALL_FAILED_DNE, // it went while the call was running
		com.REGDB_E_CLASSNOTREG, // nobody serves the class at the moment
	} {
		if errors.Is(err, hr) {
			return true
		}
	}
	return false
}

// sink is an object of the client's that servers call back.
type sink struct{ last float64 }

func (s *sink) OnResult(_ context.Context, v float64) error { s.last = v; return nil }

// caller is one of the callers of a load.
type caller struct {
	l    *load
	rnd  *rand.Rand
	most int
	told bool // met something that is gone; guarded by load.mu

	root calc.ICalc // made by activation; the others are its clones
	held []*object
}

// object is one that a caller holds.
type object struct {
	c      calc.ICalc
	cookie uint32 // of the caller's sink there; 0 for none
}

func (c *caller) objects() int {
	if c.root == nil {
		return 0
	}
	return 1 + len(c.held)
}

// drop gives everything back.
func (c *caller) drop() {
	for _, o := range c.held {
		oxid.Release(o.c)
	}
	oxid.Release(c.root)
	c.held, c.root = nil, nil
}

// do runs one call within the deadline. When its object is gone the caller
// begins anew.
func (c *caller) do(what string, f func(ctx context.Context) error) bool {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	start := time.Now()
	err := f(ctx)
	if c.l.note(c, what, time.Since(start), err) {
		return true
	}
	c.drop()
	time.Sleep(calm)
	return false
}

// step does one random thing.
func (c *caller) step() {
	if c.root == nil {
		c.do("activation", func(ctx context.Context) (err error) {
			c.root, err = oxid.CreateInstance[calc.ICalc](ctx, c.l.p, calc.CLSID_Calculator, oxid.At(c.l.target))
			return err
		})
		return
	}
	if len(c.held) == 0 || c.rnd.IntN(4) == 0 && len(c.held) < c.most-1 {
		c.do("Clone", func(ctx context.Context) error {
			o, err := c.root.Clone(ctx)
			if err == nil {
				c.held = append(c.held, &object{c: o})
			}
			return err
		})
		return
	}
	i := c.rnd.IntN(len(c.held))
	o := c.held[i]
	switch c.rnd.IntN(8) {
	case 0:
		if o.cookie == 0 {
			c.do("Advise", func(ctx context.Context) (err error) { o.cookie, err = o.c.Advise(ctx, &sink{}); return err })
		} else {
			c.do("Unadvise", func(ctx context.Context) error { defer func() { o.cookie = 0 }(); return o.c.Unadvise(ctx, o.cookie) })
		}
	case 1:
		oxid.Release(o.c)
		c.held[i] = c.held[len(c.held)-1]
		c.held = c.held[:len(c.held)-1]
	default:
		a, b := c.rnd.Int32(), c.rnd.Int32()
		c.do("Add", func(ctx context.Context) error {
			sum, err := o.c.Add(ctx, a, b)
			if err == nil && sum != a+b {
				return fmt.Errorf("%d + %d = %d", a, b, sum)
			}
			return err
		})
	}
}
