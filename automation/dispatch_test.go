package automation_test

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"oxid/automation"
	"oxid/com"
	"oxid/idl/gen/wiretest"
	"oxid/std"
)

// both runs a test in both transfer syntaxes.
func both(t *testing.T, f func(t *testing.T, w *wiretest.Wire)) {
	for name, ndr64 := range map[string]bool{"NDR20": false, "NDR64": true} {
		t.Run(name, func(t *testing.T) {
			w := &wiretest.Wire{NDR64: ndr64}
			f(t, w)
			if n := w.Live(); n != 0 {
				t.Errorf("%d messages not given back", n)
			}
		})
	}
}

func proxy[T any](t *testing.T, w *wiretest.Wire, server any) T {
	t.Helper()
	p, err := wiretest.Connect[T](t.Context(), w, server)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// app is an object whose Invoke is a function of the test.
type app struct {
	automation.NoDispatch
	invoke func(id automation.DISPID, flags uint16, p *automation.DISPPARAMS) (automation.VARIANT, error)
}

func (a *app) GetTypeInfoCount(context.Context) (uint32, error) { return 1, nil }

func (a *app) GetIDsOfNames(_ context.Context, names []string, lcid uint32) ([]automation.DISPID, error) {
	if lcid != 0x409 {
		return nil, com.DISP_E_UNKNOWNLCID
	}
	ids := make([]automation.DISPID, len(names))
	var err error
	for i, n := range names {
		switch strings.ToLower(n) {
		case "run":
			ids[i] = 7
		case "speed":
			ids[i] = 1
		default:
			ids[i], err = automation.DISPID_UNKNOWN, com.DISP_E_UNKNOWNNAME
		}
	}
	return ids, err
}

func (a *app) Invoke(_ context.Context, id automation.DISPID, _ uint32, flags uint16, p *automation.DISPPARAMS) (automation.VARIANT, error) {
	return a.invoke(id, flags, p)
}

func TestCF_581_GetIDsOfNames(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		ctx, p := t.Context(), proxy[automation.IDispatch](t, w, &app{})
		if n, err := p.GetTypeInfoCount(ctx); n != 1 || err != nil {
			t.Errorf("GetTypeInfoCount: %d, %v", n, err)
		}
		if ids, err := p.GetIDsOfNames(ctx, []string{"Run", "Speed"}, 0x409); err != nil || !reflect.DeepEqual(ids, []int32{7, 1}) {
			t.Errorf("%v, %v", ids, err)
		}
		// All ids are there when one is not known.
		if ids, err := p.GetIDsOfNames(ctx, []string{"Run", "Height"}, 0x409); !errors.Is(err, com.DISP_E_UNKNOWNNAME) || !reflect.DeepEqual(ids, []int32{7, -1}) {
			t.Errorf("%v, %v", ids, err)
		}
		if ids, err := p.GetIDsOfNames(ctx, []string{"Run"}, 0x407); !errors.Is(err, com.DISP_E_UNKNOWNLCID) || !reflect.DeepEqual(ids, []int32{-1}) {
			t.Errorf("%v, %v", ids, err)
		}
		if ids, err := p.GetIDsOfNames(ctx, nil, 0x409); len(ids) != 0 || err != nil {
			t.Errorf("no names: %v, %v", ids, err)
		}
		if ids, err := p.GetIDsOfNames(ctx, make([]string, 16385), 0x409); !errors.Is(err, com.E_INVALIDARG) {
			t.Errorf("many names: %d, %v", len(ids), err)
		}
	})
}

// lying returns fewer ids than names.
type lying struct{ automation.NoDispatch }

func (*lying) GetIDsOfNames(context.Context, []string, uint32) ([]int32, error) {
	return []int32{1}, nil
}

func TestServerThatLiesIsAnError(t *testing.T) {
	p := proxy[automation.IDispatch](t, &wiretest.Wire{}, &lying{})
	if ids, err := p.GetIDsOfNames(t.Context(), []string{"a", "b"}, 0); !errors.Is(err, com.E_UNEXPECTED) {
		t.Errorf("%v, %v", ids, err)
	}
}

// withoutTypes is what embeds NoDispatch and nothing else.
type withoutTypes struct {
	automation.NoDispatch
	_ int
}

