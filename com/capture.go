package com

import "context"

type captureKey struct{}

// CaptureHRESULT returns a context with which the next call stores its HRESULT
// in *hr, S_OK included. It holds for that one call; hr must not be read
// before the call has returned, nor shared by concurrent calls.
func CaptureHRESULT(ctx context.Context, hr *HRESULT) context.Context {
	return context.WithValue(ctx, captureKey{}, hr)
}

func captureHRESULT(ctx context.Context, hr HRESULT) {
	if p, ok := ctx.Value(captureKey{}).(*HRESULT); ok {
		*p = hr
	}
}

// ResultSetter is implemented by the context that a method is called with on
// the server. See [SetHRESULT].
type ResultSetter interface{ SetHRESULT(hr HRESULT) }

type resultKey struct{}

// ResultKey is the context key under which a server's context answers with
// its [ResultSetter].
var ResultKey any = resultKey{}

// SetHRESULT makes the running method return the success code hr instead of
// S_OK. ctx is the context that the method was called with. It has no effect
// when the method returns an error, and outside of a call.
func SetHRESULT(ctx context.Context, hr HRESULT) {
	if s, ok := ctx.Value(ResultKey).(ResultSetter); ok {
		s.SetHRESULT(hr)
	}
}

// ResultGetter is implemented by the same context, for stubs.
type ResultGetter interface{ TakeHRESULT() HRESULT }

// ErrorSetter may be implemented by the same context: it is told of the error
// that the method returned, which may have more to say than its HRESULT.
type ErrorSetter interface{ MethodFailed(err error) }

// MethodResult turns the error of a Go method into the HRESULT that travels.
// Stubs call it with the context that they called the method with.
func MethodResult(ctx context.Context, err error) HRESULT {
	if err != nil {
		if s, ok := ctx.Value(ResultKey).(ErrorSetter); ok {
			s.MethodFailed(err)
		}
		return HRESULTOf(err)
	}
	if g, ok := ctx.Value(ResultKey).(ResultGetter); ok {
		return g.TakeHRESULT()
	}
	return S_OK
}
