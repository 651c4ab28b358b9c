package oxid

import (
	"context"

	"oxid/marshal"
)

// Apartment is where objects live and proxies may be used. Programs that say
// nothing of apartments live in the process's multithreaded one, where calls run
// side by side.
type Apartment = marshal.Apartment

// STAOptions say what kind of single-threaded apartment [Process.NewSTA] makes.
type STAOptions = marshal.STAOptions

// NewSTA makes a single-threaded apartment: the calls into its objects run one
// at a time, so that they need no locks of their own. While a method waits for a
// call that it made, the apartment serves the calls that come in.
//
// Classes that are registered, and objects that are activated, with a context of
// the apartment ([WithApartment]) belong to it. Its Close ends it, and so does
// the end of the process.
//
//	sta, err := p.NewSTA(ctx, oxid.STAOptions{})
//	err = p.RegisterClass(oxid.WithApartment(ctx, sta), calc.CLSID_Calculator, newCalculator, calc.ExposeICalc)
func (p *Process) NewSTA(ctx context.Context, opt STAOptions) (*Apartment, error) {
	return p.rt.NewSTA(ctx, opt)
}

// WithApartment returns a context whose calls are made from apartment a. A proxy
// is used with contexts of the apartment that it was made in, and fails with
// RPC_E_WRONG_THREAD otherwise.
func WithApartment(ctx context.Context, a *Apartment) context.Context {
	return marshal.WithApartment(ctx, a)
}

// AsyncCall is a call that runs on another goroutine.
type AsyncCall[T any] = marshal.AsyncCall[T]

// Go begins f on another goroutine, in the same apartment and chain of calls,
// and returns the call; its Finish waits for the result.
//
//	call := oxid.Go(ctx, func(ctx context.Context) (float64, error) { return c.Sum(ctx, values) })
//	...
//	sum, err := call.Finish(ctx)
func Go[T any](ctx context.Context, f func(ctx context.Context) (T, error)) *AsyncCall[T] {
	return marshal.Go(ctx, f)
}

// SendErrorText tells clients the text of any error that a method returns. By
// default they are told its HRESULT, and what the method says with [com.Errorf].
func SendErrorText() Option { return func(c *config) { c.errorInfo = marshal.ErrorInfoAll } }
