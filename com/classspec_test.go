package com_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"oxid/com"
)

// What generated code has for each interface.
func exposeCalc(s *com.ClassSpec)       { com.Expose[iCalc](s) }
func exposeScientific(s *com.ClassSpec) { com.Expose[iScientific](s) }
func exposeTag(s *com.ClassSpec)        { com.Expose[iTag](s) }
func exposeLog(s *com.ClassSpec)        { com.Expose[iLog](s) }

func TestExpose(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		name   string
		obj    any
		expose []func(*com.ClassSpec)
		has    string
		lacks  []com.IID
	}{
		{"what is not named is not there", &calculator{}, []func(*com.ClassSpec){exposeCalc},
			"ICalc", []com.IID{iidScientific, iidTag}},
		{"bases come with the derived interface", &calculator{}, []func(*com.ClassSpec){exposeScientific},
			"IScientific ICalc", []com.IID{iidTag}},
		{"named bases come once", &calculator{}, []func(*com.ClassSpec){exposeScientific, exposeCalc},
			"IScientific ICalc", nil},
		{"an interface without methods", &calculator{}, []func(*com.ClassSpec){exposeTag, com.Expose[com.IAgileObject]},
			"ITag IAgileObject", []com.IID{iidCalc, com.IID_INoMarshal}},
		{"one of two with the same methods", &painter{}, []func(*com.ClassSpec){com.Expose[iBlue]},
			"IBlue", []com.IID{iidRed}},
		{"one of two packages", &ticker{}, []func(*com.ClassSpec){com.Expose[iTicker]}, "ITicker", nil},
		{"an empty list", &calculator{}, nil, "", []com.IID{iidCalc}},
	} {
		var types com.Types
		spec := com.NewClassSpec(c.expose...)
		if len(spec.Interfaces()) != len(c.expose) {
			t.Errorf("%s: %s", c.name, names(spec.Interfaces()))
		}
		if err := types.Bind(c.obj, spec); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := names(types.Interfaces(c.obj)); got != c.has {
			t.Errorf("%s: has %s", c.name, got)
		}
		for _, d := range types.Interfaces(c.obj) {
			if v, err := types.Query(ctx, c.obj, &d.IID); v != c.obj || err != nil {
				t.Errorf("%s: %s: %v, %v", c.name, d.Name, v, err)
			}
		}
		for _, iid := range c.lacks {
			if v, err := types.Query(ctx, c.obj, &iid); v != nil || !errors.Is(err, com.E_NOINTERFACE) {
				t.Errorf("%s: %v: %v, %v", c.name, iid, v, err)
			}
		}
	}
}

// The other package's type of an exposed IID is answered where one value fits
// both.
func TestExpose_OtherPackagesType(t *testing.T) {
	ctx := context.Background()
	var types com.Types
	tk := &ticker{}
	if err := types.Bind(tk, com.NewClassSpec(com.Expose[iTicker])); err != nil {
		t.Fatal(err)
	}
	if v, d, err := types.Resolve(ctx, tk, &com.TwinTickerIID); v != any(tk) || d != tickerDesc || err != nil {
		t.Errorf("%v, %v, %v", v, d, err)
	}
	if v, err := types.QueryDesc(ctx, tk, com.TwinTickerDesc); v != any(tk) || err != nil {
		t.Errorf("%v, %v", v, err)
	}
}

// The marker interfaces of marshaling are found on the classes that name them
// (CF-119, CF-136).
func TestCF_119_NoMarshal(t *testing.T) {
	var types com.Types
	c := &calculator{}
	if err := types.Bind(c, com.NewClassSpec(exposeCalc, com.Expose[com.INoMarshal])); err != nil {
		t.Fatal(err)
	}
	if !types.Has(context.Background(), c, &com.IID_INoMarshal) || types.Has(context.Background(), &ticker{}, &com.IID_INoMarshal) {
		t.Error("INoMarshal is not where it was named")
	}
}

