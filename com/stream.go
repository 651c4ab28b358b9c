package com

import "context"

// STREAM_SEEK is the origin of [IStream].Seek.
type STREAM_SEEK uint32

// Origins of a seek.
const (
	STREAM_SEEK_SET STREAM_SEEK = 0
	STREAM_SEEK_CUR STREAM_SEEK = 1
	STREAM_SEEK_END STREAM_SEEK = 2
)

// IStream is a stream of bytes with a position. This is the local form that
// marshaling reads and writes; the remotable interface of the same name is
// package std's. Implementations need not be safe for concurrent use.
type IStream interface {
	// Read reads up to len(p) bytes. Fewer are no error: at the end of the
	// stream n is less than len(p) and err is nil.
	Read(ctx context.Context, p []byte) (n int, err error)
	// Write writes all of p or returns an error (STG_E_MEDIUMFULL).
	Write(ctx context.Context, p []byte) (n int, err error)
	// Seek moves the position and returns the new one from the start.
	Seek(ctx context.Context, move int64, origin STREAM_SEEK) (uint64, error)
}
