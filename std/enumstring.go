package std

import (
	"context"

	"oxid/com"
)

// Next decodes into elems as far as it goes. NULL, which no enumerator
// returns, is an empty string.
func (p *iEnumStringProxy) Next(ctx context.Context, elems []string) (got []string, hr com.HRESULT, err error) {
	if p.local != nil {
		return p.local.Next(ctx, elems)
	}
	ptrs, hr, err := p.remoteNext(ctx, make([]*string, len(elems)))
	if err != nil {
		return nil, hr, err
	}
	got = elems[:len(ptrs)]
	for i, s := range ptrs {
		got[i] = ""
		if s != nil {
			got[i] = *s
		}
	}
	return got, hr, nil
}

func (s *iEnumStringStub) callNext(ctx context.Context, elems []*string) ([]*string, com.HRESULT, error) {
	got, hr, err := s.obj.Next(ctx, make([]string, len(elems)))
	if len(got) > len(elems) {
		return nil, com.E_UNEXPECTED, nil
	}
	for i := range got {
		elems[i] = &got[i]
	}
	return elems[:len(got)], hr, err
}
