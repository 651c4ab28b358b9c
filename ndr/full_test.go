package ndr

import (
	"errors"
	"testing"

	"oxid/com"
)

func putFullLong(e *Encoder, p *int32) {
	PutFull(e, p)
	if SendFull(e, p) {
		e.Int32(*p)
	}
}

func getFullLong(d *Decoder) *int32 {
	p := GetFull[int32](d, 4)
	if ReadFull(d, p) && d.Leaf(4) {
		*p = d.Int32()
	}
	return p
}

func TestFullPointers(t *testing.T) {
	a := int32(7)
	exchange{
		name:   "f(ptr a, ptr b == a, ptr NULL)",
		wire:   `01 00 00 00 07 00 00 00 | 01 00 00 00 | 00 00 00 00`,
		wire64: `01 00 00 00 00 00 00 00 07 00 00 00 00 00 00 00 | 01 00 00 00 00 00 00 00 | 00 00 00 00 00 00 00 00`,
		enc: func(e *Encoder) {
			putFullLong(e, &a)
			putFullLong(e, &a)
			putFullLong(e, nil)
		},
		dec: func(t *testing.T, d *Decoder) {
			x, y, z := getFullLong(d), getFullLong(d), getFullLong(d)
			if t == discard {
				return
			}
			if x == nil || x != y || *x != 7 || z != nil {
				t.Errorf("decoded %v, %v, %v", x, y, z)
			}
		},
	}.run(t)
}

// ring is struct ring { long v; [ptr] ring *next; }, which may be a cycle.
type ring struct {
	V    int32
	Next *ring
}

func (v *ring) flat(e *Encoder) {
	e.Align(4, 8)
	e.Int32(v.V)
	PutFull(e, v.Next)
	e.Trail(8)
}

func (v *ring) deferred(e *Encoder) {
	if SendFull(e, v.Next) && e.Enter() {
		v.Next.flat(e)
		v.Next.deferred(e)
		e.Leave()
	}
}

func (v *ring) readFlat(d *Decoder) {
	d.Align(4, 8)
	v.V = d.Int32()
	v.Next = GetFull[ring](d, 8)
	d.Trail(8)
}

func (v *ring) readDeferred(d *Decoder) {
	if ReadFull(d, v.Next) && d.Enter(8) {
		v.Next.readFlat(d)
		v.Next.readDeferred(d)
		d.Leave()
	}
}

func TestFullPointerCycle(t *testing.T) {
	a := &ring{V: 1}
	a.Next = &ring{V: 2, Next: &ring{V: 3, Next: a}}
	exchange{
		name: "cycle",
		wire: `01 00 00 00 | 01 00 00 00 02 00 00 00 | 02 00 00 00 03 00 00 00 | 03 00 00 00 01 00 00 00`,
		enc: func(e *Encoder) {
			PutFull(e, a)
			if SendFull(e, a) {
				a.flat(e)
				a.deferred(e)
			}
		},
		dec: func(t *testing.T, d *Decoder) {
			v := GetFull[ring](d, 8)
			if ReadFull(d, v) && d.Enter(8) {
				v.readFlat(d)
				v.readDeferred(d)
				d.Leave()
			}
			if t == discard {
				return
			}
			want(t, v.V, 1)
			want(t, v.Next.V, 2)
			want(t, v.Next.Next.V, 3)
			want(t, v.Next.Next.Next, v)
		},
	}.run(t)
}

// The ids of a reply may be those of other things of the request, when the
// server does not know of full pointers. Within one direction that is an error.
func TestFullPointersNumberedAnew(t *testing.T) {
	for _, name := range []string{"twice", "then as another type"} {
		var table FullPointers
		e := EncodeTo(nil, false)
		e.ShareFull(&table)
		PutFull(&e, &com.GUID{})
		PutFull(&e, new(int16))
		d := DecodeFrom(unhex(t, `01 00 00 00 07 00 00 00 | 02 00 00 00 08 00 00 00 | 01 00 00 00`), dataRepLittle, false)
		d.ShareFull(&table)
		x, y := getFullLong(&d), getFullLong(&d)
		if d.Err() != nil || x == nil || y == nil || x == y || *x != 7 || *y != 8 {
			t.Fatalf("%v, %v, %v", x, y, d.Err())
		}
		if name == "twice" {
			want(t, getFullLong(&d), x)
		} else if GetFull[com.GUID](&d, 16); !errors.Is(d.Err(), com.RPC_X_BAD_STUB_DATA) {
			t.Errorf("one id for two types in a message: %v", d.Err())
		}
	}
}

// Request and reply share a table: on the client the reply's ids find the
// caller's own objects, and referents are sent once in each direction.
func TestFullPointersInReply(t *testing.T) {
	var clientTable, serverTable FullPointers
	a, b := int32(1), int32(2)

	e := EncodeTo(nil, false)
	e.ShareFull(&clientTable)
	putFullLong(&e, &a)
	putFullLong(&e, &b)
	request, _ := e.Data()

	d := DecodeFrom(request, dataRepLittle, false)
	d.ShareFull(&serverTable)
	sa, sb := getFullLong(&d), getFullLong(&d)
	want(t, d.Err(), nil)

	*sa, *sb = 10, 20
	fresh := int32(30)
	e = EncodeTo(nil, false)
	e.ShareFull(&serverTable)
	putFullLong(&e, sb)
	putFullLong(&e, sa)
	putFullLong(&e, &fresh)
	reply, _ := e.Data()
	want(t, string(reply), string(unhex(t, `02 00 00 00 14 00 00 00 | 01 00 00 00 0a 00 00 00 | 03 00 00 00 1e 00 00 00`)))

	d = DecodeFrom(reply, dataRepLittle, false)
	d.ShareFull(&clientTable)
	want(t, getFullLong(&d), &b)
	want(t, getFullLong(&d), &a)
	want(t, *getFullLong(&d), 30)
	want(t, d.Err(), nil)
	want(t, d.held, 0)
	want(t, a, 10)
	want(t, b, 20)
}

func TestFullPointerErrors(t *testing.T) {
	d := DecodeFrom(unhex(t, `01 00 00 00 07 00 00 00 01 00 00 00`), dataRepLittle, false)
	getFullLong(&d)
	want(t, GetFull[int16](&d, 2), nil)
	want(t, errors.Is(d.Err(), com.RPC_X_BAD_STUB_DATA), true)

	d = DecodeFrom(unhex(t, `01 00 00 00 01 00 00 00 07 00 00 00`), dataRepLittle, true)
	want(t, getFullLong(&d), nil)
	want(t, errors.Is(d.Err(), com.RPC_X_BAD_STUB_DATA), true)

	d = DecodeFrom(unhex(t, `01 00 00 00 07 00`), dataRepLittle, false)
	want(t, getFullLong(&d), nil)
	want(t, errors.Is(d.Err(), com.RPC_X_BAD_STUB_DATA), true)
}
