package ndr

import (
	"errors"
	"strings"
	"testing"

	"oxid/com"
)

// pair is struct { long x; [unique] long *p; [unique,string] wchar_t *s; long y; }
// as generated code would marshal it.
type pair struct {
	X int32
	P *int32
	S *string
	Y int32
}

func (v *pair) flat(e *Encoder) {
	e.Align(4, 8)
	e.Int32(v.X)
	e.Pointer(v.P != nil)
	e.Pointer(v.S != nil)
	e.Int32(v.Y)
	e.Trail(8)
}

func (v *pair) deferred(e *Encoder) {
	if v.P != nil {
		e.Int32(*v.P)
	}
	if v.S != nil {
		e.WStr(*v.S)
	}
}

func (v *pair) readFlat(d *Decoder) {
	d.Align(4, 8)
	v.X = d.Int32()
	v.P, v.S = nil, nil
	if d.Embedded(4) {
		v.P = new(int32)
	}
	if d.Embedded(14) {
		v.S = new(string)
	}
	v.Y = d.Int32()
	d.Trail(8)
}

func (v *pair) readDeferred(d *Decoder) {
	if v.P != nil && d.Leaf(4) {
		*v.P = d.Int32()
	}
	if v.S != nil && d.Leaf(14) {
		*v.S = d.WStr()
	}
}

func (v *pair) check(t *testing.T, x, p int32, s string, y int32) {
	if t == discard {
		return
	}
	t.Helper()
	want(t, v.X, x)
	want(t, v.Y, y)
	if v.P == nil || *v.P != p {
		t.Errorf("p is %v, want %d", v.P, p)
	}
	switch {
	case s == "" && v.S != nil:
		t.Errorf("s is %q, want NULL", *v.S)
	case s != "" && (v.S == nil || *v.S != s):
		t.Errorf("s is %v, want %q", v.S, s)
	}
}

func newPair(x, p int32, s string, y int32) *pair {
	v := &pair{X: x, P: &p, Y: y}
	if s != "" {
		v.S = &s
	}
	return v
}

// node is struct node { long v; [unique] node *next; [unique] short *q; }.
type node struct {
	V    int32
	Next *node
	Q    *int16
}

func (v *node) flat(e *Encoder) {
	e.Align(4, 8)
	e.Int32(v.V)
	e.Pointer(v.Next != nil)
	e.Pointer(v.Q != nil)
	e.Trail(8)
}

func (v *node) deferred(e *Encoder) {
	if v.Next != nil && e.Enter() {
		v.Next.flat(e)
		v.Next.deferred(e)
		e.Leave()
	}
	if v.Q != nil {
		e.Int16(*v.Q)
	}
}

func (v *node) readFlat(d *Decoder) {
	d.Align(4, 8)
	v.V = d.Int32()
	v.Next, v.Q = nil, nil
	if d.Embedded(12) {
		v.Next = new(node)
	}
	if d.Embedded(2) {
		v.Q = new(int16)
	}
	d.Trail(8)
}

func (v *node) readDeferred(d *Decoder) {
	if v.Next != nil && d.Enter(12) {
		v.Next.readFlat(d)
		v.Next.readDeferred(d)
		d.Leave()
	}
	if v.Q != nil && d.Leaf(2) {
		*v.Q = d.Int16()
	}
}

