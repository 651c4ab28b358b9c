package com

import (
	"errors"
	"fmt"
)

// HRESULT is COM's result code ([MS-ERREF] 2.1). It implements error with its
// symbolic name and meaning, so that a method can return one as it is. The
// zero value is S_OK.
//
// A success code is still a non-nil error when it is stored in an error
// variable. Return nil for S_OK, and use [SetHRESULT] or an extra result for
// other success codes.
type HRESULT uint32

// Facilities of an HRESULT ([MS-ERREF] 2.1.1).
const (
	FacilityNull     = 0
	FacilityRPC      = 1
	FacilityDispatch = 2
	FacilityStorage  = 3
	FacilityITF      = 4
	FacilityWin32    = 7
	FacilityWindows  = 8
)

// Failed reports whether hr has its severity bit set.
func (hr HRESULT) Failed() bool { return hr&0x80000000 != 0 }

// Succeeded reports whether hr is a success code (S_OK, S_FALSE, ...).
func (hr HRESULT) Succeeded() bool { return hr&0x80000000 == 0 }

// Facility returns bits 16 to 26.
func (hr HRESULT) Facility() int { return int(hr >> 16 & 0x7ff) }

// Code returns the lower 16 bits.
func (hr HRESULT) Code() int { return int(hr & 0xffff) }

// Win32 returns the Windows error code that hr carries and whether it carries one.
func (hr HRESULT) Win32() (code uint32, ok bool) {
	if hr.Failed() && hr.Facility() == FacilityWin32 {
		return uint32(hr & 0xffff), true
	}
	return 0, false
}

// HRESULTFromWin32 turns a Windows error code into an HRESULT. Zero stays S_OK
// and values that already have the severity bit pass unchanged.
func HRESULTFromWin32(code uint32) HRESULT {
	if code == 0 || code&0x80000000 != 0 {
		return HRESULT(code)
	}
	return HRESULT(code&0xffff | 0x80070000)
}

// Name returns the symbolic name, such as "E_NOINTERFACE", or "" for a value
// that oxid has no name for.
func (hr HRESULT) Name() string { return hresultTable[hr].name }

// Meaning returns one short sentence on what hr means, or "".
func (hr HRESULT) Meaning() string { return hresultTable[hr].meaning }

// String returns the name with the value, "E_NOINTERFACE (0x80004002)", or
// the value alone when there is no name.
func (hr HRESULT) String() string {
	if n := hr.Name(); n != "" {
		return fmt.Sprintf("%s (0x%08x)", n, uint32(hr))
	}
	if c, ok := hr.Win32(); ok {
		return fmt.Sprintf("Windows error %d (0x%08x)", c, uint32(hr))
	}
	return fmt.Sprintf("0x%08x", uint32(hr))
}

// Error implements error: name, value and meaning.
func (hr HRESULT) Error() string {
	if m := hr.Meaning(); m != "" {
		return hr.String() + ": " + m
	}
	return hr.String()
}

// HRESULTOf returns the result code that err stands for: S_OK for nil, the
// code of the first [HRESULT] or [*Error] in err's tree, E_FAIL otherwise.
// Context errors count as RPC_E_CALL_CANCELED and RPC_E_TIMEOUT. An [*Error]
// whose code was left at S_OK counts as its cause does.
func HRESULTOf(err error) HRESULT {
	if err == nil {
		return S_OK
	}
	if hr, ok := err.(HRESULT); ok {
		return hr
	}
	var e *Error
	if errors.As(err, &e) {
		if e.HRESULT != S_OK {
			return e.HRESULT
		}
		if hr := HRESULTOf(e.Err); hr != S_OK {
			return hr
		}
		return E_FAIL // an error never turns into success
	}
	var hr HRESULT
	if errors.As(err, &hr) {
		return hr
	}
	return contextHRESULT(err)
}
