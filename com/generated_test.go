package com_test

import (
	"context"
	"errors"
	"testing"

	"oxid/com"
	"oxid/step"
)

// ticks is an object with the method of ITicker.
type ticks struct{ _ int }

func (*ticks) Tick(context.Context) error { return nil }

func TestCF_432_DescForIIDIs(t *testing.T) {
	if d := com.DescFor(&com.IID_IUnknown, new(ticks)); d != com.UnknownDesc {
		t.Errorf("IUnknown: %v", d)
	}
	if d := com.DescFor(&iidLog, nil); d != logDesc {
		t.Errorf("nil: %v", d)
	}
	if d := com.DescFor(&com.TwinCounterIID, twinCounter{}); d != com.TwinCounterDesc {
		t.Errorf("a value of the second package's type: %v", d.Type())
	}
	if d := com.DescFor(&iidNobody, nil); d.IID != iidNobody || d.NewProxy != nil || d.Name != iidNobody.String() {
		t.Errorf("an IID that nobody describes: %+v", d)
	}
}

type twinCounter struct{}

func (twinCounter) Count(context.Context, int64) (int64, error) { return 0, nil }

func TestIIDOfAndAs(t *testing.T) {
	if com.IIDOf[iLog]() != iidLog || !com.IIDOf[*ticks]().IsZero() {
		t.Error("IIDOf")
	}
	if v, err := com.As[iLog](logger{}, nil); v == nil || err != nil {
		t.Errorf("a value of the type: %v, %v", v, err)
	}
	if v, err := com.As[iLog](nil, nil); v != nil || err != nil {
		t.Errorf("NULL: %v, %v", v, err)
	}
	if v, err := com.As[iLog](logger{}, com.E_ACCESSDENIED); v != nil || err != com.E_ACCESSDENIED {
		t.Errorf("an error: %v, %v", v, err)
	}
	if v, err := com.As[iLog](new(ticks), nil); v != nil || !errors.Is(err, com.E_NOINTERFACE) {
		t.Errorf("another type: %v, %v", v, err)
	}
	if _, err := com.As[*ticks](logger{}, nil); !errors.Is(err, com.E_NOINTERFACE) {
		t.Errorf("no interface: %v", err)
	}
}

type logger struct{}

func (logger) Log(context.Context, string) error { return nil }

func TestCallErrorNamesTheCall(t *testing.T) {
	err := com.CallError("Plain", "Add", &com.Error{HRESULT: com.RPC_S_SERVER_UNAVAILABLE, Step: step.TCP, Peer: "host", Hint: "start it"})
	var e *com.Error
	if !errors.As(err, &e) || e.Interface != "Plain" || e.Method != "Add" || e.Step != step.TCP || e.Peer != "host" || e.Hint != "start it" {
		t.Errorf("%+v", e)
	}
	if !errors.Is(err, com.RPC_S_SERVER_UNAVAILABLE) {
		t.Errorf("%v", err)
	}
	if again := com.CallError("Other", "Call", err); again != err {
		t.Errorf("an error that names its call was wrapped: %v", again)
	}
	if err := com.CallError("Plain", "Add", com.E_FAIL); !errors.Is(err, com.E_FAIL) {
		t.Errorf("%v", err)
	}
}

func TestMethodHRESULT(t *testing.T) {
	ctx := context.Background()
	for _, tt := range []struct {
		hr   com.HRESULT
		err  error
		want com.HRESULT
	}{
		{com.S_OK, nil, com.S_OK}, {com.S_FALSE, nil, com.S_FALSE}, {com.S_FALSE, com.E_FAIL, com.E_FAIL}, {com.E_NOTIMPL, nil, com.E_NOTIMPL},
		{com.S_OK, context.Canceled, com.RPC_E_CALL_CANCELED},
	} {
		if got := com.MethodHRESULT(ctx, tt.hr, tt.err); got != tt.want {
			t.Errorf("MethodHRESULT(%v, %v) = %v, want %v", tt.hr, tt.err, got, tt.want)
		}
	}
}

// held is a structure that holds an interface pointer.
type held struct{ p any }

func (h *held) ReleaseNDR() { com.Release(h.p) }

func TestResultsAreGivenBack(t *testing.T) {
	proxy := func() *com.Proxy { p := new(com.Proxy); p.AddUser(true); return p }
	a, b := proxy(), proxy()
	com.ReleaseEach([]any{a, nil, "text"})
	com.ReleaseIn([]held{{}, {b}})
	if a.Users() != 0 || b.Users() != 0 {
		t.Errorf("%d and %d hand-outs left", a.Users(), b.Users())
	}
}
