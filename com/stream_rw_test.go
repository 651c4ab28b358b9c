package com_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"oxid/com"
)

// badStream is an IStream of somebody else's that cannot count.
type badStream struct {
	com.MemoryStream
	n   int
	err error
}

func (s *badStream) Read(context.Context, []byte) (int, error)  { return s.n, s.err }
func (s *badStream) Write(context.Context, []byte) (int, error) { return s.n, s.err }

// An empty stream, and one at its end, is STG_E_READFAULT (CF-020).
func TestCF_020_ShortStream(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		have string
		want int
		hr   com.HRESULT
	}{
		{"", 1, com.STG_E_READFAULT},
		{"abc", 4, com.STG_E_READFAULT},
		{"abc", 3, com.S_OK},
		{"abc", 0, com.S_OK},
		{"", 0, com.S_OK},
	} {
		p := make([]byte, c.want)
		for name, s := range map[string]com.IStream{
			"memory":      com.NewMemoryStream([]byte(c.have)),
			"reader":      com.NewRWStream(strings.NewReader(c.have)),
			"slow reader": com.NewRWStream(iotest.OneByteReader(strings.NewReader(c.have))),
		} {
			if err := com.ReadFull(ctx, s, p); com.HRESULTOf(err) != c.hr {
				t.Errorf("%s: %d of %q: %v", name, c.want, c.have, err)
			}
		}
	}
	for _, n := range []int{0, -1, 5} {
		err := com.ReadFull(ctx, &badStream{n: n}, make([]byte, 4))
		if com.HRESULTOf(err) != com.STG_E_READFAULT {
			t.Errorf("a stream that reads %d: %v", n, err)
		}
	}
	if err := com.ReadFull(ctx, &badStream{err: com.STG_E_REVERTED}, make([]byte, 4)); err != com.STG_E_REVERTED {
		t.Errorf("an error of the stream: %v", err)
	}
	// Short reads are put together.
	short := &badStream{n: 2}
	if err := com.ReadFull(ctx, short, make([]byte, 6)); err != nil {
		t.Errorf("short reads: %v", err)
	}
}

func TestWriteFull(t *testing.T) {
	ctx := context.Background()
	var s com.MemoryStream
	if err := com.WriteFull(ctx, &s, []byte("abc")); err != nil || string(s.Bytes()) != "abc" {
		t.Errorf("%v, %q", err, s.Bytes())
	}
	wantHRESULT(t, com.WriteFull(ctx, com.NewLimitedStream(2), []byte("abc")), com.STG_E_MEDIUMFULL)
	wantHRESULT(t, com.WriteFull(ctx, &badStream{n: 2}, []byte("abc")), com.STG_E_WRITEFAULT)
}

// Over a file the stream can do everything.
func TestRWStream_File(t *testing.T) {
	ctx := context.Background()
	f, err := os.Create(filepath.Join(t.TempDir(), "stream"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := com.NewRWStream(f)
	if n, err := s.Write(ctx, []byte("hello world")); n != 11 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if pos, err := s.Seek(ctx, -5, com.STREAM_SEEK_END); pos != 6 || err != nil {
		t.Errorf("%d, %v", pos, err)
	}
	p := make([]byte, 8)
	if n, err := s.Read(ctx, p); n != 5 || err != nil || string(p[:n]) != "world" {
		t.Errorf("%d, %v, %q", n, err, p)
	}
	if pos, err := s.Seek(ctx, 0, com.STREAM_SEEK_CUR); pos != 11 || err != nil {
		t.Errorf("%d, %v", pos, err)
	}
	_, err = s.Seek(ctx, -1, com.STREAM_SEEK_SET)
	wantHRESULT(t, err, com.STG_E_SEEKERROR)
	_, err = s.Seek(ctx, 0, 3)
	wantHRESULT(t, err, com.STG_E_INVALIDFUNCTION)
}

// What the Go value cannot do fails with a code that says so.
func TestRWStream_OneWay(t *testing.T) {
	ctx := context.Background()
	type readOnly struct{ io.Reader }
	type writeOnly struct{ io.Writer }
	var buf bytes.Buffer
	w := com.NewRWStream(writeOnly{&buf})
	if n, err := w.Write(ctx, []byte("abc")); n != 3 || err != nil || buf.String() != "abc" {
		t.Errorf("%d, %v", n, err)
	}
	_, err := w.Read(ctx, make([]byte, 1))
	wantHRESULT(t, err, com.STG_E_ACCESSDENIED)
	if pos, err := w.Seek(ctx, 0, com.STREAM_SEEK_CUR); pos != 3 || err != nil {
		t.Errorf("%d, %v", pos, err)
	}
	_, err = w.Seek(ctx, 1, com.STREAM_SEEK_CUR)
	wantHRESULT(t, err, com.STG_E_INVALIDFUNCTION)

	r := com.NewRWStream(readOnly{strings.NewReader("0123456789")})
	_, err = r.Write(ctx, []byte("x"))
	wantHRESULT(t, err, com.STG_E_ACCESSDENIED)
	if err := com.ReadFull(ctx, r, make([]byte, 2)); err != nil {
		t.Error(err)
	}
	// Seeking forward reads what is skipped.
	if pos, err := r.Seek(ctx, 3, com.STREAM_SEEK_CUR); pos != 5 || err != nil {
		t.Errorf("%d, %v", pos, err)
	}
	p := make([]byte, 1)
	if err := com.ReadFull(ctx, r, p); err != nil || p[0] != '5' {
		t.Errorf("%v, %q", err, p)
	}
	if pos, err := r.Seek(ctx, 8, com.STREAM_SEEK_SET); pos != 8 || err != nil {
		t.Errorf("%d, %v", pos, err)
	}
	for _, c := range []struct {
		move   int64
		origin com.STREAM_SEEK
	}{{-1, com.STREAM_SEEK_CUR}, {2, com.STREAM_SEEK_SET}, {0, com.STREAM_SEEK_END}, {0, 9}, {-9, com.STREAM_SEEK_CUR}} {
		pos, err := r.Seek(ctx, c.move, c.origin)
		if com.HRESULTOf(err) != com.STG_E_INVALIDFUNCTION || pos != 8 {
			t.Errorf("%+v: %d, %v", c, pos, err)
		}
	}
	pos, err := r.Seek(ctx, 5, com.STREAM_SEEK_CUR)
	if com.HRESULTOf(err) != com.STG_E_READFAULT || pos != 10 {
		t.Errorf("behind the end: %d, %v", pos, err)
	}
}

// Errors of the Go value keep their cause; a ctx that has ended is obeyed.
func TestRWStream_Errors(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	fire := errors.New("disk on fire")
	s := com.NewRWStream(struct {
		io.Reader
		io.Writer
	}{iotest.ErrReader(fire), failingWriter{fire}})
	_, err := s.Read(ctx, make([]byte, 1))
	if wantHRESULT(t, err, com.STG_E_READFAULT); !errors.Is(err, fire) {
		t.Errorf("%v", err)
	}
	_, err = s.Write(ctx, []byte("abc"))
	if wantHRESULT(t, err, com.STG_E_WRITEFAULT); !errors.Is(err, fire) {
		t.Errorf("%v", err)
	}
	cancel()
	for _, f := range []func() error{
		func() error { _, err := s.Read(ctx, nil); return err },
		func() error { _, err := s.Write(ctx, nil); return err },
		func() error { _, err := s.Seek(ctx, 1, com.STREAM_SEEK_CUR); return err },
	} {
		if err := f(); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write(p []byte) (int, error) { return 1, w.err }
