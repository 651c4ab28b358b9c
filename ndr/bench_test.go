package ndr

import (
	"context"
	"math"
	"testing"

	"oxid/com"
)

// record is the structure of 8 fields that bench/codec compares codecs with: an id,
// two strings, four short tags, a float, flags, a time and a GUID.
type record struct {
	ID    uint64
	Name  string
	Title string
	Tags  []string
	Score float64
	Flags uint32
	Time  int64
	Key   com.GUID
}

func (v *record) flat(e *Encoder) {
	if !e.NDR64() {
		p := (*[64]byte)(e.Block(8, 64))
		e.Put64(p[0:], v.ID)
		e.Put32(p[8:], e.ReferentID())
		e.Put32(p[12:], e.ReferentID())
		e.Put32(p[16:], uint32(len(v.Tags)))
		if v.Tags != nil {
			e.Put32(p[20:], e.ReferentID())
		}
		e.Put64(p[24:], math.Float64bits(v.Score))
		e.Put32(p[32:], v.Flags)
		e.Put64(p[40:], uint64(v.Time))
		e.PutGUID(p[48:], v.Key)
		return
	}
	e.Align(8, 8)
	e.Uint64(v.ID)
	e.Pointer(true)
	e.Pointer(true)
	e.Uint32(uint32(len(v.Tags)))
	e.Pointer(v.Tags != nil)
	e.Float64(v.Score)
	e.Uint32(v.Flags)
	e.Int64(v.Time)
	e.GUID(v.Key)
	e.Trail(8)
}

func (v *record) deferred(e *Encoder) {
	e.WStr(v.Name)
	e.WStr(v.Title)
	if v.Tags != nil && e.Enter() {
		e.Count(len(v.Tags))
		for range v.Tags {
			e.Pointer(true)
		}
		for _, s := range v.Tags {
			e.WStr(s)
		}
		e.Leave()
	}
}

func (v *record) readFlat(d *Decoder) (nTags int) {
	if !d.NDR64() {
		p := (*[64]byte)(d.Block(8, 64))
		v.ID = d.Get64(p[0:])
		d.Promise(d.Get32(p[8:]), 14)
		d.Promise(d.Get32(p[12:]), 14)
		nTags = int(d.Get32(p[16:]))
		if d.Promise(d.Get32(p[20:]), 4) {
			v.Tags = Slice(v.Tags, 0)
		} else {
			v.Tags = nil
		}
		v.Score = math.Float64frombits(d.Get64(p[24:]))
		v.Flags = d.Get32(p[32:])
		v.Time = int64(d.Get64(p[40:]))
		v.Key = d.GetGUID(p[48:])
		return nTags
	}
	d.Align(8, 8)
	v.ID = d.Uint64()
	d.Ref(14)
	d.Ref(14)
	nTags = int(d.Uint32())
	if d.Embedded(4) {
		v.Tags = Slice(v.Tags, 0)
	} else {
		v.Tags = nil
	}
	v.Score = d.Float64()
	v.Flags = d.Uint32()
	v.Time = d.Int64()
	v.Key = d.GUID()
	d.Trail(8)
	return nTags
}

func (v *record) readDeferred(d *Decoder, nTags int) {
	if d.Leaf(14) {
		v.Name = d.WStr()
	}
	if d.Leaf(14) {
		v.Title = d.WStr()
	}
	if v.Tags != nil && d.Enter(4) {
		v.Tags = Slice(v.Tags, d.CountIs(nTags, 4))
		for range v.Tags {
			d.Ref(14)
		}
		for i := range v.Tags {
			if d.Leaf(14) {
				v.Tags[i] = d.WStr()
			}
		}
		d.Leave()
	}
}

func sampleRecord() *record {
	return &record{
		ID: 4711, Name: "Calculator.Instance.1", Title: "an object behind the network!",
		Tags: []string{"red", "green", "blue", "grey"}, Score: 0.5, Flags: 7, Time: 1 << 40,
		Key: com.IID_IUnknown,
	}
}

func BenchmarkStructEncode(b *testing.B) {
	v := sampleRecord()
	m := &com.RPCOLEMESSAGE{Buffer: make([]byte, 0, 1024), DataRep: dataRepLittle}
	b.ReportAllocs()
	for b.Loop() {
		m.Buffer = m.Buffer[:0]
		e := NewEncoder(context.Background(), m)
		v.flat(&e)
		v.deferred(&e)
		if e.Finish() != nil {
			b.Fatal("error")
		}
	}
	b.ReportMetric(float64(len(m.Buffer)), "bytes")
}

func BenchmarkStructDecode(b *testing.B) {
	m := &com.RPCOLEMESSAGE{DataRep: dataRepLittle}
	e := NewEncoder(context.Background(), m)
	sampleRecord().flat(&e)
	sampleRecord().deferred(&e)
	if err := e.Finish(); err != nil {
		b.Fatal(err)
	}
	v := record{Tags: make([]string, 0, 4)}
	b.ReportAllocs()
	for b.Loop() {
		d := NewDecoder(context.Background(), m)
		v.readDeferred(&d, v.readFlat(&d))
		if d.Err() != nil {
			b.Fatal(d.Err())
		}
	}
}

func BenchmarkFloat64sEncode(b *testing.B) {
	v := make([]float64, 1<<20)
	buf := make([]byte, 0, 8<<20+64)
	b.SetBytes(8 << 20)
	for b.Loop() {
		e := EncodeTo(buf, false)
		e.Count(len(v))
		e.Float64s(v)
	}
}

func BenchmarkFloat64sDecode(b *testing.B) {
	e := EncodeTo(nil, false)
	e.Count(1 << 20)
	e.Float64s(make([]float64, 1<<20))
	buf, _ := e.Data()
	dst := make([]float64, 1<<20)
	b.SetBytes(8 << 20)
	for b.Loop() {
		d := DecodeFrom(buf, dataRepLittle, false)
		dst = d.Float64s(dst, d.Count(8))
	}
}

func BenchmarkFloat64sDecodeBigEndian(b *testing.B) {
	e := EncodeTo(nil, false)
	e.BigEndian()
	e.Count(1 << 20)
	e.Float64s(make([]float64, 1<<20))
	buf, _ := e.Data()
	dst := make([]float64, 1<<20)
	b.SetBytes(8 << 20)
	for b.Loop() {
		d := DecodeFrom(buf, dataRepBig, false)
		dst = d.Float64s(dst, d.Count(8))
	}
}

func BenchmarkMemmove(b *testing.B) {
	src, dst := make([]float64, 1<<20), make([]float64, 1<<20)
	b.SetBytes(8 << 20)
	for b.Loop() {
		copy(dst, src)
	}
}

func BenchmarkUint32(b *testing.B) {
	buf := make([]byte, 0, 64)
	for b.Loop() {
		e := EncodeTo(buf, false)
		for range 10 {
			e.Uint32(7)
		}
	}
}
