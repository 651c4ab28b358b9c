package roundtrip_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"oxid/automation"
	"oxid/com"
	"oxid/idl/gen/testdata/dual"
	"oxid/idl/gen/wiretest"
	"oxid/std"
)

// dualServer has a dual interface without type information.
type dualServer struct {
	automation.NoDispatch
	title string
}

func (s *dualServer) Run(_ context.Context, name string, params automation.VARIANT) (string, error) {
	if name == "" {
		return "not sent", com.E_INVALIDARG
	}
	return name + " " + params.String(), nil
}
func (s *dualServer) GetTitle(context.Context) (string, error)        { return s.title, nil }
func (s *dualServer) PutTitle(_ context.Context, t string) error      { s.title = t; return nil }
func (s *dualServer) GetNewEnum(context.Context) (com.Unknown, error) { return nil, com.E_NOTIMPL }
func (s *dualServer) Names(_ context.Context, in automation.SAFEARRAY) (automation.SAFEARRAY, error) {
	if in.IsNull() {
		return automation.Vector([]string{"not sent"}), com.E_INVALIDARG
	}
	elems, err := automation.Elems[string](in)
	return automation.Vector(append(elems, "more")), err
}
func (s *dualServer) Swap(_ context.Context, a automation.VARIANT, b string, x automation.SAFEARRAY) (automation.VARIANT, string, automation.SAFEARRAY, error) {
	text, err := a.Text()
	return automation.Array(x), text, automation.Vector([]int32{int32(len(b))}), err
}
func (s *dualServer) Numbers(_ context.Context, c automation.CURRENCY, d automation.DATE, e automation.DECIMAL, b bool, sc com.HRESULT) (automation.CURRENCY, automation.DATE, automation.DECIMAL, bool, com.HRESULT, error) {
	return -c, d + 1, automation.DECIMAL{Scale: e.Scale, Lo: e.Lo + 1}, !b, sc, nil
}
func (s *dualServer) Object(_ context.Context, o automation.IDispatch) (automation.IDispatch, error) {
	return com.Keep(o), nil
}
func (s *dualServer) Print(_ context.Context, args automation.SAFEARRAY) (int32, error) {
	return int32(args.Len()), nil
}
func (s *dualServer) Optional(_ context.Context, name string, how automation.VARIANT, times int32) (automation.VARIANT, error) {
	if how.IsMissing() {
		return automation.New(nil)
	}
	return automation.New([]any{name, how, times})
}

func (s *dualServer) Paint(_ context.Context, shade dual.SHADE, really bool, swap, last dual.SHADE) (dual.SHADE, dual.SHADE, error) {
	if !really {
		return 0, 0, com.E_INVALIDARG
	}
	return swap, last, nil
}

// compiled has an interface whose peers have a proxy by MIDL.
type compiled struct{ _ int }

func (*compiled) Paint(_ context.Context, shade dual.SHADE, really bool) (dual.SHADE, error) {
	return shade, nil
}

// TestEnumsOfAutomation: type library marshaling has enumerations in 32 bits, a
// proxy that MIDL made in 16.
func TestEnumsOfAutomation(t *testing.T) {
	shades := []dual.SHADE{dual.ShadeNone, dual.ShadeLight, dual.ShadeDark, 0, -1, 1<<31 - 1, -1 << 31}
	syntaxes(t, func(t *testing.T, w *wiretest.Wire) {
		ctx, p := t.Context(), connect[dual.IDual](t, w, &dualServer{})
		for i, s := range shades {
			last := shades[len(shades)-1-i]
			if result, swapped, err := p.Paint(ctx, dual.ShadeLight, true, s, last); result != s || swapped != last || err != nil {
				t.Errorf("%v, %v became %v, %v, %v", s, last, result, swapped, err)
			}
		}
	})
	w := &wiretest.Wire{}
	c := connect[dual.ICompiled](t, w, &compiled{})
	if s, err := c.Paint(t.Context(), dual.ShadeLight, true); s != dual.ShadeLight || err != nil {
		t.Errorf("%v, %v", s, err)
	}
	if _, err := c.Paint(t.Context(), dual.ShadeNone, true); err == nil {
		t.Error("a negative value travels in 16 bits")
	}
}

