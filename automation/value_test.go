package automation_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"

	"oxid/automation"
	"oxid/com"
)

func TestDates(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	for _, c := range []struct {
		t    time.Time
		want automation.DATE
	}{
		{time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC), 0},
		{time.Date(1899, 12, 30, 6, 0, 0, 0, time.UTC), 0.25},
		{time.Date(1899, 12, 29, 6, 0, 0, 0, time.UTC), -1.25},
		{time.Date(1899, 12, 28, 0, 0, 0, 0, time.UTC), -2},
		{time.Date(1900, 1, 1, 12, 0, 0, 0, time.UTC), 2.5},
		{time.Date(1996, 11, 10, 0, 0, 0, 0, time.UTC), 35379},
		{time.Date(100, 1, 1, 0, 0, 0, 0, time.UTC), -657434},
		{time.Date(9999, 12, 31, 18, 0, 0, 0, time.UTC), 2958465.75},
	} {
		if got := automation.DateOf(c.t); got != c.want {
			t.Errorf("DateOf(%v) = %v, want %v", c.t, got, c.want)
		}
		if got := c.want.Time(); !got.Equal(c.t) {
			t.Errorf("%v is %v, want %v", c.want, got, c.t)
		}
	}
	// What the clock shows counts, not the moment.
	if a, b := automation.DateOf(time.Date(2026, 1, 1, 10, 0, 0, 0, berlin)), automation.DateOf(time.Date(2026, 1, 1, 10, 0, 0, 0, time.UTC)); a != b {
		t.Errorf("%v in Berlin, %v in UTC", a, b)
	}
	for _, day := range []int{1989, 2000, 2026, 2078} { // microseconds survive
		for _, micro := range []int{0, 1, 499_999, 500_000, 999_999} {
			want := time.Date(day, 7, 6, 23, 59, 59, micro*1000, time.UTC)
			if got := automation.DateOf(want).Time(); !got.Equal(want) {
				t.Errorf("%v came back as %v", want, got)
			}
		}
	}
	for _, d := range []automation.DATE{automation.DATE(math.NaN()), automation.DATE(math.Inf(1)), -657436, 2958466, 1e300} {
		if !d.Time().IsZero() {
			t.Errorf("%v is %v", d, d.Time())
		}
	}
}

func TestCurrency(t *testing.T) {
	for s, want := range map[string]automation.CURRENCY{
		"0": 0, "1": 10000, "-12.5": -125000, "0.0001": 1, "922337203685477.5807": math.MaxInt64, "-922337203685477.5808": math.MinInt64,
	} {
		c, err := automation.ParseCurrency(s)
		if c != want || err != nil || c.String() != s {
			t.Errorf("%s is %d, %v, %s", s, c, err, c)
		}
	}
	for s, want := range map[string]com.HRESULT{
		"": com.DISP_E_TYPEMISMATCH, "1e3": com.DISP_E_TYPEMISMATCH, "--1": com.DISP_E_TYPEMISMATCH, "1.2.3": com.DISP_E_TYPEMISMATCH,
		"0.00001": com.DISP_E_OVERFLOW, "922337203685477.5808": com.DISP_E_OVERFLOW, ".": com.DISP_E_TYPEMISMATCH,
	} {
		if c, err := automation.ParseCurrency(s); !errors.Is(err, want) {
			t.Errorf("%q is %v, %v", s, c, err)
		}
	}
	if f := automation.CURRENCY(-125000).Float64(); f != -12.5 {
		t.Error(f)
	}
}

func TestDecimals(t *testing.T) {
	const most = "79228162514264337593543950335"
	for s, want := range map[string]automation.DECIMAL{
		"0": {}, "1.50": {Scale: 2, Lo: 150}, "-1.5": {Scale: 1, Negative: true, Lo: 15}, "18446744073709551616": {Hi: 1},
		most: {Hi: math.MaxUint32, Lo: math.MaxUint64}, "0.0000000000000000000000000001": {Scale: 28, Lo: 1},
	} {
		d, err := automation.ParseDecimal(s)
		if d != want || err != nil || d.String() != s {
			t.Errorf("%s is %+v, %v, %s", s, d, err, d)
		}
	}
	for _, s := range []string{"79228162514264337593543950336", "0.00000000000000000000000000001"} {
		if d, err := automation.ParseDecimal(s); !errors.Is(err, com.DISP_E_OVERFLOW) {
			t.Errorf("%s is %v, %v", s, d, err)
		}
	}
	if r := (automation.DECIMAL{Scale: 2, Negative: true, Lo: 250}).Rat(); r.RatString() != "-5/2" {
		t.Error(r)
	}
}

