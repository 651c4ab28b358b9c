package automation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"oxid/com"
)

// What a client does not want to know, it says in bits of the flags that exist
// on the wire alone ([MS-OAUT] 3.1.4.4).
const (
	zeroVarResult = 0x20000
	zeroExcepInfo = 0x40000
	zeroArgErr    = 0x80000
)

// Error returns what happened and where, for people.
func (x *EXCEPINFO) Error() string {
	code := x.Scode.String()
	if x.Scode == com.S_OK {
		code = fmt.Sprintf("code %d", x.WCode)
	}
	text := x.BstrDescription
	if text == "" {
		text = "exception"
	}
	if x.BstrSource != "" {
		text = x.BstrSource + ": " + text
	}
	return text + " (" + code + ")"
}

// Unwrap gives errors.Is DISP_E_EXCEPTION and the code.
func (x *EXCEPINFO) Unwrap() []error {
	if x.Scode == com.S_OK {
		return []error{com.DISP_E_EXCEPTION}
	}
	return []error{com.DISP_E_EXCEPTION, x.Scode}
}

// ArgError is the error for one argument: DISP_E_TYPEMISMATCH,
// DISP_E_PARAMNOTFOUND and their kin.
type ArgError struct {
	Index   uint32 // in DISPPARAMS.Rgvarg, where the last argument is the first
	HRESULT com.HRESULT
}

// Error names the argument by its index.
func (a *ArgError) Error() string {
	return fmt.Sprintf("argument %d of those that were sent: %v", a.Index, a.HRESULT)
}

// Unwrap gives errors.Is the code.
func (a *ArgError) Unwrap() error { return a.HRESULT }

// Invoke sends arguments by reference beside the others, and stores what comes
// back where they lead to, whatever the call's result is (CF-561, CF-562).
func (p *iDispatchProxy) Invoke(ctx context.Context, id DISPID, lcid uint32, flags uint16, params *DISPPARAMS) (VARIANT, error) {
	if p.local != nil {
		return p.local.Invoke(ctx, id, lcid, flags, params)
	}
	var sent DISPPARAMS
	if params != nil {
		sent = *params
	}
	var index []uint32
	var refs []VARIANT
	for i, v := range sent.Rgvarg {
		if v.vt&VT_BYREF == 0 {
			continue
		}
		if refs == nil {
			sent.Rgvarg = slices.Clone(sent.Rgvarg)
		}
		index, refs = append(index, uint32(i)), append(refs, v)
		sent.Rgvarg[i] = VARIANT{}
	}
	result, excep, argErr, back, hr, err := p.remoteInvoke(ctx, id, com.IID{}, lcid, uint32(flags), sent, index, refs)
	for i := range back {
		if aerr := refs[i].assign(back[i]); aerr != nil {
			back[i].Release()
			if err == nil {
				err = p.Proxy.Fail(6, aerr)
			}
		}
	}
	if err == nil {
		return result, nil
	}
	result.Release()
	return VARIANT{}, explain(err, hr, excep, argErr)
}

// explain adds to the error of a call what came with it.
func explain(err error, hr com.HRESULT, excep EXCEPINFO, argErr uint32) error {
	e, ok := err.(*com.Error)
	if !ok || e.HRESULT != hr || e.Err != nil {
		return err
	}
	var cause error
	switch hr {
	case com.DISP_E_EXCEPTION:
		cause = &excep
	case com.DISP_E_TYPEMISMATCH, com.DISP_E_PARAMNOTFOUND, com.DISP_E_PARAMNOTOPTIONAL, com.DISP_E_OVERFLOW:
		cause = &ArgError{argErr, hr}
	default:
		return err
	}
	n := *e // errors do not change once they are returned
	n.Err = cause
	return &n
}

// callInvoke puts arguments by reference back among the others, and calls the
// object.
func (s *iDispatchStub) callInvoke(ctx context.Context, id DISPID, riid com.IID, lcid, flags uint32, params DISPPARAMS,
	index []uint32, refs []VARIANT) (result VARIANT, excep EXCEPINFO, argErr uint32, back []VARIANT, hr com.HRESULT, err error) {
	if riid != (com.IID{}) {
		return result, excep, 0, nil, 0, com.DISP_E_UNKNOWNINTERFACE
	}
	if err := params.restore(index, refs); err != nil {
		return result, excep, 0, nil, 0, err
	}
	before := objectsOf(refs)
	result, err = s.obj.Invoke(ctx, id, lcid, uint16(flags), &params)
	// The stub gives back the arguments as well as the results. Objects that
	// are still where they were are both.
	for x, n := range objectsOf(refs) {
		for range min(n, before[x]) {
			com.Keep(x)
		}
	}
	if err != nil {
		result.Release()
		var x *EXCEPINFO
		if errors.As(err, &x) {
			excep = *x
		}
		var a *ArgError
		if errors.As(err, &a) {
			argErr = a.Index
		}
		if hr = com.MethodResult(ctx, err); x != nil {
			hr = com.DISP_E_EXCEPTION
		}
	}
	if flags&zeroVarResult != 0 {
		result.Release()
	}
	if flags&zeroExcepInfo != 0 {
		excep = EXCEPINFO{}
	}
	if flags&zeroArgErr != 0 {
		argErr = 0
	}
	return result, excep, argErr, refs, hr, nil
}