func TestCF_586_NoDispatch(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		ctx, p := t.Context(), proxy[automation.IDispatch](t, w, &withoutTypes{})
		if n, err := p.GetTypeInfoCount(ctx); n != 0 || err != nil {
			t.Errorf("GetTypeInfoCount: %d, %v", n, err)
		}
		if v, err := p.GetTypeInfo(ctx, 0, 0); v != nil || !errors.Is(err, com.E_NOTIMPL) {
			t.Errorf("GetTypeInfo: %v, %v", v, err)
		}
		if ids, err := p.GetIDsOfNames(ctx, []string{"x"}, 0); !errors.Is(err, com.DISP_E_UNKNOWNNAME) || ids[0] != automation.DISPID_UNKNOWN {
			t.Errorf("GetIDsOfNames: %v, %v", ids, err)
		}
		if v, err := p.Invoke(ctx, 1, 0, automation.DISPATCH_METHOD, nil); !v.IsEmpty() || !errors.Is(err, com.DISP_E_MEMBERNOTFOUND) {
			t.Errorf("Invoke: %v, %v", v, err)
		}
	})
}

func TestCF_567_Invoke(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		obj := &app{invoke: func(id automation.DISPID, flags uint16, p *automation.DISPPARAMS) (automation.VARIANT, error) {
			if id != 7 || flags != automation.DISPATCH_PROPERTYPUT || len(p.Rgvarg) != 2 || len(p.RgdispidNamedArgs) != 1 {
				return automation.VARIANT{}, com.E_INVALIDARG
			}
			return automation.New([]any{p.Rgvarg[0], p.Rgvarg[1], p.RgdispidNamedArgs[0]})
		}}
		p := proxy[automation.IDispatch](t, w, obj)
		v, err := p.Invoke(t.Context(), 7, 0x409, automation.DISPATCH_PROPERTYPUT, &automation.DISPPARAMS{
			Rgvarg: []automation.VARIANT{automation.Of("value"), automation.Of(int32(5))}, RgdispidNamedArgs: []int32{automation.DISPID_PROPERTYPUT}})
		want := []automation.VARIANT{automation.Of("value"), automation.Of(int32(5)), automation.Of(int32(-3))}
		if err != nil || !reflect.DeepEqual(v.Value(), want) {
			t.Errorf("%v, %v", v, err)
		}
		obj.invoke = func(automation.DISPID, uint16, *automation.DISPPARAMS) (v automation.VARIANT, err error) {
			return v, nil
		}
		if v, err := p.Invoke(t.Context(), 7, 0, 0, nil); v.VT() != automation.VT_EMPTY || err != nil {
			t.Errorf("no result: %v, %v", v, err)
		}
		obj.invoke = func(automation.DISPID, uint16, *automation.DISPPARAMS) (v automation.VARIANT, err error) {
			return v, com.E_INVALIDARG
		}
		if _, err := p.Invoke(t.Context(), 8, 0, 0, nil); !errors.Is(err, com.E_INVALIDARG) {
			t.Errorf("another member: %v", err)
		}
	})
}

// A request that is known byte by byte: Invoke(2, METHOD, lcid 0x409, 5, "hi").
func TestCF_560_GoldenInvoke(t *testing.T) {
	var got []byte
	w := &wiretest.Wire{Request: func(_ uint32, b []byte) []byte { got = b; return b }}
	p := proxy[automation.IDispatch](t, w, &withoutTypes{})
	p.Invoke(t.Context(), 2, 0x409, automation.DISPATCH_METHOD, &automation.DISPPARAMS{
		Rgvarg: []automation.VARIANT{automation.Of("hi"), automation.Of(int32(5))}})
	want := unhex(t, "02000000 00000000000000000000000000000000 09040000 01000000 00000200"+
		"00000000 02000000 00000000 02000000 04000200 08000200 05000000 00000000"+
		"0800000000000000 08000000 0c000200 02000000 04000000 02000000 68006900"+
		"0300000000000000 0300000000000000 03000000 05000000 00000000 00000000 00000000")
	if !bytes.Equal(got, want) {
		t.Errorf("\n% x, want\n% x", got, want)
	}
}

