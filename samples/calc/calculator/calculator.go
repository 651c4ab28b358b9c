// Package calculator is the class Calculator of the calc sample: a plain Go
// type that embeds nothing of oxid.
package calculator

import (
	"context"
	"errors"
	"math"
	"sync"

	"oxid/com"
	"oxid/samples/calc"
)

// Calculator implements ICalc and IScientific. It is safe for concurrent use.
type Calculator struct {
	mu    sync.Mutex
	last  uint32
	sinks map[uint32]calc.ICalcEvents

	// OnFinalRelease, when set, is told that the last client is gone, OnClone
	// that a clone is made. A clone has the same.
	OnFinalRelease, OnClone func()
}

// New makes a calculator.
func New() *Calculator { return &Calculator{sinks: map[uint32]calc.ICalcEvents{}} }

// Add returns a + b, wrapping around as 32-bit numbers do.
func (c *Calculator) Add(ctx context.Context, a, b int32) (int32, error) {
	sum := a + b
	c.tell(ctx, float64(sum))
	return sum, nil
}

// Sum adds up the values.
func (c *Calculator) Sum(ctx context.Context, values []float64) (float64, error) {
	var sum float64
	for _, v := range values {
		sum += v
	}
	c.tell(ctx, sum)
	return sum, nil
}

// Echo returns text.
func (c *Calculator) Echo(_ context.Context, text string) (string, error) { return text, nil }

// Advise keeps sink until Unadvise or until the calculator's last client goes.
func (c *Calculator) Advise(_ context.Context, sink calc.ICalcEvents) (uint32, error) {
	if sink == nil {
		return 0, com.E_POINTER
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	c.sinks[c.last] = com.Keep(sink) // an argument belongs to the call; this one stays
	return c.last, nil
}

// Unadvise lets the sink of cookie go.
func (c *Calculator) Unadvise(_ context.Context, cookie uint32) error {
	c.mu.Lock()
	sink, ok := c.sinks[cookie]
	delete(c.sinks, cookie)
	c.mu.Unlock()
	if !ok {
		return com.E_INVALIDARG
	}
	com.Release(sink)
	return nil
}

// Clone makes a calculator without sinks.
func (c *Calculator) Clone(context.Context) (calc.ICalc, error) {
	n := New()
	n.OnFinalRelease, n.OnClone = c.OnFinalRelease, c.OnClone
	if c.OnClone != nil {
		c.OnClone()
	}
	return n, nil
}

// Sqrt returns the square root of x.
func (c *Calculator) Sqrt(_ context.Context, x float64) (float64, error) {
	if x < 0 || math.IsNaN(x) {
		return 0, com.E_INVALIDARG
	}
	return math.Sqrt(x), nil
}

// FinalRelease lets the sinks go that nobody took back: their clients are gone.
func (c *Calculator) FinalRelease(context.Context) {
	c.mu.Lock()
	sinks := c.sinks
	c.sinks = map[uint32]calc.ICalcEvents{}
	c.mu.Unlock()
	for _, s := range sinks {
		com.Release(s)
	}
	if c.OnFinalRelease != nil {
		c.OnFinalRelease()
	}
}

// tell sends a result to every sink. A sink whose client is gone is let go.
func (c *Calculator) tell(ctx context.Context, value float64) {
	c.mu.Lock()
	if len(c.sinks) == 0 {
		c.mu.Unlock()
		return
	}
	sinks := make(map[uint32]calc.ICalcEvents, len(c.sinks))
	for k, s := range c.sinks {
		sinks[k] = com.Keep(s) // Unadvise may come while we call
	}
	c.mu.Unlock()
	for k, s := range sinks {
		err := s.OnResult(ctx, value)
		com.Release(s)
		if errors.Is(err, com.RPC_E_DISCONNECTED) || errors.Is(err, com.RPC_S_SERVER_UNAVAILABLE) {
			c.Unadvise(ctx, k)
		}
	}
}
