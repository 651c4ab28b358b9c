package com

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// ReadFull fills p from stm. When the stream ends before, the error is
// STG_E_READFAULT (CF-020).
func ReadFull(ctx context.Context, stm IStream, p []byte) error {
	for got := 0; got < len(p); {
		n, err := stm.Read(ctx, p[got:])
		if err != nil {
			return err
		}
		if n <= 0 || n > len(p)-got { // the end, or a stream that cannot count
			return streamError(STG_E_READFAULT, "Read",
				fmt.Errorf("the stream ended after %d of %d bytes", got, len(p)))
		}
		got += n
	}
	return nil
}

// WriteFull writes all of p to stm. A stream that takes less without saying
// why is STG_E_WRITEFAULT.
func WriteFull(ctx context.Context, stm IStream, p []byte) error {
	n, err := stm.Write(ctx, p)
	if err == nil && n != len(p) {
		err = streamError(STG_E_WRITEFAULT, "Write", fmt.Errorf("the stream took %d of %d bytes", n, len(p)))
	}
	return err
}

// RWStream is an [IStream] over Go's own stream interfaces. It is not safe for
// concurrent use.
type RWStream struct {
	r   io.Reader
	w   io.Writer
	s   io.Seeker
	pos uint64
}

// NewRWStream returns a stream over rw, which is an io.Reader, an io.Writer,
// an io.Seeker or several of them. What rw cannot do fails: reading and
// writing with STG_E_ACCESSDENIED, seeking with STG_E_INVALIDFUNCTION. Without
// an io.Seeker the position counts from here, and seeking forward reads what
// is skipped.
func NewRWStream(rw any) *RWStream {
	s := new(RWStream)
	s.r, _ = rw.(io.Reader)
	s.w, _ = rw.(io.Writer)
	s.s, _ = rw.(io.Seeker)
	return s
}

// Read implements [IStream]. It waits until p is full or the reader has ended.
// A ctx that has ended is an error; one that ends during a read is not noticed.
func (s *RWStream) Read(ctx context.Context, p []byte) (int, error) {
	if s.r == nil {
		return 0, streamError(STG_E_ACCESSDENIED, "Read", errors.New("the stream cannot be read"))
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(s.r, p)
	s.pos += uint64(n)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return n, streamError(STG_E_READFAULT, "Read", err)
	}
	return n, nil
}

// Write implements [IStream].
func (s *RWStream) Write(ctx context.Context, p []byte) (int, error) {
	if s.w == nil {
		return 0, streamError(STG_E_ACCESSDENIED, "Write", errors.New("the stream cannot be written"))
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.w.Write(p)
	s.pos += uint64(max(n, 0))
	if err != nil {
		return n, streamError(STG_E_WRITEFAULT, "Write", err)
	}
	return n, nil
}

// Seek implements [IStream].
func (s *RWStream) Seek(ctx context.Context, move int64, origin STREAM_SEEK) (uint64, error) {
	if s.s == nil {
		return s.skip(ctx, move, origin)
	}
	if origin > STREAM_SEEK_END {
		return 0, streamError(STG_E_INVALIDFUNCTION, "Seek", fmt.Errorf("unknown origin %d", origin))
	}
	pos, err := s.s.Seek(move, int(origin)) // STREAM_SEEK_* are io.Seek*
	if err != nil {
		return 0, streamError(STG_E_SEEKERROR, "Seek", err)
	}
	s.pos = uint64(pos)
	return s.pos, nil
}

// skip moves forward in a stream that cannot seek.
func (s *RWStream) skip(ctx context.Context, move int64, origin STREAM_SEEK) (uint64, error) {
	to, err := seekTarget(move, origin, s.pos, 0)
	if err == nil && (origin == STREAM_SEEK_END || to < s.pos || to > s.pos && s.r == nil) {
		err = streamError(STG_E_INVALIDFUNCTION, "Seek", errors.New("the stream can only go forward"))
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return s.pos, err
	}
	n, err := io.CopyN(io.Discard, s.r, int64(to-s.pos))
	s.pos += uint64(n)
	if err != nil {
		return s.pos, streamError(STG_E_READFAULT, "Seek", err)
	}
	return s.pos, nil
}