func TestCF_561_562_563_ArgumentsByReference(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		obj := &app{invoke: func(_ automation.DISPID, _ uint16, p *automation.DISPPARAMS) (automation.VARIANT, error) {
			a := p.Rgvarg
			n, _ := a[0].Int()
			s, _ := a[2].Text()
			if a[1].Value() != "by value" {
				return automation.VARIANT{}, com.E_INVALIDARG
			}
			// What arrives is the object's own, and what it changes goes back.
			*refOf[int32](a[0]) = int32(n * 2)
			*refOf[string](a[2]) = s + "!"
			*refOf[automation.VARIANT](a[3]) = automation.Of(true)
			*refOf[automation.SAFEARRAY](a[4]) = automation.Vector([]string{"new"})
			return automation.Of(n + 1), com.E_FAIL // even so
		}}
		p := proxy[automation.IDispatch](t, w, obj)
		n, s, any, array := int32(21), "text", automation.Of(int8(1)), automation.Vector([]string{"old", "ones"})
		args := []automation.VARIANT{must(automation.Ref(&n)), automation.Of("by value"), must(automation.Ref(&s)),
			must(automation.Ref(&any)), must(automation.Ref(&array))}
		kept := append([]automation.VARIANT(nil), args...)
		v, err := p.Invoke(t.Context(), 1, 0, automation.DISPATCH_METHOD, &automation.DISPPARAMS{Rgvarg: args})
		if !errors.Is(err, com.E_FAIL) || !v.IsEmpty() {
			t.Errorf("%v, %v", v, err)
		}
		if n != 42 || s != "text!" || any.Value() != true || !reflect.DeepEqual(array.Elems(), []string{"new"}) {
			t.Errorf("%d, %q, %v, %v", n, s, any, array.Elems())
		}
		if !reflect.DeepEqual(args, kept) {
			t.Errorf("the arguments themselves changed: %v", args)
		}
	})
}

// refOf returns the pointer in a VARIANT by reference.
func refOf[T any](v automation.VARIANT) *T { p, _ := v.Ref().(*T); return p }

func TestWhatComesBackHasTheTypeThatWentOut(t *testing.T) {
	p := proxy[automation.IDispatch](t, &wiretest.Wire{Reply: func(_ uint32, b []byte) []byte {
		// The only VT_I4|VT_BYREF in the reply becomes a VT_UI4|VT_BYREF.
		return bytes.ReplaceAll(b, []byte{3, 0x40, 0, 0}, []byte{0x13, 0x40, 0, 0})
	}}, &app{invoke: func(automation.DISPID, uint16, *automation.DISPPARAMS) (v automation.VARIANT, err error) {
		return v, nil
	}})
	n := int32(1)
	_, err := p.Invoke(t.Context(), 1, 0, 1, &automation.DISPPARAMS{Rgvarg: []automation.VARIANT{must(automation.Ref(&n))}})
	if !errors.Is(err, com.DISP_E_TYPEMISMATCH) || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
}

func TestCF_568_569_580_Failures(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		var fail error
		p := proxy[automation.IDispatch](t, w, &app{invoke: func(automation.DISPID, uint16, *automation.DISPPARAMS) (automation.VARIANT, error) {
			return automation.Of("not sent"), fail
		}})
		call := func() error {
			v, err := p.Invoke(t.Context(), 1, 0, 1, nil)
			if err != nil && !v.IsEmpty() {
				t.Errorf("%v beside %v", v, err)
			}
			return err
		}
		if err := call(); err != nil {
			t.Error(err)
		}
		fail = &automation.EXCEPINFO{BstrSource: "App", BstrDescription: "no paper", Scode: com.E_NOTIMPL, DwHelpContext: 5}
		err := call()
		var x *automation.EXCEPINFO
		if !errors.As(err, &x) || !reflect.DeepEqual(x, fail) || com.HRESULTOf(err) != com.DISP_E_EXCEPTION || !errors.Is(err, com.E_NOTIMPL) {
			t.Errorf("%v, %+v", err, x)
		}
		if !strings.Contains(err.Error(), "App: no paper (E_NOTIMPL") {
			t.Errorf("%v", err)
		}
		fail = errors.Join(errors.New("x"), &automation.EXCEPINFO{WCode: 1001})
		if err := call(); !errors.As(err, &x) || x.WCode != 1001 || !strings.Contains(err.Error(), "exception (code 1001)") {
			t.Errorf("%v", err)
		}
		fail = &automation.ArgError{Index: 3, HRESULT: com.DISP_E_TYPEMISMATCH}
		var a *automation.ArgError
		if err := call(); !errors.As(err, &a) || *a != *fail.(*automation.ArgError) || com.HRESULTOf(err) != com.DISP_E_TYPEMISMATCH ||
			!strings.Contains(err.Error(), "argument 3") {
			t.Errorf("%v", err)
		}
		fail = com.DISP_E_BADPARAMCOUNT
		if err := call(); com.HRESULTOf(err) != com.DISP_E_BADPARAMCOUNT || errors.As(err, &a) || errors.As(err, &x) {
			t.Errorf("%v", err)
		}
	})
}

