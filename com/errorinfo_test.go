package com_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"oxid/com"
)

func TestErrorfTellsTheCallerAndNobodyElse(t *testing.T) {
	err := com.Errorf(com.E_INVALIDARG, "order %d is closed", 7)
	if !errors.Is(err, com.E_INVALIDARG) {
		t.Errorf("%v is not E_INVALIDARG", err)
	}
	if got := com.ErrorInfoOf(err); got == nil || got.Description != "order 7 is closed" {
		t.Errorf("error information %+v", got)
	}
	if !strings.Contains(err.Error(), `"order 7 is closed"`) {
		t.Errorf("the sentence lacks the description: %s", err)
	}
}

func TestErrorInfoOf(t *testing.T) {
	inner := &com.ErrorInfo{Description: "inner"}
	said := &com.Error{HRESULT: com.E_FAIL, Info: inner}
	for _, c := range []struct {
		name string
		err  error
		want *com.ErrorInfo
	}{
		{"none", com.E_FAIL, nil},
		{"nil", nil, nil},
		{"an Error without", &com.Error{HRESULT: com.E_FAIL}, nil},
		{"direct", said, inner},
		{"wrapped", fmt.Errorf("step: %w", said), inner},
		{"as a cause", &com.Error{HRESULT: com.E_FAIL, Err: said}, inner},
	} {
		if got := com.ErrorInfoOf(c.err); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// Control characters of a stranger's text do not reach the terminal.
func TestErrorInfoIsQuoted(t *testing.T) {
	for _, i := range []com.ErrorInfo{
		{Description: "\x1b[2J"}, {Source: "\x1b[2J"}, {Source: "a\x07", Description: "\x1b[2J"},
	} {
		if s := (&com.Error{HRESULT: com.E_FAIL, Info: &i}).Error(); strings.ContainsAny(s, "\x1b\x07") {
			t.Errorf("%q", s)
		}
	}
	if s := (&com.Error{HRESULT: com.E_FAIL, Info: &com.ErrorInfo{HelpContext: 1}}).Error(); s != "oxid: "+com.E_FAIL.Error() {
		t.Errorf("without texts: %s", s)
	}
}

// failing is a context as a method gets it on a server.
type failing struct {
	context.Context
	err error
}

func (f *failing) Value(key any) any {
	if key == com.ResultKey {
		return f
	}
	return f.Context.Value(key)
}
func (f *failing) SetHRESULT(com.HRESULT)   {}
func (f *failing) MethodFailed(err error)   { f.err = err }
func (f *failing) TakeHRESULT() com.HRESULT { return com.S_OK }

func TestMethodResultTellsTheContext(t *testing.T) {
	f := &failing{Context: t.Context()}
	if hr := com.MethodResult(f, nil); hr != com.S_OK || f.err != nil {
		t.Errorf("success: %v, %v", hr, f.err)
	}
	err := com.Errorf(com.E_ABORT, "no")
	if hr := com.MethodResult(f, err); hr != com.E_ABORT || f.err != error(err) {
		t.Errorf("failure: %v, %v", hr, f.err)
	}
}

func TestEndNamesTheMethodThatFailed(t *testing.T) {
	var p com.Proxy
	p.Init(nil, &com.Desc{Name: "IThing", Methods: []string{"Do"}})
	var hr com.HRESULT
	ctx := com.CaptureHRESULT(t.Context(), &hr)
	err := p.End(ctx, 3, com.E_ABORT, com.MethodError(com.E_ABORT, &com.ErrorInfo{Description: "no"}))
	var e *com.Error
	if !errors.As(err, &e) || e.HRESULT != com.E_ABORT || e.Interface != "IThing" || e.Info == nil || e.Info.Description != "no" {
		t.Errorf("error %+v", e)
	}
	if hr != com.E_ABORT {
		t.Errorf("captured %v", hr)
	}
}

func TestChannelHookDoesNothing(t *testing.T) {
	var h com.IChannelHook = com.ChannelHook{}
	ctx, info := t.Context(), &com.ChannelHookCallInfo{}
	h.ServerNotify(ctx, com.GUID{}, info, nil)
	h.ClientNotify(ctx, com.GUID{}, info, nil, com.S_OK)
	for _, n := range []int{
		h.ClientGetSize(ctx, com.GUID{}, info), h.ClientFillBuffer(ctx, com.GUID{}, info, nil),
		h.ServerGetSize(ctx, com.GUID{}, info), h.ServerFillBuffer(ctx, com.GUID{}, info, nil),
	} {
		if n != 0 {
			t.Errorf("%d bytes", n)
		}
	}
}