func TestDualInterfaces(t *testing.T) {
	syntaxes(t, func(t *testing.T, w *wiretest.Wire) {
		ctx, p := t.Context(), connect[dual.IDual](t, w, &dualServer{})
		if s, err := p.Run(ctx, "größe", automation.Of(int32(5))); s != "größe VT_I4 5" || err != nil {
			t.Errorf("Run: %q, %v", s, err)
		}
		if s, err := p.Run(ctx, "", automation.VARIANT{}); s != "" || !errors.Is(err, com.E_INVALIDARG) {
			t.Errorf("a failing Run: %q, %v", s, err)
		}
		if err := p.PutTitle(ctx, "𝄞\x00"); err != nil {
			t.Error(err)
		}
		if s, err := p.GetTitle(ctx); s != "𝄞\x00" || err != nil {
			t.Errorf("GetTitle: %q, %v", s, err)
		}
		names, err := p.Names(ctx, automation.Vector([]string{"a"}))
		if got, _ := automation.Elems[string](names); err != nil || !reflect.DeepEqual(got, []string{"a", "more"}) {
			t.Errorf("Names: %v, %v", names, err)
		}
		if names, err := p.Names(ctx, automation.SAFEARRAY{}); !names.IsNull() || !errors.Is(err, com.E_INVALIDARG) {
			t.Errorf("a failing Names: %v, %v", names, err)
		}
		a, s, x, err := p.Swap(ctx, automation.Of("text"), "four", automation.Vector([]int32{1, 2}))
		if err != nil || !reflect.DeepEqual(a.Value(), []int32{1, 2}) || s != "text" || !reflect.DeepEqual(x, automation.Vector([]int32{4})) {
			t.Errorf("Swap: %v, %q, %v, %v", a, s, x, err)
		}
		c, d, e, b, sc, err := p.Numbers(ctx, 12345, 2.5, automation.DECIMAL{Scale: 1, Lo: 9}, true, com.E_FAIL)
		if c != -12345 || d != 3.5 || e != (automation.DECIMAL{Scale: 1, Lo: 10}) || b || sc != com.E_FAIL || err != nil {
			t.Errorf("Numbers: %v %v %v %v %v, %v", c, d, e, b, sc, err)
		}
		if o, err := p.Object(ctx, p); o != automation.IDispatch(p) || err != nil {
			t.Errorf("Object: %v, %v", o, err)
		}
		if n, err := p.Print(ctx, automation.Vector([]automation.VARIANT{{}, automation.Of("x")})); n != 2 || err != nil {
			t.Errorf("Print: %d, %v", n, err)
		}
		if v, err := p.Optional(ctx, "n", automation.Missing(), 3); !v.IsEmpty() || err != nil {
			t.Errorf("Optional: %v, %v", v, err)
		}
		if v, err := p.Optional(ctx, "n", automation.Of(true), 3); err != nil ||
			!reflect.DeepEqual(v.Value(), []automation.VARIANT{automation.Of("n"), automation.Of(true), automation.Of(int32(3))}) {
			t.Errorf("Optional: %v, %v", v, err)
		}
		// The base's methods are there.
		if n, err := p.GetTypeInfoCount(ctx); n != 0 || err != nil {
			t.Errorf("GetTypeInfoCount: %d, %v", n, err)
		}
		if _, err := p.Invoke(ctx, 1, 0, automation.DISPATCH_METHOD, nil); !errors.Is(err, com.DISP_E_MEMBERNOTFOUND) {
			t.Errorf("Invoke: %v", err)
		}
	})
	// The slots: IDispatch's come first.
	if first := dual.IDualDesc.FirstOp(); first != 7 || !dual.IDualDesc.DerivesFrom(&automation.IID_IDispatch) {
		t.Errorf("the first method is number %d", first)
	}
}

// everywhere gives back what it gets.
type everywhere struct{ _ int }