func TestCF_136_AgileObject(t *testing.T) {
	var types com.Types
	l := &lister{}
	l.list = []com.Entry{com.EntryOf[iCalc](l), {Desc: com.AgileObjectDesc}}
	if !types.Has(context.Background(), l, &com.IID_IAgileObject) {
		t.Error("IAgileObject is not where it was named")
	}
}

// Tear-offs by a function that the compiler checks.
func TestExposeAs(t *testing.T) {
	ctx := context.Background()
	var types com.Types
	spec := new(com.ClassSpec)
	com.ExposeAs(spec, func(c *calculator) iCalc { return c })
	com.ExposeAs(spec, func(c *calculator) iLog { return &loggingTearOff{tearOff{c}} })
	c := &calculator{}
	if err := types.Bind(c, spec); err != nil {
		t.Fatal(err)
	}
	if v, err := types.Query(ctx, c, &iidCalc); v != any(c) || err != nil {
		t.Errorf("the object itself: %v, %v", v, err)
	}
	v, d, err := types.Resolve(ctx, c, &iidLog)
	if _, ok := v.(*loggingTearOff); !ok || d != logDesc || err != nil {
		t.Fatalf("the tear-off: %T, %v, %v", v, d, err)
	}
	if back, err := types.Query(ctx, v, &iidCalc); back != any(c) || err != nil {
		t.Errorf("back from the tear-off: %v, %v", back, err)
	}
	if !com.Same(c, v) {
		t.Error("the tear-off has an identity of its own")
	}
	err = types.BindType(reflect.TypeFor[*counter](), spec)
	if com.HRESULTOf(err) != com.E_INVALIDARG || !strings.Contains(err.Error(), "function for *oxid/com_test.calculator") {
		t.Errorf("another Go type: %v", err)
	}
}

// A list is bound once; the interfaces of a type never change.
func TestTypes_Bind(t *testing.T) {
	ctx := context.Background()
	var types com.Types
	spec := com.NewClassSpec(exposeCalc)
	c := &calculator{}
	for _, s := range []*com.ClassSpec{spec, spec, com.NewClassSpec(exposeCalc)} {
		if err := types.Bind(c, s); err != nil {
			t.Errorf("the same list again: %v", err)
		}
	}
	err := types.Bind(c, com.NewClassSpec(exposeScientific))
	wantHRESULT(t, err, com.RPC_E_TOO_LATE)
	if !strings.Contains(err.Error(), "bound to another list") {
		t.Errorf("%v", err)
	}
	// What a method returns is of the same Go type and exposes the same.
	if _, err := types.Query(ctx, &calculator{}, &iidScientific); !errors.Is(err, com.E_NOINTERFACE) {
		t.Errorf("another object of the type: %v", err)
	}

	k := &counter{}
	if _, err := types.Query(ctx, k, &com.TwinCounterIID); err != nil {
		t.Fatal(err)
	}
	err = types.Bind(k, com.NewClassSpec(com.Expose[iCounter]))
	wantHRESULT(t, err, com.RPC_E_TOO_LATE)
	if !strings.Contains(err.Error(), "taken from its methods") || !strings.Contains(err.Error(), "Hint:") {
		t.Errorf("%v", err)
	}

	err = types.Bind(&ticker{}, com.NewClassSpec(exposeLog))
	wantHRESULT(t, err, com.E_INVALIDARG)
	if !strings.Contains(err.Error(), "it has no method Log(context.Context, string) error") {
		t.Errorf("%v", err)
	}
	if err := types.Bind(value{}, spec); com.HRESULTOf(err) != com.E_INVALIDARG {
		t.Errorf("a value without an identity: %v", err)
	}
	err = types.Bind(&ticker{}, com.NewClassSpec(com.Expose[*calculator]))
	if !errors.Is(err, com.E_NOINTERFACE) || !strings.Contains(err.Error(), "not a registered interface") {
		t.Errorf("a class in the list: %v", err)
	}
	// After all of these failures the type is free.
	if err := types.Bind(&ticker{}, com.NewClassSpec(com.Expose[iTicker])); err != nil {
		t.Errorf("%v", err)
	}
	// A boxed value binds its own Go type.
	box := com.NewObject(&empty{})
	if err := types.Bind(box, spec); err != nil {
		t.Errorf("%v", err)
	}
	if v, err := types.Query(ctx, box, &iidCalc); err != nil || v == box {
		t.Errorf("%v, %v", v, err)
	}
}