func TestPointers(t *testing.T) {
	q1, q2 := int16(0x5151), int16(0x5252)
	runAll(t, []exchange{
		{
			name: "structure, then top-level unique pointers",
			wire: `11 00 00 00 00 00 02 00 04 00 02 00 22 00 00 00
				07 00 00 00 | 03 00 00 00 00 00 00 00 03 00 00 00
				68 00 69 00 00 00 | 00 00 | 08 00 02 00 08 00 00 00
				00 00 00 00`,
			enc: func(e *Encoder) {
				v := newPair(0x11, 7, "hi", 0x22)
				v.flat(e)
				v.deferred(e)
				e.Pointer(true)
				e.Int32(8)
				e.Pointer(false)
			},
			dec: func(t *testing.T, d *Decoder) {
				var v pair
				v.readFlat(d)
				v.readDeferred(d)
				v.check(t, 0x11, 7, "hi", 0x22)
				want(t, d.Pointer(), true)
				want(t, d.Int32(), 8)
				want(t, d.Pointer(), false)
			},
		},
		{
			name: "conformant array of unique pointers",
			wire: `03 00 00 00 | 03 00 00 00 | 00 00 02 00 00 00 00 00 04 00 02 00 |
				07 00 00 00 | 08 00 00 00 | 99 99`,
			enc: func(e *Encoder) {
				e.Int32(3)
				e.Count(3)
				e.Pointer(true)
				e.Pointer(false)
				e.Pointer(true)
				e.Int32(7)
				e.Int32(8)
				e.Uint16(0x9999)
			},
			dec: func(t *testing.T, d *Decoder) {
				v := make([]*int32, d.CountIs(int(d.Int32()), 4))
				for i := range v {
					if d.Embedded(4) {
						v[i] = new(int32)
					}
				}
				for _, p := range v {
					if p != nil && d.Leaf(4) {
						*p = d.Int32()
					}
				}
				want(t, d.Uint16(), 0x9999)
				if t != discard {
					want(t, *v[0], 7)
					want(t, v[1], nil)
					want(t, *v[2], 8)
				}
			},
		},
		{
			name: "array of structures: flat parts, then deferred parts",
			wire: `02 00 00 00 02 00 00 00 |
				11 00 00 00 00 00 02 00 04 00 02 00 22 00 00 00 |
				33 00 00 00 08 00 02 00 00 00 00 00 44 00 00 00 |
				07 00 00 00 | 03 00 00 00 00 00 00 00 03 00 00 00 68 00 69 00 00 00 00 00 |
				08 00 00 00 | 99 99`,
			enc: func(e *Encoder) {
				v := []*pair{newPair(0x11, 7, "hi", 0x22), newPair(0x33, 8, "", 0x44)}
				e.Int32(2)
				e.Count(2)
				for _, x := range v {
					x.flat(e)
				}
				for _, x := range v {
					x.deferred(e)
				}
				e.Uint16(0x9999)
			},
			dec: func(t *testing.T, d *Decoder) {
				v := make([]pair, d.CountIs(int(d.Int32()), 16))
				for i := range v {
					v[i].readFlat(d)
				}
				for i := range v {
					v[i].readDeferred(d)
				}
				want(t, d.Uint16(), 0x9999)
				if t != discard {
					v[0].check(t, 0x11, 7, "hi", 0x22)
					v[1].check(t, 0x33, 8, "", 0x44)
				}
			},
		},
		{
			name: "structures nested by value: both flat parts first",
			wire: `01 00 00 00 |
				11 00 00 00 00 00 02 00 04 00 02 00 22 00 00 00 |
				02 00 00 00 |
				33 00 00 00 08 00 02 00 00 00 00 00 44 00 00 00 |
				07 00 00 00 | 03 00 00 00 00 00 00 00 03 00 00 00 68 00 69 00 00 00 00 00 |
				08 00 00 00`,
			enc: func(e *Encoder) {
				a, b := newPair(0x11, 7, "hi", 0x22), newPair(0x33, 8, "", 0x44)
				e.Align(4, 8)
				e.Int32(1)
				a.flat(e)
				e.Int32(2)
				b.flat(e)
				e.Trail(8)
				a.deferred(e)
				b.deferred(e)
			},
			dec: func(t *testing.T, d *Decoder) {
				var a, b pair
				d.Align(4, 8)
				want(t, d.Int32(), 1)
				a.readFlat(d)
				want(t, d.Int32(), 2)
				b.readFlat(d)
				d.Trail(8)
				a.readDeferred(d)
				b.readDeferred(d)
				a.check(t, 0x11, 7, "hi", 0x22)
				b.check(t, 0x33, 8, "", 0x44)
			},
		},
		{
			name: "linked list: depth first",
			wire: `00 00 02 00 |
				01 00 00 00 04 00 02 00 08 00 02 00 |
				02 00 00 00 00 00 00 00 0c 00 02 00 | 52 52 | 51 51`,
			enc: func(e *Encoder) {
				v := &node{1, &node{2, nil, &q2}, &q1}
				e.Pointer(true)
				v.flat(e)
				v.deferred(e)
			},
			dec: func(t *testing.T, d *Decoder) {
				var v node
				want(t, d.Pointer(), true)
				v.readFlat(d)
				v.readDeferred(d)
				if t != discard {
					want(t, v.V, 1)
					want(t, *v.Q, q1)
					want(t, v.Next.V, 2)
					want(t, *v.Next.Q, q2)
				}
			},
		},
		{
			name: "pointer to a conformant-varying array in a structure",
			wire: `05 00 00 00 02 00 00 00 00 00 02 00 | 05 00 00 00 00 00 00 00 02 00 00 00 | 01 00 02 00 | ee`,
			enc: func(e *Encoder) {
				e.Align(4, 8)
				e.Uint32(5)
				e.Uint32(2)
				e.Pointer(true)
				e.Trail(8)
				e.Count(5)
				e.Varying(0, 2)
				e.Int16s([]int16{1, 2})
				e.Byte(0xee)
			},
			dec: func(t *testing.T, d *Decoder) {
				d.Align(4, 8)
				n, l := int(d.Uint32()), int(d.Uint32())
				set := d.Embedded(12)
				d.Trail(8)
				if set && d.Leaf(12) {
					max := d.MaxCount()
					want(t, max, n)
					wantAll(t, d.Int16s(nil, d.VaryingIs(l, max, 2)), 1, 2)
				}
				want(t, d.Byte(), 0xee)
			},
		},
		{
			name: "out parameters: ref, pointer to array, string, return value",
			wire: `03 00 00 00 | 00 00 02 00 | 03 00 00 00 01 00 00 00 02 00 00 00 03 00 00 00 |
				04 00 02 00 | 04 00 00 00 00 00 00 00 04 00 00 00 6f 00 75 00 74 00 00 00 | 77 00 00 00`,
			enc: func(e *Encoder) {
				e.Int32(3)
				e.Pointer(true)
				e.Count(3)
				e.Int32s([]int32{1, 2, 3})
				e.Pointer(true)
				e.WStr("out")
				e.Int32(0x77)
			},
			dec: func(t *testing.T, d *Decoder) {
				n := d.Int32()
				want(t, d.Pointer(), true)
				wantAll(t, d.Int32s(nil, d.CountIs(int(n), 4)), 1, 2, 3)
				want(t, d.Pointer(), true)
				want(t, d.WStr(), "out")
				want(t, d.Int32(), 0x77)
			},
		},
		{
			name: "embedded ref pointer: place holder, deferred",
			wire: `00 00 02 00 | 01 00 00 00 | 07 00 00 00`,
			enc: func(e *Encoder) {
				e.Ref(true)
				e.Int32(1)
				e.Int32(7)
			},
			dec: func(t *testing.T, d *Decoder) {
				want(t, d.Ref(4), true)
				want(t, d.Int32(), 1)
				if d.Leaf(4) {
					want(t, d.Int32(), 7)
				}
			},
		},
		{
			name: "NDR64 structure with pointers, then a short",
			wire64: `01 00 00 00 00 00 00 00 | 11 00 00 00 00 00 00 00
				00 00 02 00 00 00 00 00 | 04 00 02 00 00 00 00 00
				22 00 00 00 00 00 00 00
				07 00 00 00 00 00 00 00
				03 00 00 00 00 00 00 00 | 00 00 00 00 00 00 00 00 | 03 00 00 00 00 00 00 00
				68 00 69 00 00 00 | 99 99`,
			enc: func(e *Encoder) {
				p, s := int32(7), "hi"
				e.Byte(1)
				e.Align(4, 8)
				e.Uint32(0x11)
				e.Pointer(true)
				e.Pointer(true)
				e.Uint16(0x22)
				e.Trail(8)
				e.Int32(p)
				e.WStr(s)
				e.Uint16(0x9999)
			},
			dec: func(t *testing.T, d *Decoder) {
				want(t, d.Byte(), 1)
				d.Align(4, 8)
				want(t, d.Uint32(), 0x11)
				want(t, d.Embedded(4), true)
				want(t, d.Embedded(14), true)
				want(t, d.Uint16(), 0x22)
				d.Trail(8)
				if d.Leaf(4) {
					want(t, d.Int32(), 7)
				}
				if d.Leaf(14) {
					want(t, d.WStr(), "hi")
				}
				want(t, d.Uint16(), 0x9999)
			},
		},
	})
}

