package ndr

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"testing"

	"oxid/com"
)

type greeter interface{ Greet() string }

type greeting string

func (g greeting) Greet() string { return string(g) }

var greeterDesc = com.Register[greeter](com.Desc{IID: com.MustGUID("6f1c3e20-9a61-4e0c-8f0e-3d1d6f0a7c01"), Name: "IGreeter"})

// pointers is a com.PointerMarshaler whose OBJREF is "MEOW", the IID and the text.
type pointers struct {
	ctx  context.Context // of the last call
	desc *com.Desc
	fail error
}

func (p *pointers) AppendInterface(ctx context.Context, b []byte, d *com.Desc, v any) ([]byte, error) {
	p.ctx, p.desc = ctx, d
	if p.fail != nil {
		return nil, p.fail
	}
	b = d.IID.AppendBytes(append(b, "MEOW"...))
	return append(b, v.(greeting)...), nil
}

func (p *pointers) ReadInterface(ctx context.Context, b []byte, d *com.Desc) (any, error) {
	p.ctx, p.desc = ctx, d
	if p.fail != nil {
		return nil, p.fail
	}
	if len(b) < 20 || string(b[:4]) != "MEOW" || com.GUIDFromBytes(b[4:]) != d.IID {
		return nil, com.RPC_E_INVALID_OBJREF
	}
	return greeting(b[20:]), nil
}

type ctxKey struct{}

// message encodes with interface pointers in one mode and returns the message.
func message(t *testing.T, ndr64, big bool, p com.PointerMarshaler, enc func(e *Encoder)) *com.RPCOLEMESSAGE {
	t.Helper()
	m := &com.RPCOLEMESSAGE{Pointers: p, NDR64: ndr64}
	e := NewEncoder(context.WithValue(t.Context(), ctxKey{}, "enc"), m)
	if big {
		e.BigEndian()
	}
	enc(&e)
	if err := e.Finish(); err != nil {
		t.Fatal(err)
	}
	return m
}

func everyMode(t *testing.T, f func(t *testing.T, ndr64, big bool)) {
	for _, ndr64 := range []bool{false, true} {
		for _, big := range []bool{false, true} {
			f(t, ndr64, big)
		}
	}
}

func TestInterfaceParameter(t *testing.T) {
	everyMode(t, func(t *testing.T, ndr64, big bool) {
		p := &pointers{}
		m := message(t, ndr64, big, p, func(e *Encoder) {
			e.Interface(greeterDesc, nil)
			e.Interface(greeterDesc, greeting("hello"))
			e.Byte(0xdd)
		})
		want(t, p.ctx.Value(ctxKey{}), "enc")
		want(t, p.desc, greeterDesc)
		d := NewDecoder(context.WithValue(t.Context(), ctxKey{}, "dec"), m)
		want(t, d.Interface(greeterDesc), nil)
		got := As[greeter](&d, d.Interface(greeterDesc))
		want(t, d.Byte(), 0xdd)
		want(t, d.Err(), nil)
		want(t, got.Greet(), "hello")
		want(t, p.ctx.Value(ctxKey{}), "dec")
		wantAll(t, d.Interfaces(), any(greeting("hello")))
	})
}

func TestInterfaceWire(t *testing.T) {
	objref := append([]byte("MEOW"), greeterDesc.IID.AppendBytes(nil)...)
	objref = append(objref, "hi!"...)
	le := binary.LittleEndian
	for _, ndr64 := range []bool{false, true} {
		var wire []byte
		if ndr64 {
			wire = le.AppendUint64(wire, 0x20000)
			wire = le.AppendUint64(wire, 23)
		} else {
			wire = le.AppendUint32(wire, 0x20000)
			wire = le.AppendUint32(wire, 23)
		}
		wire = append(le.AppendUint32(wire, 23), objref...)
		m := message(t, ndr64, false, &pointers{}, func(e *Encoder) { e.Interface(greeterDesc, greeting("hi!")) })
		if !bytes.Equal(m.Buffer, wire) {
			t.Errorf("encoded %x, want %x", m.Buffer, wire)
		}

		// The same from bytes.
		e := EncodeTo(nil, ndr64)
		e.Pointer(true)
		e.MInterfacePointer(objref)
		b, err := e.Data()
		want(t, err, nil)
		want(t, string(b), string(wire))
		d := DecodeFrom(b, dataRepLittle, ndr64)
		want(t, d.Pointer(), true)
		want(t, string(d.MInterfacePointer()), string(objref))
	}
}

// holder is struct { IGreeter *a; [unique] holder *next; IGreeter *b; }.
type holder struct {
	A    greeter
	Next *holder
	B    greeter
}

func (v *holder) flat(e *Encoder) {
	e.Align(4, 8)
	e.Pointer(v.A != nil)
	e.Pointer(v.Next != nil)
	e.Pointer(v.B != nil)
	e.Trail(8)
}