func (*everywhere) Struct(_ context.Context, r dual.RECORD) (dual.RECORD, error) { return r, nil }
func (*everywhere) Prices(_ context.Context, p []dual.PRICES) (dual.PRICES, error) {
	return p[len(p)-1], nil
}
func (*everywhere) Arrays(_ context.Context, texts []string, values []automation.VARIANT, days []automation.DATE, three [3]string) ([]string, error) {
	all := append(texts, three[:]...)
	for _, v := range values {
		all = append(all, v.String())
	}
	for _, d := range days {
		all = append(all, d.Time().Format(time.DateOnly))
	}
	return all, nil
}
func (*everywhere) Read(_ context.Context, values []automation.VARIANT) ([]automation.VARIANT, error) {
	for i := range values[:len(values)-1] {
		values[i] = automation.Of(int32(i))
	}
	return values[:len(values)-1], nil
}
func (*everywhere) Maybe(_ context.Context, text *string, value *automation.VARIANT) (*string, *automation.VARIANT, error) {
	return text, value, nil
}
func (*everywhere) Choose(_ context.Context, c dual.CHOICE) (dual.CHOICE, error) { return c, nil }
func (*everywhere) Elements(_ context.Context, e []dual.ELEMENT) ([]dual.ELEMENT, error) {
	for i := range e {
		e[i].Props.N, e[i].Props.Bytes = 0, 0
	}
	return e, nil
}
func (*everywhere) Volume(_ context.Context, v dual.VOLUME) (dual.VOLUME, error) { return v, nil }
func (*everywhere) List(ctx context.Context, list automation.IEnumVARIANT, data std.IDataObject, format *std.FORMATETC) (std.STGMEDIUM, error) {
	for v, err := range std.All(ctx, list) {
		if err != nil || v.Value() != "one" || data != nil || format.CfFormat != std.CF_TEXT {
			return std.STGMEDIUM{}, com.E_INVALIDARG
		}
	}
	return std.STGMEDIUM{Tymed: std.TYMED_FILE, File: "f"}, nil
}

func TestAutomationTypesEverywhere(t *testing.T) {
	syntaxes(t, func(t *testing.T, w *wiretest.Wire) {
		ctx, p := t.Context(), connect[dual.IEverywhere](t, w, &everywhere{})
		for _, r := range []dual.RECORD{
			{Name: "n", Value: automation.Of("v"), Nick: ptr("nick"), N: 2, Tags: []string{"a", "ä"}, Born: 2.5, Pay: 10000,
				Share: automation.DECIMAL{Lo: 5}, Marks: automation.Vector([]int16{1, 2}), Format: std.ClipFormat("f")},
			{Value: automation.Array(automation.Vector([]automation.VARIANT{automation.Of("in"), {}})), Tags: []string{}},
			{},
		} {
			back, err := p.Struct(ctx, r)
			if err != nil || !reflect.DeepEqual(back, r) {
				t.Errorf("%+v came back as %+v, %v", r, back, err)
			}
		}
		prices := dual.PRICES{Low: 1, High: -2, Day: 3.5, Open: true, Week: [2]automation.DATE{4, 5}}
		if back, err := p.Prices(ctx, []dual.PRICES{{}, prices}); err != nil || back != prices {
			t.Errorf("%+v, %v", back, err)
		}
		all, err := p.Arrays(ctx, []string{"a", "b"}, []automation.VARIANT{automation.Of(true), {}}, []automation.DATE{2}, [3]string{"1", "", "3"})
		if err != nil || !reflect.DeepEqual(all, []string{"a", "b", "1", "", "3", "VT_BOOL true", "VT_EMPTY", "1900-01-01"}) {
			t.Errorf("%q, %v", all, err)
		}
		old := []automation.VARIANT{automation.Of("old"), automation.Of("old"), automation.Of("old")}
		if got, err := p.Read(ctx, old); err != nil || !reflect.DeepEqual(got, []automation.VARIANT{automation.Of(int32(0)), automation.Of(int32(1))}) {
			t.Errorf("%v, %v", got, err)
		}
		if s, v, err := p.Maybe(ctx, ptr("s"), ptr(automation.Of("v"))); err != nil || *s != "s" || v.Value() != "v" {
			t.Errorf("%v, %v, %v", s, v, err)
		}
		if s, v, err := p.Maybe(ctx, nil, nil); err != nil || s != nil || v != nil {
			t.Errorf("%v, %v, %v", s, v, err)
		}
		for _, c := range []dual.CHOICE{dual.CHOICE_Text("t"), dual.CHOICE_Any(automation.Of("a")), dual.CHOICE_Money(5), dual.CHOICE_Default(9)} {
			if back, err := p.Choose(ctx, c); err != nil || !reflect.DeepEqual(back, c) {
				t.Errorf("%+v came back as %+v, %v", c, back, err)
			}
		}
		elements := []dual.ELEMENT{
			{Name: ptr("a"), Props: dual.PROPS{Values: []automation.VARIANT{automation.Of("v"), {}}, Text: []uint16{'x', 'y', 'z'}}},
			{Id: ptr(""), Flags: 1, Props: dual.PROPS{Hr: com.E_FAIL, Values: []automation.VARIANT{}}},
			{},
		}
		back, err := p.Elements(ctx, elements)
		elements[0].Props.N, elements[0].Props.Bytes = 2, 6
		if err != nil || !reflect.DeepEqual(back, elements) {
			t.Errorf("%+v came back as %+v, %v", elements, back, err)
		}
		for _, v := range []dual.VOLUME{
			{
				Which: 1, X: dual.VOLUME_X_Number(5), Style: dual.StyleText, X_: dual.VOLUME_X__Text(ptr("t")), Kind: 0x8001, Small: dual.LOOSE_B("small"),
				Big: dual.LOOSE_A(-1),
			},
			{
				Which: 0xffffffff, X: dual.VOLUME_X_Id(0xffffffff, com.GUID{Data1: 7}), Style: -5, X_: dual.VOLUME_X__Default(-5), Kind: 0xffff,
				Small: dual.LOOSE_Default(0xffff), Big: dual.LOOSE_Default(0xffffffff),
			},
			{
				Which: 0x80000001, X: dual.VOLUME_X_Default(0x80000001), Style: dual.StyleNumber, X_: dual.VOLUME_X__Number(9), Kind: 1,
				Small: dual.LOOSE_A(1), Big: dual.LOOSE_Default(0x80000001),
			},
		} {
			if back, err := p.Volume(ctx, v); err != nil || !reflect.DeepEqual(back, v) {
				t.Errorf("%+v came back as %+v, %v", v, back, err)
			}
		}
		m, err := p.List(ctx, std.NewEnum[automation.IEnumVARIANT]([]automation.VARIANT{automation.Of("one")}), nil, &std.FORMATETC{CfFormat: std.CF_TEXT})
		if err != nil || m.File != "f" {
			t.Errorf("%+v, %v", m, err)
		}
	})
}

