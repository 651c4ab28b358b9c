package com_test

import (
	"bytes"
	"context"
	"math"
	"testing"

	"oxid/com"
)

func TestMemoryStream(t *testing.T) {
	ctx := context.Background()
	var s com.MemoryStream // the zero stream is ready
	if n, err := s.Write(ctx, []byte("hello world")); n != 11 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	p := make([]byte, 5)
	if n, err := s.Read(ctx, p); n != 0 || err != nil {
		t.Errorf("at the end: %d, %v", n, err)
	}
	if pos, err := s.Seek(ctx, -5, com.STREAM_SEEK_END); pos != 6 || err != nil {
		t.Errorf("%d, %v", pos, err)
	}
	if n, err := s.Read(ctx, p); n != 5 || err != nil || string(p) != "world" {
		t.Errorf("%d, %v, %q", n, err, p)
	}
	if pos, err := s.Seek(ctx, -9, com.STREAM_SEEK_CUR); pos != 2 || err != nil {
		t.Errorf("%d, %v", pos, err)
	}
	if n, err := s.Write(ctx, []byte("y")); n != 1 || err != nil || string(s.Bytes()) != "heylo world" {
		t.Errorf("%d, %v, %q", n, err, s.Bytes())
	}
	// A read across the end is short, and no error.
	s.Seek(ctx, -2, com.STREAM_SEEK_END)
	if n, err := s.Read(ctx, p); n != 2 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := s.Write(ctx, nil); n != 0 || err != nil || s.Len() != 11 {
		t.Errorf("%d, %v", n, err)
	}
	s.Reset()
	if s.Len() != 0 {
		t.Errorf("%d bytes after Reset", s.Len())
	}
	back := com.NewMemoryStream([]byte("abc"))
	if n, _ := back.Read(ctx, p); n != 3 || back.Len() != 3 {
		t.Errorf("%d of %d", n, back.Len())
	}
}

// A gap that a seek leaves reads as zeros, also in memory that was used before.
func TestMemoryStream_Gap(t *testing.T) {
	ctx := context.Background()
	s := com.NewMemoryStream(bytes.Repeat([]byte{0xee}, 16))
	s.Reset()
	if pos, err := s.Seek(ctx, 4, com.STREAM_SEEK_SET); pos != 4 || err != nil || s.Len() != 0 {
		t.Fatalf("%d, %v", pos, err)
	}
	s.Write(ctx, []byte{1})
	if !bytes.Equal(s.Bytes(), []byte{0, 0, 0, 0, 1}) {
		t.Errorf("% x", s.Bytes())
	}
	for _, size := range []uint64{2, 8, 32} {
		if err := s.SetSize(ctx, size); err != nil || s.Len() != int(size) {
			t.Errorf("SetSize(%d): %d, %v", size, s.Len(), err)
		}
	}
	if !bytes.Equal(s.Bytes(), make([]byte, 32)) {
		t.Errorf("% x", s.Bytes())
	}
}

// A stream that is full says so, and writes what fits.
func TestMemoryStream_Limit(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		limit, seek, write int
		n, size            int
		want               com.HRESULT
	}{
		{8, 0, 8, 8, 8, com.S_OK},
		{8, 0, 9, 8, 8, com.STG_E_MEDIUMFULL},
		{8, 6, 4, 2, 8, com.STG_E_MEDIUMFULL},
		{8, 8, 1, 0, 0, com.STG_E_MEDIUMFULL},
		{8, 100, 1, 0, 0, com.STG_E_MEDIUMFULL},
		{0, 0, 1, 0, 0, com.STG_E_MEDIUMFULL},
		{0, 0, 0, 0, 0, com.S_OK},
		{-1, 0, 1, 0, 0, com.STG_E_MEDIUMFULL},
	} {
		s := com.NewLimitedStream(c.limit)
		s.Seek(ctx, int64(c.seek), com.STREAM_SEEK_SET)
		n, err := s.Write(ctx, make([]byte, c.write))
		if n != c.n || s.Len() != c.size || com.HRESULTOf(err) != c.want {
			t.Errorf("%+v: wrote %d, size %d, %v", c, n, s.Len(), err)
		}
	}
	s := com.NewLimitedStream(8)
	wantHRESULT(t, s.SetSize(ctx, 9), com.STG_E_MEDIUMFULL)
	// Without a limit of its own a stream has one all the same: a position is
	// no promise of memory.
	var free com.MemoryStream
	free.Seek(ctx, math.MaxInt64, com.STREAM_SEEK_SET)
	n, err := free.Write(ctx, []byte{1})
	if n != 0 || com.HRESULTOf(err) != com.STG_E_MEDIUMFULL || free.Len() != 0 {
		t.Errorf("%d, %v, %d bytes", n, err, free.Len())
	}
}

func TestMemoryStream_SeekErrors(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		from   int64
		move   int64
		origin com.STREAM_SEEK
	}{
		{0, -1, com.STREAM_SEEK_SET},
		{2, -3, com.STREAM_SEEK_CUR},
		{0, -4, com.STREAM_SEEK_END},
		{0, math.MinInt64, com.STREAM_SEEK_END},
		{0, 0, 3},
	} {
		s := com.NewMemoryStream([]byte("abc"))
		s.Seek(ctx, c.from, com.STREAM_SEEK_SET)
		_, err := s.Seek(ctx, c.move, c.origin)
		if com.HRESULTOf(err) != com.STG_E_INVALIDFUNCTION {
			t.Errorf("%+v: %v", c, err)
		}
		if pos, _ := s.Seek(ctx, 0, com.STREAM_SEEK_CUR); pos != uint64(c.from) {
			t.Errorf("%+v: moved to %d", c, pos)
		}
	}
	var s com.MemoryStream
	s.Seek(ctx, math.MaxInt64, com.STREAM_SEEK_SET)
	s.Seek(ctx, math.MaxInt64, com.STREAM_SEEK_CUR)
	if _, err := s.Seek(ctx, math.MaxInt64, com.STREAM_SEEK_CUR); com.HRESULTOf(err) != com.STG_E_INVALIDFUNCTION {
		t.Errorf("a position beyond 64 bits: %v", err)
	}
}
