package roundtrip_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"unicode/utf16"

	"oxid/com"
	"oxid/idl/gen/testdata/zoo"
)

// maker makes random values of the zoo's Go types. What the types cannot say
// (how long a string in a fixed array may be, which slice counts what) is in
// the tables below it.
type maker struct {
	r     *rand.Rand
	depth int
	ndr64 bool
}

// nullable are the slices that come from unique pointers: the only ones whose
// nil differs from their being empty.
var nullable = map[string]bool{
	"TREE.Kids": true, "COUNTED.A": true, "COUNTED.V": true, "COUNTED.M": true, "COUNTED.Twice": true, "COUNTED.Ptrs": true,
}

func (m *maker) make(t reflect.Type) any {
	v := reflect.New(t).Elem()
	m.fill(v, "")
	return v.Interface()
}

func (m *maker) fill(v reflect.Value, name string) {
	switch x := v.Addr().Interface().(type) {
	case *zoo.ENCAP:
		*x = m.encap()
		return
	case *zoo.CHOICE:
		*x = m.choice()
		return
	case *zoo.BYCOLOR:
		*x = m.byColor()
		return
	case *zoo.COLOR:
		*x = zoo.COLOR(m.r.IntN(32768))
		return
	case *com.GUID:
		*x = com.NewGUID()
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(m.r.IntN(2) == 0)
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n := m.bits()
		if name == "WORDY.Ptrsize" && !m.ndr64 {
			n = uint64(int64(int32(n)))
		}
		v.SetInt(int64(n) << (64 - v.Type().Bits()) >> (64 - v.Type().Bits()))
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(m.bits() >> (64 - v.Type().Bits()))
	case reflect.Float32, reflect.Float64:
		f := math.Float64frombits(m.bits())
		if math.IsNaN(f) || v.OverflowFloat(f) {
			f = math.Inf(1)
		}
		v.SetFloat(f)
	case reflect.String:
		v.SetString(m.text(20))
	case reflect.Pointer:
		if m.depth > 6 || m.r.IntN(4) == 0 {
			return
		}
		m.depth++
		v.Set(reflect.New(v.Type().Elem()))
		m.fill(v.Elem(), name)
		m.depth--
	case reflect.Slice:
		if nullable[name] && (m.depth > 4 || m.r.IntN(4) == 0) {
			return
		}
		n := m.r.IntN(5)
		if m.r.IntN(8) == 0 && m.depth == 0 {
			n = m.r.IntN(300)
		}
		if m.depth > 4 {
			n = 0
		}
		m.depth++
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			m.fill(v.Index(i), "")
		}
		m.depth--
	case reflect.Array:
		for i := range v.Len() {
			m.fill(v.Index(i), name)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			m.fill(v.Field(i), v.Type().Name()+"."+v.Type().Field(i).Name)
		}
		m.fit(v.Addr().Interface())
	}
}

// bits favours the values at the edges.
func (m *maker) bits() uint64 {
	switch m.r.IntN(6) {
	case 0:
		return 0
	case 1:
		return math.MaxUint64
	case 2:
		return 1 << 63
	}
	return m.r.Uint64()
}

