package roundtrip_test

import (
	"context"
	"encoding/binary"
	"math"
	"testing"

	"oxid/com"
	"oxid/idl/gen/testdata/record"
	"oxid/ndr"
)

func sampleRecord() *record.RECORD {
	r := &record.RECORD{
		Id: 4711, Name: "Calculator.Instance.1", Title: "an object behind the network!",
		Score: 0.5, Flags: 7, Time: 1 << 40, Key: com.IID_IUnknown,
	}
	for _, s := range []string{"red", "green", "blue", "grey"} {
		r.Tags = append(r.Tags, &s)
	}
	return r
}

func BenchmarkRecordEncode(b *testing.B) {
	v := sampleRecord()
	m := &com.RPCOLEMESSAGE{Buffer: make([]byte, 0, 1024), DataRep: 0x10}
	b.ReportAllocs()
	for b.Loop() {
		m.Buffer = m.Buffer[:0]
		e := ndr.NewEncoder(context.Background(), m)
		v.EncodeNDR(&e)
		v.EncodeDeferredNDR(&e)
		if e.Finish() != nil {
			b.Fatal("error")
		}
	}
	b.ReportMetric(float64(len(m.Buffer)), "bytes")
}

func BenchmarkRecordDecode(b *testing.B) {
	m := &com.RPCOLEMESSAGE{DataRep: 0x10}
	e := ndr.NewEncoder(context.Background(), m)
	sampleRecord().EncodeNDR(&e)
	sampleRecord().EncodeDeferredNDR(&e)
	if err := e.Finish(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		var v record.RECORD
		d := ndr.NewDecoder(context.Background(), m)
		v.DecodeNDR(&d)
		v.DecodeDeferredNDR(&d)
		if d.Err() != nil {
			b.Fatal(d.Err())
		}
	}
}

// The two below do the same work by hand, as a yardstick: little-endian NDR
// 2.0 and nothing else, no limits of nesting, no errors but running out of data.

func BenchmarkRecordEncodeByHand(b *testing.B) {
	v := sampleRecord()
	buf := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		buf = appendRecord(buf[:0], v)
	}
	b.ReportMetric(float64(len(buf)), "bytes")
}

func appendRecord(b []byte, v *record.RECORD) []byte {
	le := binary.LittleEndian
	b = le.AppendUint64(b, v.Id)
	b = le.AppendUint32(b, 0x20000)
	b = le.AppendUint32(b, 0x20004)
	b = le.AppendUint32(b, uint32(len(v.Tags)))
	b = le.AppendUint32(b, 0x20008)
	b = le.AppendUint64(b, math.Float64bits(v.Score))
	b = le.AppendUint32(b, v.Flags)
	b = le.AppendUint32(b, 0)
	b = le.AppendUint64(b, uint64(v.Time))
	b = v.Key.AppendBytes(b)
	b = appendWStr(b, v.Name)
	b = appendWStr(b, v.Title)
	for len(b)&3 != 0 {
		b = append(b, 0)
	}
	b = le.AppendUint32(b, uint32(len(v.Tags)))
	for i := range v.Tags {
		b = le.AppendUint32(b, 0x2000c+4*uint32(i))
	}
	for _, s := range v.Tags {
		b = appendWStr(b, *s)
	}
	return b
}

func appendWStr(b []byte, s string) []byte {
	for len(b)&3 != 0 {
		b = append(b, 0)
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(s)+1))
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(s)+1))
	for i := range len(s) {
		b = append(b, s[i], 0)
	}
	return append(b, 0, 0)
}

func BenchmarkRecordDecodeByHand(b *testing.B) {
	buf := appendRecord(nil, sampleRecord())
	b.ReportAllocs()
	for b.Loop() {
		var v record.RECORD
		if !readRecord(buf, &v) {
			b.Fatal("short")
		}
	}
}

func readRecord(b []byte, v *record.RECORD) bool {
	le := binary.LittleEndian
	if len(b) < 64 {
		return false
	}
	v.Id = le.Uint64(b)
	n := int(le.Uint32(b[16:]))
	v.Score = math.Float64frombits(le.Uint64(b[24:]))
	v.Flags = le.Uint32(b[32:])
	v.Time = int64(le.Uint64(b[40:]))
	v.Key = com.GUIDFromBytes(b[48:])
	at, ok := 64, true
	if v.Name, at, ok = readWStr(b, at); !ok {
		return false
	}
	if v.Title, at, ok = readWStr(b, at); !ok {
		return false
	}
	at = (at+3)&^3 + 4 + 4*n
	if n > len(b) || at > len(b) {
		return false
	}
	v.NTags, v.Tags = uint32(n), make([]*string, n)
	for i := range v.Tags {
		v.Tags[i] = new(string)
		if *v.Tags[i], at, ok = readWStr(b, at); !ok {
			return false
		}
	}
	return true
}

func readWStr(b []byte, at int) (string, int, bool) {
	at = (at + 3) &^ 3
	if at+12 > len(b) {
		return "", 0, false
	}
	n := int(binary.LittleEndian.Uint32(b[at+8:]))
	at += 12
	if n < 1 || n > (len(b)-at)/2 {
		return "", 0, false
	}
	out := make([]byte, n-1)
	for i := range out {
		out[i] = b[at+2*i]
	}
	return string(out), at + 2*n, true
}

func BenchmarkPlainsEncode(b *testing.B) {
	v := make([]record.PLAIN, 100)
	buf := make([]byte, 0, 8192)
	b.ReportAllocs()
	for b.Loop() {
		e := ndr.EncodeTo(buf, false)
		e.Count(len(v))
		for i := range v {
			v[i].EncodeNDR(&e)
		}
	}
}

func BenchmarkPlainsDecode(b *testing.B) {
	v := make([]record.PLAIN, 100)
	e := ndr.EncodeTo(nil, false)
	for i := range v {
		v[i].EncodeNDR(&e)
	}
	buf, _ := e.Data()
	b.ReportAllocs()
	for b.Loop() {
		d := ndr.DecodeFrom(buf, 0x10, false)
		for i := range v {
			v[i].DecodeNDR(&d)
		}
	}
}
