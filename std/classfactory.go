package std

import (
	"context"
	"errors"

	"oxid/com"
)

// CreateInstance sends what RemoteCreateInstance carries. An outer unknown
// cannot travel, so that such a call fails here (CF-252, CF-253).
func (p *iClassFactoryProxy) CreateInstance(ctx context.Context, outer any, iid *com.IID) (any, error) {
	if p.local != nil {
		return p.local.CreateInstance(ctx, outer, iid)
	}
	if outer != nil {
		return nil, &com.Error{
			HRESULT: com.CLASS_E_NOAGGREGATION, Interface: "IClassFactory", Method: "CreateInstance",
			Err:  errors.New("the class object is in another apartment"),
			Hint: "an object can be aggregated only in the apartment where it is created",
		}
	}
	if iid == nil {
		return nil, p.Proxy.Fail(3, com.E_POINTER)
	}
	return p.remoteCreateInstance(ctx, *iid)
}

func (s *iClassFactoryStub) callCreateInstance(ctx context.Context, riid com.IID) (com.Unknown, error) {
	return s.obj.CreateInstance(ctx, nil, &riid)
}
