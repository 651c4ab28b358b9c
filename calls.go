package oxid

import (
	"context"

	"oxid/com"
)

// QueryInterface asks the object that x belongs to, proxy or local value, for
// interface T. A result that is a proxy is one hand-out: release it.
//
//	sci, err := oxid.QueryInterface[calc.IScientific](ctx, c)
func QueryInterface[T any](ctx context.Context, x any) (T, error) { return com.Query[T](ctx, x) }

// Release gives back one hand-out of a proxy. Inside a process it is complete
// when it returns; over the wire it is sent at once, together with its
// neighbours, and not waited for. On other values it does nothing.
func Release(x any) { com.Release(x) }

// ReleaseContext is [Release] that waits until the server has been told, or
// until ctx ends.
func ReleaseContext(ctx context.Context, x any) error { return com.ReleaseContext(ctx, x) }

// Keep counts one more hand-out of a proxy and returns it: for a method that
// goes on using an argument after it has returned, and for one that returns a
// proxy that it goes on using. On other values it does nothing.
func Keep[T any](x T) T { return com.Keep(x) }

// Same reports whether a and b are interfaces of one object.
func Same(a, b any) bool { return com.Same(a, b) }

// CaptureHRESULT returns a context with which the next call stores its result
// code in *hr, success codes included.
func CaptureHRESULT(ctx context.Context, hr *com.HRESULT) context.Context {
	return com.CaptureHRESULT(ctx, hr)
}

// SetHRESULT makes the running method return the success code hr, S_FALSE for
// example, instead of S_OK.
func SetHRESULT(ctx context.Context, hr com.HRESULT) { com.SetHRESULT(ctx, hr) }