// events is a sink for the dispinterface.
type events struct {
	automation.NoDispatch
	ticks []any
}

func (e *events) COMInterfaces() []com.Entry {
	return []com.Entry{com.EntryOf[dual.DEvents](e)}
}

func (e *events) Invoke(_ context.Context, id automation.DISPID, _ uint32, _ uint16, params *automation.DISPPARAMS) (automation.VARIANT, error) {
	if id != dual.DISPID_DEvents_Tick {
		return automation.VARIANT{}, com.DISP_E_MEMBERNOTFOUND
	}
	e.ticks = append(e.ticks, params.Rgvarg[0].Value())
	return automation.VARIANT{}, nil
}

// TestDispinterface: a dispinterface is IDispatch under an IID of its own.
func TestDispinterface(t *testing.T) {
	syntaxes(t, func(t *testing.T, w *wiretest.Wire) {
		sink := &events{}
		ctx, p := t.Context(), connect[dual.DEvents](t, w, sink)
		tick := &automation.DISPPARAMS{Rgvarg: []automation.VARIANT{automation.Of(int32(7))}}
		if _, err := p.Invoke(ctx, dual.DISPID_DEvents_Tick, 0, automation.DISPATCH_METHOD, tick); err != nil {
			t.Error(err)
		}
		if _, err := p.Invoke(ctx, dual.DISPID_DEvents_Level, 0, automation.DISPATCH_PROPERTYGET, nil); !errors.Is(err, com.DISP_E_MEMBERNOTFOUND) {
			t.Error(err)
		}
		if !reflect.DeepEqual(sink.ticks, []any{int32(7)}) {
			t.Errorf("%v", sink.ticks)
		}
	})
	if d := dual.DEventsDesc; d.IID != dual.DIID_DEvents || !d.DerivesFrom(&automation.IID_IDispatch) || d.FirstOp() != 7 {
		t.Errorf("%+v", d)
	}
}
