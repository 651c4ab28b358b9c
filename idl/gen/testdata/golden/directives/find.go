package directives

import "context"

// Found is what Find returns.
type Found struct {
	ID   int32
	Text string
}

func (p *iDirectedProxy) Find(ctx context.Context, name string) (*Found, error) {
	id, text, err := p.remoteFind(ctx, name)
	if err != nil {
		return nil, err
	}
	return &Found{id, text}, nil
}

func (s *iDirectedStub) callFind(ctx context.Context, name string) (int32, string, error) {
	f, err := s.obj.Find(ctx, name)
	if err != nil {
		return 0, "", err
	}
	return f.ID, f.Text, nil
}