// The bits that say what a client does not want are not the object's business.
func TestCF_564_WhatIsNotWantedIsEmpty(t *testing.T) {
	w := &wiretest.Wire{Request: func(_ uint32, b []byte) []byte {
		b[26] |= 0x0e // 0xe0000 in dwFlags
		return b
	}}
	p := proxy[automation.IDispatch](t, w, &app{invoke: func(_ automation.DISPID, flags uint16, p *automation.DISPPARAMS) (automation.VARIANT, error) {
		if flags != automation.DISPATCH_METHOD {
			return automation.VARIANT{}, com.E_INVALIDARG
		}
		if len(p.Rgvarg) == 0 {
			return automation.Of("unwanted"), nil
		}
		return automation.VARIANT{}, errors.Join(&automation.EXCEPINFO{BstrSource: "unwanted"}, &automation.ArgError{Index: 9})
	}})
	if v, err := p.Invoke(t.Context(), 1, 0, automation.DISPATCH_METHOD, nil); !v.IsEmpty() || err != nil {
		t.Errorf("%v, %v", v, err)
	}
	_, err := p.Invoke(t.Context(), 1, 0, automation.DISPATCH_METHOD, &automation.DISPPARAMS{Rgvarg: make([]automation.VARIANT, 1)})
	var x *automation.EXCEPINFO
	if !errors.As(err, &x) || *x != (automation.EXCEPINFO{}) {
		t.Errorf("%v", err)
	}
}

// What no honest client sends does not reach the object.
func TestCF_582_RequestsThatAreRefused(t *testing.T) {
	head := func(iid string) string {
		return "01000000 " + iid + " 00000000 01000000 "
	}
	null := strings.Repeat("00", 16)
	i4 := "0300000000000000 0300000000000000 03000000 05000000"
	empty := "0300000000000000 0000000000000000 00000000"
	byref := "0400000000000000 0340000000000000 03400000 04000000 05000000"
	args := func(v string) string { return "02000000 00000000 01000000 00000000 01000000 02000000 00000000" + v }
	refs := func(index, v string) string {
		return "01000000 01000000 " + index + " 01000000 02000000" + v
	}
	for name, c := range map[string]struct {
		request string
		want    com.HRESULT
	}{
		"an IID":                     {head("01"+null[2:]) + args(i4) + "00000000 00000000 00000000", com.DISP_E_UNKNOWNINTERFACE},
		"a reference among values":   {head(null) + args(byref) + "00000000 00000000 00000000", com.E_INVALIDARG},
		"a value among references":   {head(null) + args(empty) + refs("00000000", i4), com.E_INVALIDARG},
		"a place that is taken":      {head(null) + args(i4) + refs("00000000", "00000000"+byref), com.E_INVALIDARG},
		"a place that is not there":  {head(null) + args(empty) + refs("01000000", byref), com.E_INVALIDARG},
		"more names than arguments":  {head(null) + "00000000 02000000 00000000 01000000 01000000 00000000 00000000 00000000 00000000", com.E_INVALIDARG},
		"fewer references than said": {head(null) + "00000000 00000000 00000000 00000000 02000000 01000000 00000000 00000000", com.RPC_X_BAD_STUB_DATA},
	} {
		w := &wiretest.Wire{Request: func(uint32, []byte) []byte { return unhex(t, c.request) }}
		p := proxy[automation.IDispatch](t, w, &app{invoke: func(automation.DISPID, uint16, *automation.DISPPARAMS) (v automation.VARIANT, err error) {
			t.Errorf("%s reached the object", name)
			return v, nil
		}})
		// The reply has as many references as the request that it answers.
		var params automation.DISPPARAMS
		if strings.HasPrefix(name, "a place") || strings.HasPrefix(name, "a value") {
			params.Rgvarg = []automation.VARIANT{must(automation.Ref(ptr("x")))}
		}
		if _, err := p.Invoke(t.Context(), 1, 0, 1, &params); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Objects that an Invoke passes by reference are counted once for whoever has
// them in the end.
func TestCF_576_ObjectsByReferenceAreCounted(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		ctx := t.Context()
		same, other := proxy[std.IPersist](t, w, &persist{}), proxy[std.IPersist](t, w, &persist{})
		p := proxy[automation.IDispatch](t, w, &app{invoke: func(id automation.DISPID, _ uint16, p *automation.DISPPARAMS) (v automation.VARIANT, err error) {
			if id == 2 {
				*refOf[com.Unknown](p.Rgvarg[0]) = com.Keep(com.Unknown(other))
			}
			return v, nil
		}})
		ref := com.Keep(com.Unknown(same))
		for id := range automation.DISPID(3) {
			if _, err := p.Invoke(ctx, id, 0, 1, &automation.DISPPARAMS{Rgvarg: []automation.VARIANT{must(automation.Ref(&ref))}}); err != nil {
				t.Fatal(err)
			}
		}
		users := func(x any) int { return x.(com.Proxied).COMProxy().Users() }
		if ref != com.Unknown(other) || users(same) != 1 || users(other) != 2 {
			t.Errorf("%v, %d and %d hand-outs", ref == com.Unknown(other), users(same), users(other))
		}
	})
}