func TestNewAndValueAreInverse(t *testing.T) {
	for _, c := range []struct {
		in   any
		vt   automation.VARTYPE
		want any // nil: the same
	}{
		{true, automation.VT_BOOL, nil}, {int8(-1), automation.VT_I1, nil}, {uint8(1), automation.VT_UI1, nil}, {int16(-1), automation.VT_I2, nil},
		{uint16(1), automation.VT_UI2, nil}, {int32(-1), automation.VT_I4, nil}, {uint32(1), automation.VT_UI4, nil}, {int64(-1), automation.VT_I8, nil},
		{uint64(1 << 63), automation.VT_UI8, nil}, {float32(.5), automation.VT_R4, nil}, {-.5, automation.VT_R8, nil}, {"text", automation.VT_BSTR, nil},
		{noon, automation.VT_DATE, nil}, {automation.CURRENCY(7), automation.VT_CY, nil}, {com.E_FAIL, automation.VT_ERROR, nil},
		{automation.DECIMAL{Lo: 1}, automation.VT_DECIMAL, nil},
		{[]byte{1, 2}, automation.VT_ARRAY | automation.VT_UI1, nil}, {[]string{"a"}, automation.VT_ARRAY | automation.VT_BSTR, nil},
		{[]float64{1}, automation.VT_ARRAY | automation.VT_R8, nil},
		{int(5), automation.VT_I4, int32(5)}, {1 << 40, automation.VT_I8, int64(1 << 40)}, {uint(5), automation.VT_UI4, uint32(5)},
		{uint(1 << 40), automation.VT_UI8, uint64(1 << 40)}, {automation.DATE(1.5), automation.VT_DATE, automation.DATE(1.5).Time()},
		{automation.BSTR(nil), automation.VT_BSTR, ""}, {automation.BSTROf("x"), automation.VT_BSTR, "x"},
		{automation.Of(int32(3)), automation.VT_I4, int32(3)},
		{automation.Vector([]int32{4}), automation.VT_ARRAY | automation.VT_I4, []int32{4}},
		{[]any{int16(1), "x"}, automation.VT_ARRAY | automation.VT_VARIANT, []automation.VARIANT{automation.Of(int16(1)), automation.Of("x")}},
	} {
		v, err := automation.New(c.in)
		want := c.want
		if want == nil {
			want = c.in
		}
		if err != nil || v.VT() != c.vt || !reflect.DeepEqual(v.Value(), want) {
			t.Errorf("New(%#v): %v with %#v, %v", c.in, v, v.Value(), err)
		}
	}
	if v, err := automation.New(nil); v.VT() != automation.VT_EMPTY || v.Value() != nil || err != nil || !v.IsEmpty() {
		t.Errorf("New(nil): %v, %v", v, err)
	}
	for _, bad := range []any{struct{}{}, make(chan int), map[string]int{}, []any{1, struct{}{}}, []int{1}, new(thing)} {
		if v, err := automation.New(bad); !errors.Is(err, com.DISP_E_BADVARTYPE) {
			t.Errorf("New(%T): %v, %v", bad, v, err)
		}
	}
	if !automation.Missing().IsMissing() || automation.Of(com.E_FAIL).IsMissing() || !automation.Null().IsEmpty() {
		t.Error("missing arguments are not told apart")
	}
	a := must(automation.NewArray(automation.VT_I4, []int32{1}, automation.Bound{Len: 1, Lower: 1}))
	if got, ok := automation.Array(a).Value().(automation.SAFEARRAY); !ok || !reflect.DeepEqual(got, a) {
		t.Errorf("an array that begins at 1: %v", got)
	}
}

