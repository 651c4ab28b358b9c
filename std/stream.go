package std

import (
	"context"

	"oxid/com"
)

// An IStream can be read and written wherever package com asks for a stream.
var _ com.IStream = IStream(nil)

// maxPiece is the largest number of bytes that one request reads or writes;
// longer reads and writes are made of several. It keeps what a server sets
// aside for a client within bounds.
const maxPiece = 4 << 20

// Read reads piece by piece, until one is shorter than it could be.
func (p *iSequentialStreamProxy) Read(ctx context.Context, b []byte) (n int, err error) {
	if p.local != nil {
		return p.local.Read(ctx, b)
	}
	for {
		piece := b[n:min(n+maxPiece, len(b))]
		got, err := p.remoteRead(ctx, piece)
		n += len(got)
		if err != nil || len(got) < len(piece) || n == len(b) {
			return n, err
		}
	}
}

func (s *iSequentialStreamStub) callRead(ctx context.Context, pv []byte) ([]byte, error) {
	n, err := s.obj.Read(ctx, pv)
	if n < 0 || n > len(pv) {
		return nil, com.E_UNEXPECTED
	}
	return pv[:n], err
}

// Write writes piece by piece. What a server wrote without saying why it wrote
// no more is STG_E_MEDIUMFULL.
func (p *iSequentialStreamProxy) Write(ctx context.Context, b []byte) (n int, err error) {
	if p.local != nil {
		return p.local.Write(ctx, b)
	}
	for {
		piece := b[n:min(n+maxPiece, len(b))]
		wrote, err := p.remoteWrite(ctx, piece)
		n += int(min(wrote, uint32(len(piece))))
		switch {
		case err != nil:
			return n, err
		case int(wrote) < len(piece):
			return n, p.Proxy.Fail(4, com.STG_E_MEDIUMFULL)
		case n == len(b):
			return n, nil
		}
	}
}

func (s *iSequentialStreamStub) callWrite(ctx context.Context, pv []byte) (uint32, error) {
	n, err := s.obj.Write(ctx, pv)
	if n < 0 || n > len(pv) {
		return 0, com.E_UNEXPECTED
	}
	return uint32(n), err
}

func (p *iStreamProxy) Seek(ctx context.Context, move int64, origin com.STREAM_SEEK) (uint64, error) {
	if p.local != nil {
		return p.local.Seek(ctx, move, origin)
	}
	return p.remoteSeek(ctx, move, uint32(origin))
}

func (s *iStreamStub) callSeek(ctx context.Context, dlibMove int64, dwOrigin uint32) (uint64, error) {
	return s.obj.Seek(ctx, dlibMove, com.STREAM_SEEK(dwOrigin))
}
