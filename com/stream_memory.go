package com

import (
	"context"
	"fmt"

	"oxid/step"
)

// DefaultStreamLimit is the size in bytes that a [MemoryStream] without a
// limit of its own grows to at most.
const DefaultStreamLimit = 1 << 30

// MemoryStream is an [IStream] in memory that grows as it is written. The zero
// MemoryStream is empty and ready to use. It is not safe for concurrent use.
type MemoryStream struct {
	b       []byte
	pos     uint64 // may lie behind the end
	limit   uint64
	limited bool // otherwise DefaultStreamLimit
}

// NewMemoryStream returns a stream over b, positioned at its start. The stream
// owns b from now on.
func NewMemoryStream(b []byte) *MemoryStream { return &MemoryStream{b: b} }

// NewLimitedStream returns an empty stream that holds at most limit bytes, 0
// or more: a write beyond them is STG_E_MEDIUMFULL.
func NewLimitedStream(limit int) *MemoryStream {
	return &MemoryStream{limit: uint64(max(limit, 0)), limited: true}
}

// Bytes returns the contents. The slice is the stream's own, and valid until
// the next write.
func (s *MemoryStream) Bytes() []byte { return s.b }

// Len returns the size in bytes, whatever the position.
func (s *MemoryStream) Len() int { return len(s.b) }

// Read implements [IStream].
func (s *MemoryStream) Read(_ context.Context, p []byte) (int, error) {
	if s.pos >= uint64(len(s.b)) {
		return 0, nil
	}
	n := copy(p, s.b[s.pos:])
	s.pos += uint64(n)
	return n, nil
}

// Write implements [IStream]. At the limit it writes what fits and returns
// STG_E_MEDIUMFULL. A gap that a seek left behind the old end reads as zeros.
func (s *MemoryStream) Write(_ context.Context, p []byte) (int, error) {
	fit, limit := p, s.capacity()
	if room := limit - min(s.pos, limit); uint64(len(p)) > room {
		fit = p[:room]
	}
	if len(fit) > 0 {
		if end := s.pos + uint64(len(fit)); end > uint64(len(s.b)) {
			s.resize(end)
		}
		copy(s.b[s.pos:], fit)
		s.pos += uint64(len(fit))
	}
	if len(fit) < len(p) {
		return len(fit), full(limit)
	}
	return len(fit), nil
}

// Seek implements [IStream]. Positions behind the end are allowed, positions
// before the start are STG_E_INVALIDFUNCTION and leave the stream where it was.
func (s *MemoryStream) Seek(_ context.Context, move int64, origin STREAM_SEEK) (uint64, error) {
	pos, err := seekTarget(move, origin, s.pos, uint64(len(s.b)))
	if err != nil {
		return s.pos, err
	}
	s.pos = pos
	return pos, nil
}

// SetSize cuts the stream off at size bytes or fills it up with zeros. The
// position stays.
func (s *MemoryStream) SetSize(_ context.Context, size uint64) error {
	if limit := s.capacity(); size > limit {
		return full(limit)
	}
	s.resize(size)
	return nil
}

// Reset empties the stream and keeps its memory for the next writes.
func (s *MemoryStream) Reset() { s.b, s.pos = s.b[:0], 0 }

func (s *MemoryStream) capacity() uint64 {
	if s.limited {
		return s.limit
	}
	return DefaultStreamLimit
}

// resize makes the contents size bytes long. New bytes are zeros, also where
// the memory was in use before.
func (s *MemoryStream) resize(size uint64) {
	old := len(s.b)
	n := int(size)
	if n <= old {
		s.b = s.b[:n]
		return
	}
	if n <= cap(s.b) {
		s.b = s.b[:n]
		clear(s.b[old:])
		return
	}
	s.b = append(s.b, make([]byte, n-old)...)
}

// seekTarget computes a new position in a stream of size bytes.
func seekTarget(move int64, origin STREAM_SEEK, pos, size uint64) (uint64, error) {
	var from uint64
	switch origin {
	case STREAM_SEEK_SET:
	case STREAM_SEEK_CUR:
		from = pos
	case STREAM_SEEK_END:
		from = size
	default:
		return 0, streamError(STG_E_INVALIDFUNCTION, "Seek", fmt.Errorf("unknown origin %d", origin))
	}
	to := from + uint64(move)
	if move < 0 && to > from || move >= 0 && to < from {
		return 0, streamError(STG_E_INVALIDFUNCTION, "Seek",
			fmt.Errorf("moving %d from %d leaves the stream", move, from))
	}
	return to, nil
}

func full(limit uint64) error {
	return streamError(STG_E_MEDIUMFULL, "Write", fmt.Errorf("the stream holds at most %d bytes", limit))
}

func streamError(hr HRESULT, method string, err error) error {
	return &Error{HRESULT: hr, Step: step.Self, Interface: "IStream", Method: method, Err: err}
}