func TestConversions(t *testing.T) {
	type result struct {
		v   any
		err error
	}
	of := func(v any, err error) result { return result{v, err} }
	i4, text := automation.Of(int32(-7)), automation.Of("x")
	for name, c := range map[string]struct {
		got  result
		want any // a value or an HRESULT
	}{
		"Int of VT_I4":          {of(i4.Int()), int64(-7)},
		"Int of VT_UI8":         {of(automation.Of(uint64(7)).Int()), int64(7)},
		"Int of a large VT_UI8": {of(automation.Of(uint64(1 << 63)).Int()), com.DISP_E_OVERFLOW},
		"Int of text":           {of(text.Int()), com.DISP_E_TYPEMISMATCH},
		"Int by reference":      {of(must(automation.Ref(ptr(int16(3)))).Int()), int64(3)},
		"Int behind a VARIANT":  {of(must(automation.Ref(&i4)).Int()), int64(-7)},
		"Uint":                  {of(automation.Of(uint64(1 << 63)).Uint()), uint64(1 << 63)},
		"Uint of -7":            {of(i4.Uint()), com.DISP_E_OVERFLOW},
		"Float of VT_I4":        {of(i4.Float()), -7.},
		"Float of VT_R4":        {of(automation.Of(float32(.5)).Float()), .5},
		"Float of VT_UI8":       {of(automation.Of(uint64(1 << 63)).Float()), float64(1 << 63)},
		"Float of VT_CY":        {of(automation.Of(automation.CURRENCY(25000)).Float()), 2.5},
		"Float of VT_DECIMAL":   {of(automation.Of(automation.DECIMAL{Scale: 1, Lo: 25}).Float()), 2.5},
		"Float of text":         {of(text.Float()), com.DISP_E_TYPEMISMATCH},
		"Bool":                  {of(automation.Of(true).Bool()), true},
		"Bool of VT_I4":         {of(i4.Bool()), com.DISP_E_TYPEMISMATCH},
		"Text":                  {of(text.Text()), "x"},
		"Text of VT_I4":         {of(i4.Text()), com.DISP_E_TYPEMISMATCH},
		"BSTR":                  {of(text.BSTR()), automation.BSTR("x\x00")},
		"BSTR of bytes":         {of(automation.Of(automation.BSTR("b")).BSTR()), automation.BSTR("b")},
		"BSTR of VT_I4":         {of(i4.BSTR()), com.DISP_E_TYPEMISMATCH},
		"Time":                  {of(automation.Of(noon).Time()), noon},
		"Time of VT_I4":         {of(i4.Time()), com.DISP_E_TYPEMISMATCH},
		"HRESULT":               {of(automation.Of(com.S_FALSE).HRESULT()), com.S_FALSE},
		"Object":                {of(automation.Object(theThing).Object()), theThing},
		"Object of VT_I4":       {of(i4.Object()), com.DISP_E_TYPEMISMATCH},
		"Array":                 {of(automation.Array(automation.Vector([]int8{1})).Array()), automation.Vector([]int8{1})},
		"Array of VT_I4":        {of(i4.Array()), com.DISP_E_TYPEMISMATCH},
		"Array by reference":    {of(must(automation.Ref(ptr(automation.Vector([]int8{1})))).Array()), automation.Vector([]int8{1})},
		"Elems of another type": {of(automation.Elems[int16](automation.Vector([]int8{1}))), com.DISP_E_TYPEMISMATCH},
		"Elems":                 {of(automation.Elems[int8](automation.Vector([]int8{1}))), []int8{1}},
		"Elems of NULL":         {of(automation.Elems[int8](automation.SAFEARRAY{})), []int8(nil)},
	} {
		hr, fails := c.want.(com.HRESULT)
		if fails && name != "HRESULT" {
			if !errors.Is(c.got.err, hr) {
				t.Errorf("%s: %v, %v", name, c.got.v, c.got.err)
			}
		} else if c.got.err != nil || !reflect.DeepEqual(c.got.v, c.want) {
			t.Errorf("%s: %#v, %v", name, c.got.v, c.got.err)
		}
	}
	for v, want := range map[automation.VARIANT]string{
		i4: "-7", automation.Of(uint64(1 << 63)): "9223372036854775808", automation.Of(.125): "1/8", automation.Of(automation.CURRENCY(1)): "1/10000",
		automation.Of(automation.DECIMAL{Scale: 1, Lo: 1}): "1/10",
	} {
		if r, err := v.Rat(); err != nil || r.RatString() != want {
			t.Errorf("%v: %v, %v", v, r, err)
		}
	}
	if _, err := automation.Of(math.NaN()).Rat(); !errors.Is(err, com.DISP_E_OVERFLOW) {
		t.Errorf("NaN: %v", err)
	}
	if _, err := text.Rat(); !errors.Is(err, com.DISP_E_TYPEMISMATCH) {
		t.Errorf("text: %v", err)
	}
}

func TestReferences(t *testing.T) {
	n := int32(1)
	v := must(automation.Ref(&n))
	n = 2
	if got, err := v.Int(); got != 2 || err != nil || v.VT() != automation.VT_I4|automation.VT_BYREF {
		t.Errorf("%v, %v", v, err)
	}
	for _, bad := range []any{nil, 5, (*int32)(nil), ptr(5), ptr(noon), ptr(automation.BSTR("x")), (*automation.SAFEARRAY)(nil), theThing} {
		if v, err := automation.Ref(bad); !errors.Is(err, com.DISP_E_BADVARTYPE) {
			t.Errorf("Ref(%T): %v, %v", bad, v, err)
		}
	}
	if v, err := automation.RefAs(automation.VT_INT, ptr(uint32(1))); !errors.Is(err, com.DISP_E_BADVARTYPE) {
		t.Errorf("RefAs: %v, %v", v, err)
	}
	v = must(automation.RefAs(automation.VT_INT, &n))
	if d := v.Deref(); d.VT() != automation.VT_INT || d.Value() != int32(2) {
		t.Errorf("Deref: %v", d)
	}
}

