package wine

import (
	"math"
	"math/rand/v2"
	"reflect"
	"strings"

	"oxid/com"
	"oxid/interop/wine/zoo"
)

// flavour says what kind of values a maker makes.
type flavour int

const (
	null     flavour = iota // numbers 0, pointers null
	empty                   // numbers 0, pointers to nothing much
	ordinary                // small numbers, a few elements
	largest                 // the largest numbers, thousands of elements
	random
)

func (f flavour) String() string {
	return [...]string{"null", "empty", "ordinary", "largest", "random"}[f]
}

// maker makes values of the zoo's types.
type maker struct {
	flavour flavour
	r       *rand.Rand
	depth   int // of pointers and slices
}

// nullable are the slices that come from unique pointers: the only ones whose
// nil differs from their being empty.
var nullable = map[string]bool{
	"TREE.Kids": true, "COUNTED.A": true, "COUNTED.V": true, "COUNTED.Twice": true, "COUNTED.Halved": true,
	"COUNTED.Ins": true, "COUNTED.Nodes": true, "NODES.A": true, "NAMES.A": true,
}

// octets are the strings of char, which are bytes and no text.
var octets = map[string]bool{"POINTERS.A": true, "ASCII.S": true, "Strings.1": true}

// fill makes a value; name is Type.Field or Operation.index.
func (m *maker) fill(v reflect.Value, name string) {
	switch x := v.Addr().Interface().(type) {
	case *zoo.ENCAP:
		*x = m.encap()
		return
	case *zoo.CHOICE:
		*x = m.choice()
		return
	case *zoo.NOTE:
		*x = m.note()
		return
	case *zoo.BYWIDE:
		*x = m.byWide()
		return
	case *zoo.RING:
		*x = m.ring()
		return
	case *zoo.COLOR:
		*x = zoo.COLOR(m.bits() >> 49) // 15 bits travel
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(m.bits()&1 == 1)
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		bits := v.Type().Bits()
		if name == "SIZED.Pointer" {
			bits = 32 // what NDR 2.0 has room for
		}
		v.SetInt(int64(m.bits()) >> (64 - bits))
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(m.bits() >> (64 - v.Type().Bits()))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(m.float(v.OverflowFloat))
	case reflect.String:
		v.SetString(m.text(name))
	case reflect.Pointer:
		if m.none() {
			return
		}
		m.depth++
		v.Set(reflect.New(v.Type().Elem()))
		m.fill(v.Elem(), name)
		m.depth--
	case reflect.Slice:
		if nullable[name] && m.none() {
			return
		}
		m.slice(v, m.length(int(v.Type().Elem().Size())), name)
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

// slice makes n elements.
func (m *maker) slice(v reflect.Value, n int, name string) {
	m.depth++
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	for i := range n {
		m.fill(v.Index(i), name+"[]")
	}
	m.depth--
}

// none decides whether a pointer is null. Recursive types end by it.
func (m *maker) none() bool {
	switch m.flavour {
	case null:
		return true
	case empty:
		return m.depth > 2
	case ordinary:
		return m.depth > 3
	case largest:
		return m.depth > 12
	}
	return m.depth > 6 || m.r.IntN(4) == 0
}

// length is the length of a slice of elements of the given size.
func (m *maker) length(size int) int {
	switch {
	case m.flavour < ordinary:
		return 0
	case m.flavour == ordinary:
		return 3
	case m.flavour == random:
		if m.depth > 4 {
			return 0
		}
		if m.depth == 0 && m.r.IntN(10) == 0 {
			return m.r.IntN(2000)
		}
		return m.r.IntN(6)
	case m.depth > 2:
		return 1
	}
	return max(20_000/size>>(5*m.depth), 1)
}

// bits are 64 random ones, with a liking for the edges.
func (m *maker) bits() uint64 {
	switch m.flavour {
	case null, empty:
		return 0
	case ordinary:
		// The same small number in every width that it is cut to.
		n := 1 + m.r.Uint64N(100)
		return n<<57 | n<<48 | n<<32
	case largest:
		return []uint64{math.MaxUint64, math.MaxInt64, 1 << 63}[m.r.IntN(3)]
	}
	if m.r.IntN(4) == 0 {
		return []uint64{0, math.MaxUint64, math.MaxInt64, 1 << 63}[m.r.IntN(4)]
	}
	return m.r.Uint64()
}

func (m *maker) float(overflows func(float64) bool) float64 {
	f := math.Float64frombits(m.bits())
	switch {
	case m.flavour == ordinary:
		f = float64(m.r.IntN(1000)) / 8
	case m.flavour == largest && overflows(math.MaxFloat64):
		f = math.MaxFloat32
	case m.flavour == largest:
		f = -math.MaxFloat64
	case f != f || overflows(f):
		f = math.Inf(1)
	}
	return f
}

// text makes a string, of characters in one, two and four bytes of UTF-16, or
// of any octets but 0.
func (m *maker) text(name string) string {
	n := 0
	switch m.flavour {
	case ordinary:
		n = 5
	case largest:
		n = 6000 >> (2 * min(m.depth, 4))
	case random:
		n = m.r.IntN(40)
	}
	var b strings.Builder
	for range n {
		switch {
		case octets[name]:
			b.WriteByte(byte(1 + m.r.IntN(255)))
		case m.flavour > ordinary && m.r.IntN(6) == 0:
			b.WriteRune([]rune{'ä', '€', '漢', '𝄞', 0x7f, 1, 0xffff}[m.r.IntN(7)])
		default:
			b.WriteByte(byte('a' + m.r.IntN(26)))
		}
	}
	return b.String()
}

// fit makes the fields of a structure agree with each other.
func (m *maker) fit(v any) {
	switch v := v.(type) {
	case *zoo.TREE:
		v.N = uint32(len(v.Kids))
	case *zoo.COUNTED:
		v.N = uint32(len(v.A))
		v.Len = uint32(len(v.V))
		v.Max = v.Len
		if m.flavour > empty && v.V != nil {
			v.Max += uint32(m.r.IntN(3))
		}
		v.Twice = v.Twice[:len(v.Twice)&^1]
		v.Pairs = uint16(len(v.Twice) / 2)
		v.Halved = v.Halved[:min(len(v.Halved), 128)]
		v.Half = byte(max(2*len(v.Halved)-1, 0))
		v.Ns = uint16(len(v.Ins))
		v.Np = uint32(len(v.Nodes))
	case *zoo.VARY:
		v.A = v.A[:min(len(v.A), 10)]
		v.N = uint32(len(v.A))
	case *zoo.CONF:
		v.N = int32(len(v.A))
	case *zoo.CONFHYPER:
		v.N = int16(len(v.A))
	case *zoo.CONFNODES:
		v.N = uint32(len(v.A))
	case *zoo.CONFVARY:
		v.Len = uint32(len(v.A))
		v.Max = v.Len + uint32(m.r.IntN(3))
	case *zoo.CONFSTR:
		v.Room = int32(2*len(v.Name) + 1 + m.r.IntN(3))
	case *zoo.NODES:
		v.N = uint32(len(v.A))
	case *zoo.NAMES:
		v.N = uint32(len(v.A))
	case *zoo.TAGGED:
		v.Tag = v.U.Tag()
	case *zoo.NOTED:
		v.Tag = v.U.Tag()
	case *zoo.WIDETAG:
		v.Tag = v.U.Tag()
	}
}

// value makes a value of type T.
func value[T any](m *maker, name string) (v T) {
	m.fill(reflect.ValueOf(&v).Elem(), name)
	return v
}

func (m *maker) encap() zoo.ENCAP {
	switch m.r.IntN(4) {
	case 0:
		return zoo.ENCAP_L(value[int32](m, ""))
	case 1:
		return zoo.ENCAP_H(value[int64](m, ""))
	case 2:
		return zoo.ENCAP_In(value[zoo.INNER](m, ""))
	}
	return zoo.ENCAP_Case4()
}

func (m *maker) choice() zoo.CHOICE {
	switch m.r.IntN(5) {
	case 0:
		return zoo.CHOICE_L(value[int32](m, ""))
	case 1:
		return zoo.CHOICE_D(value[float64](m, ""))
	case 2:
		return zoo.CHOICE_Node(int16(4+m.r.IntN(2)), value[zoo.NODE](m, ""))
	case 3:
		return zoo.CHOICE_Case6()
	}
	return zoo.CHOICE_B(int16(7+m.r.IntN(math.MaxInt16-7)), value[byte](m, ""))
}

func (m *maker) note() zoo.NOTE {
	switch m.r.IntN(3) {
	case 0:
		return zoo.NOTE_H(value[int64](m, ""))
	case 1:
		return zoo.NOTE_S(value[*string](m, ""))
	}
	return zoo.NOTE_Node(value[*zoo.NODE](m, ""))
}

func (m *maker) byWide() zoo.BYWIDE {
	switch m.r.IntN(3) {
	case 0:
		return zoo.BYWIDE_H(value[int64](m, ""))
	case 1:
		return zoo.BYWIDE_F(value[zoo.FIELDS](m, ""))
	}
	return zoo.BYWIDE_Default(zoo.WIDE(1 + m.r.IntN(0xffff)))
}

// ring makes pointers that are equal, and structures that lead to themselves.
func (m *maker) ring() (r zoo.RING) {
	if m.flavour == null {
		return r
	}
	one, other := value[int32](m, ""), value[int32](m, "")
	r.A, r.B = &one, &one
	if m.r.IntN(2) == 0 {
		r.B = &other
	}
	if m.flavour > empty && m.r.IntN(3) > 0 {
		r.Loop = &zoo.RING{A: r.B, B: &other}
		r.Loop.Loop = r.Loop
		if m.r.IntN(2) == 0 {
			r.Loop.Loop = &zoo.RING{B: &other, Loop: r.Loop}
		}
	}
	return r
}

// values makes the arguments and the results of an operation.
func (m *maker) values(op string, typ reflect.Type) (args, results []any) {
	for i := 1; i < typ.NumIn(); i++ { // after the context
		args = append(args, m.argument(typ.In(i), op, i-1))
	}
	for i := range typ.NumOut() - 1 { // before the error
		results = append(results, m.argument(typ.Out(i), op, i+100))
	}
	m.agree(op, args, results)
	return args, results
}

func (m *maker) argument(t reflect.Type, op string, i int) any {
	v := reflect.New(t).Elem()
	m.fill(v, op+"."+string(rune('0'+i)))
	return v.Interface()
}

// some makes n elements of a kind.
func some[T any](m *maker, n int) (v []T) {
	m.slice(reflect.ValueOf(&v).Elem(), n, "")
	return v
}

// agree makes the lengths of an operation's arrays what the operation wants.
func (m *maker) agree(op string, args, results []any) {
	switch op {
	case "Arrays":
		n := m.length(8)
		args[0], args[1] = some[int16](m, n), some[int64](m, n)
		results[0], results[1] = some[int16](m, n), some[int64](m, n)
	case "Varying":
		n := min(m.length(2), 10)
		args[0], results[0] = some[int16](m, n), some[int16](m, 10-n)
	case "ConfVarying":
		n := m.length(4)
		args[0], args[1], results[0] = int32(n+1), some[int32](m, n), some[int32](m, n/2)
	case "Matrix":
		n := m.length(24)
		args[0], results[0] = some[[3]float64](m, n), some[[3]float64](m, n)
	case "Wides":
		n := m.length(16)
		args[0], args[1] = some[zoo.WIDE](m, n), some[com.GUID](m, n)
		results[0], results[1] = some[zoo.WIDE](m, n), some[com.GUID](m, n)
	case "Blocks":
		n := m.length(240)
		args[0], results[0] = some[zoo.FIELDS](m, n), some[zoo.FIELDS](m, n)
	case "Total":
		x, y := m.length(400), m.length(400)
		args[0], args[1] = int32(x), int32(y)
		args[2], results[0] = some[float32](m, x*y+1), some[float32](m, x*y+1)
	case "Masked":
		n := m.length(2)
		args[0], args[1], results[0] = uint32(n), some[byte](m, n&0xff|1), some[byte](m, n/2)
	case "Pointed":
		n := m.length(4)
		args[0], results[0] = some[int32](m, n), some[int32](m, n)
	case "Shifted":
		n := m.length(2)
		args[0], args[1], results[0] = uint32(n), some[byte](m, n/2), some[byte](m, n*2)
	case "Uniques":
		// The pointer is the caller's: the operation changes what it leads to.
		if e := args[4].(*int64); e == nil || results[0].(*int64) == nil {
			results[0] = e
		}
	case "InOut":
		n := m.length(8)
		args[0], results[0] = some[float64](m, n), some[float64](m, n)
	case "Limits":
		args[0], args[1] = args[0].(int32)%6, args[1].(uint16)%101
	}
}
