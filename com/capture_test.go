package com_test

import (
	"context"
	"errors"
	"testing"

	"oxid/com"
)

// serverContext is what a method is called with, as far as results go.
type serverContext struct {
	context.Context
	hr com.HRESULT
}

func (c *serverContext) Value(key any) any {
	if key == com.ResultKey {
		return c
	}
	return c.Context.Value(key)
}
func (c *serverContext) SetHRESULT(hr com.HRESULT) { c.hr = hr }
func (c *serverContext) TakeHRESULT() com.HRESULT  { hr := c.hr; c.hr = com.S_OK; return hr }

// A method returns a success code through its context; an error goes first.
func TestSetHRESULT(t *testing.T) {
	type key struct{}
	for _, c := range []struct {
		name string
		set  com.HRESULT
		err  error
		want com.HRESULT
	}{
		{"nothing", com.S_OK, nil, com.S_OK},
		{"success code", com.S_FALSE, nil, com.S_FALSE},
		{"error", com.S_FALSE, com.E_ABORT, com.E_ABORT},
		{"error of Go", com.S_FALSE, errors.New("x"), com.E_FAIL},
	} {
		ctx := &serverContext{Context: context.Background()}
		com.SetHRESULT(context.WithValue(ctx, key{}, 1), c.set) // from a derived context too
		if got := com.MethodResult(ctx, c.err); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	// Outside of a call it has no effect.
	com.SetHRESULT(context.Background(), com.S_FALSE)
	if got := com.MethodResult(context.Background(), nil); got != com.S_OK {
		t.Errorf("outside of a call: %v", got)
	}
}

// A captured HRESULT is S_OK too, and without capturing nothing happens.
func TestCaptureHRESULT(t *testing.T) {
	_, c, _ := newProxies(t)
	hr := com.E_FAIL
	if _, err := c.Add(com.CaptureHRESULT(context.Background(), &hr), 1, 2); err != nil || hr != com.S_OK {
		t.Errorf("%v, %v", err, hr)
	}
	if err := c.Result(context.Background(), 3, com.S_FALSE); err != nil {
		t.Errorf("%v", err)
	}
}
