package main

import (
	"encoding/binary"
	"math"

	"oxid/com"
	"oxid/idl/gen/testdata/record"
)

var le = binary.LittleEndian

// appendRecord encodes v the way a person would who knows only this structure
// and cares for speed: room is made once, everything is stored at an index.
func appendRecord(b []byte, v *record.RECORD) []byte {
	room := 64 + 4 + 4*len(v.Tags) + sizeWStr(v.Name) + sizeWStr(v.Title)
	for _, s := range v.Tags {
		room += sizeWStr(*s)
	}
	if room > cap(b) {
		b = make([]byte, room)
	}
	b = b[:room]
	le.PutUint64(b, v.Id)
	le.PutUint32(b[8:], 0x20000)
	le.PutUint32(b[12:], 0x20004)
	le.PutUint32(b[16:], uint32(len(v.Tags)))
	le.PutUint32(b[20:], 0x20008)
	le.PutUint64(b[24:], math.Float64bits(v.Score))
	le.PutUint32(b[32:], v.Flags)
	le.PutUint32(b[36:], 0)
	le.PutUint64(b[40:], uint64(v.Time))
	v.Key.PutBytes(b[48:64])
	at := putWStr(b, 64, v.Name)
	at = putWStr(b, at, v.Title)
	at = putPad(b, at)
	le.PutUint32(b[at:], uint32(len(v.Tags)))
	at += 4
	for i := range v.Tags {
		le.PutUint32(b[at:], 0x2000c+4*uint32(i))
		at += 4
	}
	for _, s := range v.Tags {
		at = putWStr(b, at, *s)
	}
	return b[:at]
}

// sizeWStr is the most that a string takes: padding, counts, units and NUL.
func sizeWStr(s string) int { return 2 + 12 + 2*len(s) + 2 }

func putPad(b []byte, at int) int {
	for at&3 != 0 {
		b[at] = 0
		at++
	}
	return at
}

func putWStr(b []byte, at int, s string) int {
	at = putPad(b, at)
	le.PutUint32(b[at:], uint32(len(s)+1))
	le.PutUint32(b[at+4:], 0)
	le.PutUint32(b[at+8:], uint32(len(s)+1))
	at += 12
	p := b[at : at+2*len(s)+2]
	for i := range len(s) {
		p[2*i], p[2*i+1] = s[i], 0
	}
	p[2*len(s)], p[2*len(s)+1] = 0, 0
	return at + len(p)
}

// readRecord decodes what appendRecord encoded.
func readRecord(b []byte, v *record.RECORD) bool {
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
	n := int(le.Uint32(b[at+8:]))
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
