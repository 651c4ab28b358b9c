package std

import (
	"context"
	"fmt"

	"oxid/com"
)

// GetDataHere refuses at once what can only fail: a medium that nothing can be
// put into, and one of another kind than the format asks for (CF-515).
// ForRelease does not travel, because the medium is the caller's (CF-516).
func (p *iDataObjectProxy) GetDataHere(ctx context.Context, format *FORMATETC, medium *STGMEDIUM) error {
	if p.local != nil {
		return p.local.GetDataHere(ctx, format, medium)
	}
	if medium == nil || format == nil {
		return p.Proxy.Fail(4, com.E_POINTER)
	}
	if t := medium.Tymed; t <= TYMED_NULL || t > TYMED_ISTORAGE || format.Tymed != uint32(t) {
		return p.Proxy.Fail(4, fmt.Errorf("%w: format and medium are of kinds %d and %d", com.DV_E_TYMED, format.Tymed, t))
	}
	sent := *medium
	sent.ForRelease = nil
	got, err := p.remoteGetDataHere(ctx, format, sent)
	if err != nil {
		return err
	}
	// Streams, storages and files are those that the caller has already.
	if medium.Tymed == TYMED_HGLOBAL {
		if len(got.HGlobal) == len(medium.HGlobal) {
			copy(medium.HGlobal, got.HGlobal)
		} else {
			medium.HGlobal = got.HGlobal
		}
	}
	got.Release()
	return nil
}

// callGetDataHere answers with the medium that the object filled. What came as
// an argument is kept once more, because the stub gives back both.
func (s *iDataObjectStub) callGetDataHere(ctx context.Context, format *FORMATETC, medium STGMEDIUM) (STGMEDIUM, error) {
	filled := medium
	if err := s.obj.GetDataHere(ctx, format, &filled); err != nil {
		return STGMEDIUM{}, err
	}
	if filled.Stream == medium.Stream {
		com.Keep(filled.Stream)
	}
	if filled.Storage == medium.Storage {
		com.Keep(filled.Storage)
	}
	filled.ForRelease = nil
	return filled, nil
}

// SetData sends the medium with a note of whether it is handed over.
func (p *iDataObjectProxy) SetData(ctx context.Context, format *FORMATETC, medium *STGMEDIUM, release bool) error {
	if p.local != nil {
		return p.local.SetData(ctx, format, medium, release)
	}
	var sent *FLAG_STGMEDIUM
	if medium != nil {
		sent = &FLAG_STGMEDIUM{PassOwnership: release, Medium: *medium}
	}
	return p.remoteSetData(ctx, format, sent, release)
}

func (s *iDataObjectStub) callSetData(ctx context.Context, format *FORMATETC, medium *FLAG_STGMEDIUM, release bool) error {
	if medium == nil {
		return s.obj.SetData(ctx, format, nil, release)
	}
	return s.obj.SetData(ctx, format, &medium.Medium, release)
}