type persist struct{ _ int }

func (*persist) GetClassID(context.Context) (com.CLSID, error) { return com.CLSID{}, nil }

func TestEnumVARIANT(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		ctx := t.Context()
		all := []automation.VARIANT{automation.Of("one"), automation.Of(int32(2)), {}, automation.Array(automation.Vector([]byte{4}))}
		p := proxy[automation.IEnumVARIANT](t, w, std.NewEnum[automation.IEnumVARIANT](all))
		if hr, err := p.Skip(ctx, 1); hr != com.S_OK || err != nil {
			t.Errorf("Skip: %v, %v", hr, err)
		}
		c, err := p.Clone(ctx)
		if err != nil {
			t.Fatal(err)
		}
		got, hr, err := p.Next(ctx, make([]automation.VARIANT, 5))
		if err != nil || hr != com.S_FALSE || !reflect.DeepEqual(got, all[1:]) {
			t.Errorf("Next: %v, %v, %v", got, hr, err)
		}
		n := 0
		for v, err := range std.All(ctx, c) {
			if n++; err != nil || !reflect.DeepEqual(v, all[n]) {
				t.Errorf("element %d: %v, %v", n, v, err)
			}
		}
		if err := c.Reset(ctx); err != nil || n != 3 {
			t.Errorf("%d elements, %v", n, err)
		}
	})
}

// FuzzDispatch has the stub read anything.
func FuzzDispatch(f *testing.F) {
	w := &wiretest.Wire{Request: func(op uint32, b []byte) []byte { f.Add(op, b, false); return b }}
	obj := &app{invoke: func(automation.DISPID, uint16, *automation.DISPPARAMS) (v automation.VARIANT, err error) {
		return v, nil
	}}
	v, err := wiretest.Connect[automation.IDispatch](f.Context(), w, obj)
	if err != nil {
		f.Fatal(err)
	}
	n, s := int32(1), "x"
	v.GetIDsOfNames(f.Context(), []string{"a", "b"}, 0x409)
	v.Invoke(f.Context(), 1, 0, 1, &automation.DISPPARAMS{
		Rgvarg:            []automation.VARIANT{must(automation.Ref(&n)), automation.Of("y"), must(automation.Ref(&s))},
		RgdispidNamedArgs: []int32{1},
	})
	f.Fuzz(func(t *testing.T, op uint32, b []byte, ndr64 bool) {
		w := &wiretest.Wire{NDR64: ndr64}
		stub := automation.IDispatchDesc.NewStub()
		if err := stub.Connect(t.Context(), obj); err != nil {
			t.Fatal(err)
		}
		m := &com.RPCOLEMESSAGE{Buffer: b, Pointers: w, Op: op%4 + 3, DataRep: 0x10, NDR64: ndr64}
		stub.Invoke(t.Context(), m, wiretest.Discard(w)) // any error is good
	})
}