// text makes a string of at most max UTF-16 units.
func (m *maker) text(max int) string {
	var b strings.Builder
	for n := m.r.IntN(max + 1); n > 0; n-- {
		r := rune('a' + m.r.IntN(26))
		if m.r.IntN(6) == 0 {
			r = []rune{'ä', '€', '漢', '𝄞', 0x7f, 1}[m.r.IntN(6)]
		}
		if len(utf16.Encode([]rune(b.String()+string(r)))) > max {
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}

func (m *maker) ascii(max int) string {
	b := make([]byte, m.r.IntN(max+1))
	for i := range b {
		b[i] = byte(1 + m.r.IntN(255))
	}
	return string(b)
}

// fit makes the fields of a structure agree with each other. Fields that only
// count others stay 0 half of the time: encoding fills them in.
func (m *maker) fit(v any) {
	keep := m.r.IntN(2) == 0
	switch v := v.(type) {
	case *zoo.FIXED:
		v.Name, v.Ascii = m.text(7), m.ascii(3)
		v.Names = [2]string{m.text(5), m.text(5)}
		for i := range v.Colors {
			v.Colors[i] &= 0x7fff
		}
	case *zoo.WORDY:
		v.N = int32(1 + m.r.IntN(10))
		if !m.ndr64 {
			v.U = uint64(uint32(v.U))
		}
	case *zoo.FLATARRAYS:
		v.Digit = int32(m.r.IntN(10))
	case *zoo.NUMBERS:
		v.Hr = com.HRESULT(m.bits())
	case *zoo.TREE:
		v.N = uint32(len(v.Kids))
	case *zoo.COUNTED:
		v.Ptrs = v.Ptrs[:min(len(v.Ptrs), 255)] // their count is a byte
		v.K = int16(m.r.IntN(3))
		v.Twice = v.Twice[:0:0]
		for range 2 * int(v.K) {
			v.Twice = append(v.Twice, int32(m.bits()))
		}
		v.Sn = int32(20 + m.r.IntN(30))
		if v.Room != nil {
			*v.Room = m.text(19)
		}
		v.Last = int32(len(v.M)) - 1
		v.N, v.CMax, v.CLen, v.Nn, v.Bn = 0, 0, 0, 0, 0
		if keep {
			filled(v)
			v.CMax += uint32(m.r.IntN(3))
		}
	case *zoo.VARY:
		v.A = v.A[:min(len(v.A), 10)]
		v.B = v.B[:min(len(v.B), 6)]
		v.From = int32(m.r.IntN(7 - len(v.B)))
		v.Until = v.From + int32(len(v.B)) - 1
		v.N = 0
	case *zoo.CONF:
		v.N = 0
	case *zoo.CONFHYPER:
		v.N = 0
	case *zoo.CONFVARY:
		v.Max, v.Len = 0, 0
	case *zoo.CONFSTR:
		v.Name = m.text(40)
	case *zoo.TAGGED:
		v.Tag, v.Color = 0, 0
	}
}

// filled is v with the counts that encoding fills in.
func filled(v any) {
	switch v := v.(type) {
	case *zoo.COUNTED:
		fill(&v.N, len(v.A))
		fill(&v.CMax, len(v.V))
		fill(&v.CLen, len(v.V))
		fill(&v.Nn, len(v.Ins))
		fill(&v.Bn, len(v.Ptrs))
	case *zoo.VARY:
		fill(&v.N, len(v.A))
	case *zoo.CONF:
		fill(&v.N, len(v.A))
	case *zoo.NESTCONF:
		filled(&v.Tail)
	case *zoo.CONFHYPER:
		fill(&v.N, len(v.A))
	case *zoo.CONFVARY:
		fill(&v.Max, len(v.A))
		fill(&v.Len, len(v.A))
	case *zoo.TAGGED:
		if v.Tag == 0 {
			v.Tag = v.U.Tag()
		}
		if v.Color == 0 {
			v.Color = v.V.Tag()
		}
	}
}

func fill[T interface {
	~uint8 | ~uint16 | ~int32 | ~uint32 | ~int16
}](field *T, n int) {
	if *field == 0 {
		*field = T(n)
	}
}

func (m *maker) encap() zoo.ENCAP {
	switch m.r.IntN(5) {
	case 0:
		return zoo.ENCAP_L(int32(m.bits()))
	case 1:
		return zoo.ENCAP_H(int64(m.bits()))
	case 2:
		return zoo.ENCAP_P(m.make(reflect.TypeFor[*int16]()).(*int16))
	case 3:
		return zoo.ENCAP_Case4()
	}
	return zoo.ENCAP_In(int32(5+m.r.IntN(2)), m.make(reflect.TypeFor[zoo.INNER]()).(zoo.INNER))
}

func (m *maker) choice() zoo.CHOICE {
	switch m.r.IntN(6) {
	case 0:
		return zoo.CHOICE_L(int32(m.bits()))
	case 1:
		return zoo.CHOICE_D(m.make(reflect.TypeFor[float64]()).(float64))
	case 2:
		return zoo.CHOICE_S(m.make(reflect.TypeFor[*string]()).(*string))
	case 3:
		return zoo.CHOICE_Case6()
	case 4:
		return zoo.CHOICE_B(int16(7+m.r.IntN(1000)), byte(m.bits()))
	}
	return zoo.CHOICE_Node(int16(4+m.r.IntN(2)), m.make(reflect.TypeFor[zoo.NODE]()).(zoo.NODE))
}

func (m *maker) byColor() zoo.BYCOLOR {
	switch m.r.IntN(3) {
	case 0:
		return zoo.BYCOLOR_L(int32(m.bits()))
	case 1:
		return zoo.BYCOLOR_F(m.make(reflect.TypeFor[zoo.FIXED]()).(zoo.FIXED))
	}
	return zoo.BYCOLOR_Default(zoo.COLOR(7 + m.r.IntN(1000)))
}

// show prints a value with what its pointers lead to.
func show(v any) string {
	s := fmt.Sprintf("%+v", v)
	if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer && !r.IsNil() {
		s = fmt.Sprintf("&%+v", r.Elem().Interface())
	}
	if len(s) > 600 {
		s = s[:600] + "..."
	}
	return s
}