// The place holder of a ref pointer may have any value, 0 included.
func TestRefIgnoresValue(t *testing.T) {
	d := DecodeFrom(unhex(t, `00 00 00 00 07 00 00 00`), dataRepLittle, false)
	want(t, d.Ref(4), true)
	want(t, d.Leaf(4), true)
	want(t, d.Int32(), 7)
	want(t, d.Err(), nil)
}

// Senders that leave out NDR64's trailing padding at the end are understood.
func TestTrailingPaddingMayBeMissing(t *testing.T) {
	d := DecodeFrom(unhex(t, `07 00 00 00 00 00 00 00 01`), dataRepLittle, true)
	d.Align(8, 8)
	want(t, d.Uint64(), 7)
	want(t, d.Byte(), 1)
	d.Trail(8)
	want(t, d.Err(), nil)
	want(t, d.Left(), 0)
}

func list(n int) *node {
	var head *node
	for i := range n {
		head = &node{V: int32(i), Next: head}
	}
	return head
}

// A linked list of some thousand nodes passes; one beyond the limit does not,
// in either direction, and neither does a cycle.
func TestDepth(t *testing.T) {
	e := EncodeTo(nil, false)
	v := list(DefaultMaxDepth)
	v.flat(&e)
	v.deferred(&e)
	b, err := e.Data()
	if err != nil {
		t.Fatal(err)
	}
	var got node
	d := DecodeFrom(b, dataRepLittle, false)
	got.readFlat(&d)
	got.readDeferred(&d)
	want(t, d.Err(), nil)
	n := 0
	for x := &got; x != nil; x = x.Next {
		n++
	}
	want(t, n, DefaultMaxDepth)

	d = DecodeFrom(b, dataRepLittle, false)
	d.SetLimits(64, DefaultMaxObjects)
	got.readFlat(&d)
	got.readDeferred(&d)
	if !errors.Is(d.Err(), com.RPC_X_BAD_STUB_DATA) || !strings.Contains(d.Err().Error(), "64 deep") {
		t.Errorf("error %v, want one on depth 64", d.Err())
	}

	v.V, v.Next = 1, v
	e = EncodeTo(nil, false)
	v.flat(&e)
	v.deferred(&e)
	if !errors.Is(e.Err(), com.RPC_S_INVALID_BOUND) {
		t.Errorf("cycle encoded: %v", e.Err())
	}
	want(t, e.depth, 0)
}

