package marshal_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

// failsWith is an object whose methods fail with err.
type failsWith struct {
	object
	err error
}

func (f *failsWith) Add(context.Context, int32, int32) (int32, error)  { return 7, f.err }
func (f *failsWith) Clone(context.Context) (calc.ICalc, error)         { return &object{}, f.err }
func (f *failsWith) Unadvise(ctx context.Context, cookie uint32) error { return f.err }
func (f *failsWith) FinalRelease(context.Context)                      {} // it lives in several apartments at once

// errorPlaces runs f with a proxy of obj inside one process and over the
// network, under a policy.
func errorPlaces(t *testing.T, policy marshal.ErrorInfoPolicy, obj any, f func(t *testing.T, ctx context.Context, c calc.ICalc)) {
	set := func(o *marshal.Options) { o.ErrorInfo = policy }
	t.Run("one process", func(t *testing.T) {
		p := newProcess(t, set)
		for _, home := range []*marshal.Apartment{p.mta, p.sta(marshal.STAOptions{}), p.sta(marshal.STAOptions{Thread: true})} {
			user := p.sta(marshal.STAOptions{})
			f(t, in(t, user), lend(t, home, user, obj))
		}
	})
	t.Run("two machines", func(t *testing.T) {
		server, client := newMachine(t, set), newMachine(t)
		for _, home := range []*marshal.Apartment{server.mta, newSTAOf(t, server, marshal.STAOptions{})} {
			c := sendTo(t, home, client.mta, obj)
			f(t, t.Context(), c)
			com.Release(c)
		}
	})
}

func TestErrorInfoTravels(t *testing.T) {
	said := &com.Error{HRESULT: com.E_INVALIDARG, Peer: "inner secret", Err: errors.New("inner cause"), Info: &com.ErrorInfo{
		IID: calc.IID_ICalc, Source: "Größe", Description: "the order 世界 is closed", HelpFile: "help.chm", HelpContext: 77}}
	for _, c := range []struct {
		name   string
		err    error
		policy marshal.ErrorInfoPolicy
		want   *com.ErrorInfo
	}{
		{"declared", said, marshal.ErrorInfoDeclared, said.Info},
		{"declared, wrapped", errors.Join(said), marshal.ErrorInfoDeclared, said.Info},
		{"declared, under the widest policy", said, marshal.ErrorInfoAll, said.Info},
		{"declared, nothing allowed", said, marshal.ErrorInfoNone, nil},
		{"undeclared", errors.New("open /etc/secret"), marshal.ErrorInfoDeclared, nil},
		{"undeclared, allowed", errors.New("open /srv/a"), marshal.ErrorInfoAll, &com.ErrorInfo{Description: "open /srv/a"}},
		{"a bare code", com.E_ABORT, marshal.ErrorInfoAll, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			errorPlaces(t, c.policy, &failsWith{err: c.err}, func(t *testing.T, ctx context.Context, p calc.ICalc) {
				for _, call := range []struct {
					name string
					do   func(ctx context.Context) error
				}{
					{"Add", func(ctx context.Context) error { n, err := p.Add(ctx, 1, 2); mustBeZero(t, n); return err }},
					{"Clone", func(ctx context.Context) error {
						o, err := p.Clone(ctx)
						if o != nil {
							t.Error("a result of a method that failed")
						}
						return err
					}},
					{"Unadvise", func(ctx context.Context) error { return p.Unadvise(ctx, 1) }},
				} {
					var hr com.HRESULT
					err := call.do(com.CaptureHRESULT(ctx, &hr))
					var e *com.Error
					if !errors.As(err, &e) || e.Interface != "ICalc" || e.Method != call.name {
						t.Fatalf("error %#v", err)
					}
					if want := com.HRESULTOf(c.err); e.HRESULT != want || hr != want {
						t.Errorf("%s: %v, captured %v, want %v", call.name, e.HRESULT, hr, want)
					}
					switch {
					case (e.Info == nil) != (c.want == nil):
						t.Errorf("%s: error information %+v, want %+v", call.name, e.Info, c.want)
					case c.want != nil && *e.Info != *c.want:
						t.Errorf("%s: error information %+v, want %+v", call.name, *e.Info, *c.want)
					}
					if s := err.Error(); strings.Contains(s, "secret") || strings.Contains(s, "inner") {
						t.Errorf("what was not said reached the client: %s", s)
					}
				}
				if s, err := p.Echo(ctx, "next"); s != "next" || err != nil {
					t.Errorf("the next call: %q, %v", s, err)
				}
			})
		})
	}
}

func mustBeZero(t *testing.T, n int32) {
	t.Helper()
	if n != 0 {
		t.Errorf("a result of a method that failed: %d", n)
	}
}

// A server that passes an error on passes on what was said of it.
func TestErrorInfoIsPassedOn(t *testing.T) {
	p := newProcess(t)
	inner := lend(t, p.mta, p.mainSTA(), &failsWith{err: com.Errorf(com.E_ABORT, "no such order")})
	middle := lend(t, p.mainSTA(), p.mta, &actor{add: inner.Add})
	_, err := middle.Add(t.Context(), 1, 2)
	wantHR(t, err, com.E_ABORT)
	if i := com.ErrorInfoOf(err); i == nil || i.Description != "no such order" {
		t.Errorf("error information %+v", i)
	}
}

// Text that does not fit is cut; a NUL ends it.
func TestErrorInfoIsBounded(t *testing.T) {
	errorPlaces(t, marshal.ErrorInfoDeclared, &failsWith{err: &com.Error{HRESULT: com.E_FAIL, Info: &com.ErrorInfo{
		Description: strings.Repeat("ü", 100_000), Source: "a\x00b"}}}, func(t *testing.T, ctx context.Context, c calc.ICalc) {
		_, err := c.Add(ctx, 1, 2)
		i := com.ErrorInfoOf(err)
		if i == nil || len(i.Description) < 1000 || len(i.Description) > 8192 || strings.Trim(i.Description, "ü") != "" || i.Source != "a" {
			t.Errorf("error information of %d bytes from %q", len(i.Description), i.Source)
		}
	})
}

// A success code and an error of an earlier call leave nothing behind.
func TestErrorInfoIsOfOneCall(t *testing.T) {
	p := newProcess(t)
	o := &failsWith{err: com.Errorf(com.E_ABORT, "first")}
	c := lend(t, p.mta, p.mainSTA(), o)
	ctx := in(t, p.mainSTA())
	if _, err := c.Add(ctx, 1, 2); com.ErrorInfoOf(err) == nil {
		t.Fatal("no error information")
	}
	o.err = com.E_ABORT
	if _, err := c.Add(ctx, 1, 2); com.ErrorInfoOf(err) != nil {
		t.Error("error information of another call")
	}
	o.err = nil
	if n, err := c.Add(ctx, 1, 2); n != 7 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}
