package std

import (
	"context"
	"unicode/utf16"
)

// A BSTR is UTF-16 with a length; its wire form is a FLAGGED_WORD_BLOB
// ([MS-OAUT] 2.2.23.2). NULL and empty mean the same.

func bstr(s string) *FLAGGED_WORD_BLOB {
	u := utf16.Encode([]rune(s))
	return &FLAGGED_WORD_BLOB{CBytes: uint32(2 * len(u)), ClSize: uint32(len(u)), AsData: u}
}

func (b *FLAGGED_WORD_BLOB) text() string {
	if b == nil {
		return ""
	}
	return string(utf16.Decode(b.AsData))
}

func (p *iErrorInfoProxy) GetSource(ctx context.Context) (string, error) {
	if p.local != nil {
		return p.local.GetSource(ctx)
	}
	b, err := p.remoteGetSource(ctx)
	return b.text(), err
}

func (p *iErrorInfoProxy) GetDescription(ctx context.Context) (string, error) {
	if p.local != nil {
		return p.local.GetDescription(ctx)
	}
	b, err := p.remoteGetDescription(ctx)
	return b.text(), err
}

func (p *iErrorInfoProxy) GetHelpFile(ctx context.Context) (string, error) {
	if p.local != nil {
		return p.local.GetHelpFile(ctx)
	}
	b, err := p.remoteGetHelpFile(ctx)
	return b.text(), err
}

func (s *iErrorInfoStub) callGetSource(ctx context.Context) (*FLAGGED_WORD_BLOB, error) {
	t, err := s.obj.GetSource(ctx)
	return bstr(t), err
}

func (s *iErrorInfoStub) callGetDescription(ctx context.Context) (*FLAGGED_WORD_BLOB, error) {
	t, err := s.obj.GetDescription(ctx)
	return bstr(t), err
}

func (s *iErrorInfoStub) callGetHelpFile(ctx context.Context) (*FLAGGED_WORD_BLOB, error) {
	t, err := s.obj.GetHelpFile(ctx)
	return bstr(t), err
}