// restore checks what [MS-OAUT] 3.1.4.4 demands of arguments by reference, and
// puts them into their places.
func (p *DISPPARAMS) restore(index []uint32, refs []VARIANT) error {
	if len(p.RgdispidNamedArgs) > len(p.Rgvarg) {
		return com.E_INVALIDARG
	}
	for i := range p.Rgvarg {
		if p.Rgvarg[i].vt&VT_BYREF != 0 {
			return com.E_INVALIDARG
		}
	}
	for i, at := range index {
		if int64(at) >= int64(len(p.Rgvarg)) || p.Rgvarg[at].vt != VT_EMPTY || refs[i].vt&VT_BYREF == 0 {
			return com.E_INVALIDARG
		}
		p.Rgvarg[at] = refs[i]
	}
	return nil
}

// objectsOf counts the remote objects in vs: those that are given back.
func objectsOf(vs []VARIANT) map[any]int {
	var m map[any]int
	for i := range vs {
		vs[i].each(func(x any) {
			if p, ok := x.(com.Proxied); ok {
				if m == nil {
					m = map[any]int{}
				}
				m[p]++
			}
		})
	}
	return m
}

// GetIDsOfNames sends the names. That all of the ids are there with a failure,
// too, is the way in which the server says which name it does not know (CF-581).
func (p *iDispatchProxy) GetIDsOfNames(ctx context.Context, names []string, lcid uint32) ([]DISPID, error) {
	if p.local != nil {
		return p.local.GetIDsOfNames(ctx, names, lcid)
	}
	sent := make([]*string, len(names))
	for i := range names {
		sent[i] = &names[i]
	}
	ids, _, err := p.remoteGetIDsOfNames(ctx, com.IID{}, sent, lcid)
	return ids, err
}

// maxNames is what [MS-OAUT] 3.1.4.3 allows in one call.
const maxNames = 16384

func (s *iDispatchStub) callGetIDsOfNames(ctx context.Context, riid com.IID, names []*string, lcid uint32) ([]DISPID, com.HRESULT, error) {
	switch {
	case riid != com.IID{}:
		return nil, 0, com.DISP_E_UNKNOWNINTERFACE
	case len(names) > maxNames:
		return nil, 0, com.E_INVALIDARG
	}
	texts := make([]string, len(names))
	for i, n := range names {
		if n == nil {
			return nil, 0, com.E_INVALIDARG
		}
		texts[i] = *n
	}
	ids, err := s.obj.GetIDsOfNames(ctx, texts, lcid)
	if err != nil && len(ids) < len(names) {
		for ids = slices.Clone(ids); len(ids) < len(names); {
			ids = append(ids, DISPID_UNKNOWN)
		}
	}
	if len(ids) != len(names) {
		return nil, 0, com.E_UNEXPECTED
	}
	if err != nil {
		return ids, com.MethodResult(ctx, err), nil
	}
	return ids, com.S_OK, nil
}

// NoDispatch is the IDispatch of an object without type information, whose
// members are called by their vtable alone. A class with dual interfaces embeds
// it:
//
//	type app struct {
//		automation.NoDispatch
//		...
//	}
type NoDispatch struct{}

var _ IDispatch = NoDispatch{}

// GetTypeInfoCount returns 0.
func (NoDispatch) GetTypeInfoCount(context.Context) (uint32, error) { return 0, nil }

// GetTypeInfo fails with E_NOTIMPL.
func (NoDispatch) GetTypeInfo(context.Context, uint32, uint32) (com.Unknown, error) {
	return nil, com.E_NOTIMPL
}

// GetIDsOfNames knows no name.
func (NoDispatch) GetIDsOfNames(_ context.Context, names []string, _ uint32) ([]DISPID, error) {
	return slices.Repeat([]DISPID{DISPID_UNKNOWN}, len(names)), com.DISP_E_UNKNOWNNAME
}

// Invoke knows no member.
func (NoDispatch) Invoke(context.Context, DISPID, uint32, uint16, *DISPPARAMS) (VARIANT, error) {
	return VARIANT{}, com.DISP_E_MEMBERNOTFOUND
}