func TestObjectLimit(t *testing.T) {
	e := EncodeTo(nil, false)
	v := list(11)
	v.flat(&e)
	v.deferred(&e)
	b, _ := e.Data()
	for _, limit := range []int{10, 9} {
		var got node
		d := DecodeFrom(b, dataRepLittle, false)
		d.SetLimits(DefaultMaxDepth, limit)
		got.readFlat(&d)
		got.readDeferred(&d)
		want(t, d.Err() == nil, limit == 10)
	}
}

// Embedded pointers may not promise more than what is left.
func TestPromises(t *testing.T) {
	// Four pointers to nodes of 12 bytes in 48 bytes behind them, less one.
	wire := make([]byte, 16+48-1)
	for i := range 16 {
		wire[i] = 1
	}
	d := DecodeFrom(wire, dataRepLittle, false)
	want(t, d.Embedded(12), true)
	want(t, d.Embedded(12), true)
	want(t, d.Embedded(12), true)
	want(t, d.Embedded(12), false)
	want(t, errors.Is(d.Err(), com.RPC_X_BAD_STUB_DATA), true)

	// What was promised is not there for an array.
	d = DecodeFrom(unhex(t, `01 00 00 00 | 02 00 00 00 | 01 00 02 00`), dataRepLittle, false)
	want(t, d.Embedded(4), true)
	want(t, d.Count(2), 0)
	want(t, errors.Is(d.Err(), com.RPC_X_BAD_STUB_DATA), true)
}