func (v *holder) deferred(e *Encoder) {
	if v.A != nil {
		e.Referent(greeterDesc, v.A)
	}
	if v.Next != nil && e.Enter() {
		v.Next.flat(e)
		v.Next.deferred(e)
		e.Leave()
	}
	if v.B != nil {
		e.Referent(greeterDesc, v.B)
	}
}

func (v *holder) readFlat(d *Decoder) {
	d.Align(4, 8)
	d.MarkInterface()
	v.Next = nil
	if d.Embedded(12) {
		v.Next = new(holder)
	}
	d.MarkInterface()
	d.Trail(8)
}

func (v *holder) readDeferred(d *Decoder) {
	v.A = As[greeter](d, d.MarkedInterface(greeterDesc))
	if v.Next != nil && d.Enter(12) {
		v.Next.readFlat(d)
		v.Next.readDeferred(d)
		d.Leave()
	}
	v.B = As[greeter](d, d.MarkedInterface(greeterDesc))
}

// Embedded interface pointers, in an array of structures with structures
// behind pointers: each finds its own referent.
func TestEmbeddedInterfaces(t *testing.T) {
	all := []holder{
		{A: greeting("1"), Next: &holder{B: greeting("2"), Next: &holder{A: greeting("3"), B: greeting("4")}}},
		{B: greeting("5")},
		{A: greeting("6"), B: greeting("7"), Next: &holder{}},
	}
	everyMode(t, func(t *testing.T, ndr64, big bool) {
		m := message(t, ndr64, big, &pointers{}, func(e *Encoder) {
			for range 2 { // two parameters
				e.Count(len(all))
				for i := range all {
					all[i].flat(e)
				}
				for i := range all {
					all[i].deferred(e)
				}
			}
		})
		d := NewDecoder(t.Context(), m)
		for range 2 {
			got := make([]holder, d.Count(12))
			for i := range got {
				got[i].readFlat(&d)
			}
			for i := range got {
				got[i].readDeferred(&d)
			}
			if d.Err() != nil {
				t.Fatal(d.Err())
			}
			for i := range all {
				x, y := &all[i], &got[i]
				for ; x != nil; x, y = x.Next, y.Next {
					want(t, y.A, x.A)
					want(t, y.B, x.B)
					want(t, y.Next == nil, x.Next == nil)
				}
			}
		}
		want(t, d.Left(), 0)
		want(t, d.held, 0)
		want(t, len(d.rare.marks.q)+len(d.rare.marks.runs)+d.rare.marks.next, 0)
		want(t, len(d.Interfaces()), 14)
	})
}

func TestInterfaceErrors(t *testing.T) {
	boom := errors.New("boom")

	m := &com.RPCOLEMESSAGE{Pointers: &pointers{fail: boom}}
	e := NewEncoder(t.Context(), m)
	e.Interface(greeterDesc, greeting("x"))
	want(t, errors.Is(e.Finish(), boom), true)

	// After an error nothing more is marshaled: nobody would unmarshal it.
	p := &pointers{}
	e = NewEncoder(t.Context(), &com.RPCOLEMESSAGE{Pointers: p})
	e.Fail(boom)
	e.Interface(greeterDesc, greeting("x"))
	want(t, p.desc, nil)

	for name, e := range map[string]Encoder{
		"no message":  EncodeTo(nil, false),
		"no pointers": NewEncoder(t.Context(), &com.RPCOLEMESSAGE{}),
	} {
		e.Interface(greeterDesc, greeting("x"))
		if !errors.Is(e.Err(), com.E_UNEXPECTED) {
			t.Errorf("%s: error %v", name, e.Err())
		}
	}

	m = message(t, false, false, &pointers{}, func(e *Encoder) { e.Interface(greeterDesc, greeting("x")) })
	m.Pointers = &pointers{fail: boom}
	d := NewDecoder(t.Context(), m)
	want(t, d.Interface(greeterDesc), nil)
	want(t, errors.Is(d.Err(), boom), true)
	want(t, len(d.Interfaces()), 0)

	m.Pointers = nil
	d = NewDecoder(t.Context(), m)
	d.Interface(greeterDesc)
	want(t, errors.Is(d.Err(), com.E_UNEXPECTED), true)

	// ulCntData other than max_count, and more than is there.
	for _, wire := range []string{
		`01 00 00 00 | 04 00 00 00 | 03 00 00 00 | 4d 45 4f 57`,
		`01 00 00 00 | 05 00 00 00 | 05 00 00 00 | 4d 45 4f 57`,
	} {
		d = NewDecoder(t.Context(), &com.RPCOLEMESSAGE{
			Buffer: unhex(t, wire), DataRep: dataRepLittle, Pointers: &pointers{},
		})
		want(t, d.Interface(greeterDesc), nil)
		want(t, errors.Is(d.Err(), com.RPC_X_BAD_STUB_DATA), true)
	}

	// An object that is not what the Go type says.
	d = DecodeFrom(nil, dataRepLittle, false)
	want(t, As[greeter](&d, any(7)), nil)
	want(t, errors.Is(d.Err(), com.E_NOINTERFACE), true)
}
