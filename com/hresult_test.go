package com_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"oxid/com"
)

func TestHRESULT_Parts(t *testing.T) {
	for _, c := range []struct {
		hr       com.HRESULT
		failed   bool
		facility int
		code     int
	}{
		{com.S_OK, false, com.FacilityNull, 0},
		{com.S_FALSE, false, com.FacilityNull, 1},
		{com.CO_S_NOTALLINTERFACES, false, com.FacilityWindows, 0x12},
		{com.RPC_E_DISCONNECTED, true, com.FacilityRPC, 0x108},
		{com.DISP_E_EXCEPTION, true, com.FacilityDispatch, 9},
		{com.STG_E_READFAULT, true, com.FacilityStorage, 0x1e},
		{com.CLASS_E_NOAGGREGATION, true, com.FacilityITF, 0x110},
		{com.E_ACCESSDENIED, true, com.FacilityWin32, 5},
		{0xffffffff, true, 0x7ff, 0xffff},
	} {
		if c.hr.Failed() != c.failed || c.hr.Succeeded() == c.failed {
			t.Errorf("%v: failed %v, succeeded %v", c.hr, c.hr.Failed(), c.hr.Succeeded())
		}
		if c.hr.Facility() != c.facility || c.hr.Code() != c.code {
			t.Errorf("%v: facility %d, code %#x", c.hr, c.hr.Facility(), c.hr.Code())
		}
	}
}

func TestHRESULTFromWin32(t *testing.T) {
	for _, c := range []struct {
		code uint32
		want com.HRESULT
	}{
		{0, com.S_OK},
		{5, com.E_ACCESSDENIED},
		{0x12345, 0x80072345}, // only 16 bits fit
		{0x80010108, com.RPC_E_DISCONNECTED},
		{0x1c010003 | 0x80000000, 0x9c010003},
	} {
		if got := com.HRESULTFromWin32(c.code); got != c.want {
			t.Errorf("%#x becomes %v, want %v", c.code, got, c.want)
		}
	}
	if _, ok := com.RPC_E_DISCONNECTED.Win32(); ok {
		t.Error("an RPC code carries no Windows error")
	}
	if _, ok := com.HRESULT(0x00070005).Win32(); ok {
		t.Error("a success code carries no Windows error")
	}
}

func TestHRESULT_Text(t *testing.T) {
	for _, c := range []struct {
		hr   com.HRESULT
		want string
	}{
		{com.E_NOINTERFACE, "E_NOINTERFACE (0x80004002): the object does not have this interface"},
		{0x80070002, "Windows error 2 (0x80070002)"},
		{0x01234567, "0x01234567"},
	} {
		if got := c.hr.Error(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// The HRESULT that an error stands for.
func TestHRESULTOf(t *testing.T) {
	plain := errors.New("disk on fire")
	for _, c := range []struct {
		name string
		err  error
		want com.HRESULT
	}{
		{"nil", nil, com.S_OK},
		{"bare", com.E_ACCESSDENIED, com.E_ACCESSDENIED},
		{"wrapped", fmt.Errorf("opening: %w", com.STG_E_ACCESSDENIED), com.STG_E_ACCESSDENIED},
		{"Error", &com.Error{HRESULT: com.RPC_E_DISCONNECTED}, com.RPC_E_DISCONNECTED},
		{"wrapped Error", fmt.Errorf("x: %w", &com.Error{HRESULT: com.RPC_E_TIMEOUT, Err: plain}), com.RPC_E_TIMEOUT},
		{"no HRESULT", plain, com.E_FAIL},
		{"cancelled", context.Canceled, com.RPC_E_CALL_CANCELED},
		{"deadline", fmt.Errorf("dial: %w", context.DeadlineExceeded), com.RPC_E_TIMEOUT},
		{"joined", errors.Join(plain, com.E_NOTIMPL), com.E_NOTIMPL},
		{"Error without a code", &com.Error{Err: context.Canceled}, com.RPC_E_CALL_CANCELED},
		{"Error without anything", &com.Error{}, com.E_FAIL},
		{"any value", com.HRESULT(0xbeefdead), 0xbeefdead},
	} {
		if got := com.HRESULTOf(c.err); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
