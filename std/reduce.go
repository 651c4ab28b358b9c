package std

import (
	"context"

	"oxid/com"
)

// Reduce sends toLeft as a pointer to a pointer. The one to the left that comes
// back is the caller's to release, like any result.
func (p *iMonikerProxy) Reduce(ctx context.Context, bc IBindCtx, howFar uint32, toLeft IMoniker) (reduced, newLeft IMoniker, hr com.HRESULT, err error) {
	if p.local != nil {
		return p.local.Reduce(ctx, bc, howFar, toLeft)
	}
	left, reduced, hr, err := p.remoteReduce(ctx, bc, howFar, &toLeft)
	if left != nil {
		newLeft = *left
	}
	return reduced, newLeft, hr, err
}

func (s *iMonikerStub) callReduce(ctx context.Context, bc IBindCtx, howFar uint32, toLeft *IMoniker) (*IMoniker, IMoniker, com.HRESULT, error) {
	var left IMoniker
	if toLeft != nil {
		left = *toLeft
	}
	reduced, newLeft, hr, err := s.obj.Reduce(ctx, bc, howFar, left)
	if toLeft == nil { // nobody wants to know
		com.Release(newLeft)
		return nil, reduced, hr, err
	}
	return &newLeft, reduced, hr, err
}