func TestIndicesOfArrays(t *testing.T) {
	a := must(automation.NewArray(automation.VT_I4, []int32{11, 21, 12, 22, 13, 23}, automation.Bound{Len: 2, Lower: 1}, automation.Bound{Len: 3, Lower: -1}))
	if a.Len() != 6 || len(a.Bounds()) != 2 || a.IsNull() || a.VT() != automation.VT_I4 {
		t.Errorf("%+v", a)
	}
	elems := must(automation.Elems[int32](a))
	for _, c := range [][3]int32{{1, -1, 11}, {2, -1, 21}, {1, 0, 12}, {2, 1, 23}} {
		if i, err := a.Index(c[0], c[1]); err != nil || elems[i] != c[2] {
			t.Errorf("%v: %d, %v", c, i, err)
		}
	}
	for _, bad := range [][]int32{{}, {1}, {0, 0}, {3, 0}, {1, 2}, {1, -2}, {1, 0, 0}, {math.MaxInt32, 0}, {math.MinInt32, 0}} {
		if i, err := a.Index(bad...); !errors.Is(err, com.DISP_E_BADINDEX) {
			t.Errorf("%v: %d, %v", bad, i, err)
		}
	}
	if _, err := automation.NewArray(automation.VT_I4, []int32{1}, automation.Bound{Len: 2}); !errors.Is(err, com.DISP_E_BADINDEX) {
		t.Errorf("too few elements: %v", err)
	}
	if _, err := automation.NewArray(automation.VT_I4, []int32{1}); !errors.Is(err, com.DISP_E_BADINDEX) {
		t.Errorf("no dimension: %v", err)
	}
	if _, err := automation.NewArray(automation.VT_I2, []int32{1}, automation.Bound{Len: 1}); !errors.Is(err, com.DISP_E_BADVARTYPE) {
		t.Errorf("another type: %v", err)
	}
}

func TestStringsForPeople(t *testing.T) {
	for v, want := range map[fmt.Stringer]string{
		automation.Of(int32(5)):                             "VT_I4 5",
		automation.Of("a\n"):                                `VT_BSTR "a\n"`,
		automation.Of(noon):                                 "VT_DATE 2026-02-03 12:30:15.25",
		automation.Of(automation.CURRENCY(12500)):           "VT_CY 1.25",
		automation.VARIANT{}:                                "VT_EMPTY",
		automation.Null():                                   "VT_NULL",
		ptr(automation.Array(automation.Vector([]int8{1}))): "VT_I1|VT_ARRAY [1]",
		ptr(must(automation.Ref(ptr(int8(1))))):             "VT_I1|VT_BYREF 1",
		automation.Object(nil):                              "VT_UNKNOWN",
		ptr(automation.Object(theThing)):                    "VT_UNKNOWN *automation_test.thing",
		automation.VARTYPE(99):                              "VT_99",
	} {
		if got := v.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// counted is an object whose hand-outs are counted, as those of a proxy are.
type counted struct{ com.Proxy }

func TestObjectsAreKeptAndReleased(t *testing.T) {
	p := new(counted)
	p.AddUser(true)
	inner := automation.Object(p)
	chain := automation.VARIANT{}
	chain = must(automation.Ref(&chain)) // leads to itself
	all := automation.Array(automation.Vector([]automation.VARIANT{
		automation.Dispatch(p), must(automation.Ref(ptr(com.Unknown(p)))), must(automation.Ref(&inner)), automation.Of("x"),
		automation.Array(automation.Vector([]com.Unknown{p, nil})), {},
	}))
	all.Keep()
	if p.Users() != 5 {
		t.Errorf("%d hand-outs after Keep", p.Users())
	}
	all.Release()
	if p.Users() != 1 || all.VT() != automation.VT_EMPTY {
		t.Errorf("%d hand-outs after Release, %v", p.Users(), all)
	}
	chain.Keep()
	chain.Release()
	a := automation.Vector([]com.Unknown{p})
	a.Keep()
	a.Release()
	if p.Users() != 1 || !a.IsNull() {
		t.Errorf("%d hand-outs, %v", p.Users(), a)
	}
	if v, err := automation.New(p); v.VT() != automation.VT_UNKNOWN || err != nil {
		t.Errorf("a proxy: %v, %v", v, err)
	}
	(*automation.VARIANT)(nil).ReleaseNDR()
	(*automation.SAFEARRAY)(nil).ReleaseNDR()
}
