package marshal

import (
	"context"

	"oxid/com"
)

// CoMarshalInterThreadInterfaceInStream marshals obj as iid for one other
// apartment of this process. The stream comes back rewound, ready for
// [Apartment.CoGetInterfaceAndReleaseStream] there (CF-022, CF-023).
func (a *Apartment) CoMarshalInterThreadInterfaceInStream(ctx context.Context, iid *com.IID, obj any) (com.IStream, error) {
	if obj == nil || iid == nil {
		return nil, com.E_INVALIDARG
	}
	stm := com.NewMemoryStream(nil)
	if err := a.CoMarshalInterface(ctx, stm, iid, obj, com.MSHCTX_INPROC, com.MSHLFLAGS_NORMAL); err != nil {
		return nil, err
	}
	if _, err := stm.Seek(ctx, 0, com.STREAM_SEEK_SET); err != nil {
		return nil, err
	}
	return stm, nil
}

// CoGetInterfaceAndReleaseStream unmarshals the packet in stm as iid, which may
// be another interface than it was marshaled as, and releases the stream, also
// after an error.
func (a *Apartment) CoGetInterfaceAndReleaseStream(ctx context.Context, stm com.IStream, iid *com.IID) (any, error) {
	if stm == nil || iid == nil { // CF-024
		return nil, com.E_INVALIDARG
	}
	defer com.Release(stm)
	return a.CoUnmarshalInterface(ctx, stm, iid)
}
