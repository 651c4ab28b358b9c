package dcerpc

import (
	"bytes"
	"testing"
)

func TestBufferClasses(t *testing.T) {
	for _, n := range []int{0, 1, 255, 256, 257, 1024, 1025, 4096, 4097, 65536, 65537, 1 << 20, 16 << 20, 16<<20 + 1, 40 << 20} {
		b := getBytes(n)
		if len(b) != 0 || cap(b) < n || n > 256 && cap(b) > 4*n {
			t.Errorf("getBytes(%d): length %d, capacity %d", n, len(b), cap(b))
		}
		putBytes(b)
	}
	putBytes(nil)
	putBytes(make([]byte, 300)) // of other origin: ignored
	if b := getBytes(300); cap(b) != 1024 {
		t.Errorf("capacity %d", cap(b))
	}
}

func TestGrowBytes(t *testing.T) {
	var b []byte
	want := pattern(100000, 3)
	for i := 0; i < len(want); i += 100 {
		b = append(growBytes(b, 100), want[i:i+100]...)
		if cap(b) > 8*len(b)+256 {
			t.Fatalf("%d bytes take %d", len(b), cap(b))
		}
	}
	if !bytes.Equal(b, want) {
		t.Error("contents are lost")
	}
}