// lister names its interfaces itself.
type lister struct {
	calculator
	list []com.Entry
}

func (l *lister) COMInterfaces() []com.Entry { return l.list }

func TestLister(t *testing.T) {
	ctx := context.Background()
	var types com.Types
	l := &lister{}
	red, blue := &part{owner: l}, &part{owner: l}
	l.list = []com.Entry{
		com.EntryOf[iScientific](l),
		com.EntryOf[iRed](red), // two interfaces with a method of the same name
		com.EntryOf[iBlue](blue),
		{Desc: tagDesc},
	}
	for iid, want := range map[com.IID]any{
		com.IID_IUnknown: l, iidScientific: l, iidCalc: l, iidRed: red, iidBlue: blue, iidTag: l,
	} {
		for _, from := range []any{l, red, blue} {
			if v, err := types.Query(ctx, from, &iid); v != want || err != nil {
				t.Errorf("%v from %T: %v, %v", iid, from, v, err)
			}
		}
	}
	if got := names(types.Interfaces(red)); got != "IScientific IRed IBlue ITag ICalc" {
		t.Errorf("interfaces %s", got)
	}
	if _, err := types.Query(ctx, l, &iidLog); !errors.Is(err, com.E_NOINTERFACE) {
		t.Errorf("%v", err)
	}
	// A second object has tear-offs of its own.
	l2 := &lister{}
	red2 := &part{owner: l2}
	l2.list = []com.Entry{com.EntryOf[iScientific](l2), com.EntryOf[iRed](red2), com.EntryOf[iBlue](red2), {Desc: tagDesc}}
	if v, err := types.Query(ctx, l2, &iidRed); v != any(red2) || err != nil {
		t.Errorf("%v, %v", v, err)
	}
	// A third that lists other interfaces is told so.
	l3 := &lister{}
	_, err := types.Query(ctx, l3, &iidRed)
	wantHRESULT(t, err, com.E_UNEXPECTED)
}

// part is a tear-off that answers IRed or IBlue.
type part struct{ owner any }

func (p *part) COMIdentity() any          { return p.owner }
func (*part) Paint(context.Context) error { return nil }

// Mistakes in a list are named.
func TestLister_Mistakes(t *testing.T) {
	ctx := context.Background()
	type unregistered interface{ Add(ctx context.Context) }
	var nilPart *part
	for _, c := range []struct {
		name  string
		entry com.Entry
		want  com.HRESULT
		text  string
	}{
		{"a tear-off that is no Part", com.EntryOf[iRed](&painter{}), com.E_UNEXPECTED, "a tear-off implements com.Part"},
		{"a part of another object", com.EntryOf[iRed](&part{owner: &painter{}}), com.E_UNEXPECTED, "not a part of it"},
		{"a nil tear-off", com.EntryOf[iRed](nilPart), com.E_POINTER, "answers with nil"},
		{"an interface that the object lacks", com.Entry{Desc: redDesc}, com.E_NOINTERFACE, "it has no method Paint"},
		{"a value of the wrong type", com.Entry{Desc: redDesc, Value: &calculator{}}, com.E_NOINTERFACE, "it has no method Paint"},
		{"an unregistered interface", com.EntryOf[unregistered](nil), com.E_NOINTERFACE, "not a registered interface"},
		{"an empty entry", com.Entry{}, com.E_NOINTERFACE, "not a registered interface"},
	} {
		var types com.Types
		_, err := types.Query(ctx, &lister{list: []com.Entry{c.entry}}, &iidRed)
		if com.HRESULTOf(err) != c.want || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
