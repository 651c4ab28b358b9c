package marshal

import (
	"context"
	"runtime/debug"

	"oxid/com"
	"oxid/dcerpc"
)

// invoke runs one call through the stub. A panic in the method fails this call
// alone (CF-231); a method number beyond the vtable is the fault that RPC has
// for it.
func (s *interfaceStub) invoke(ctx context.Context, m *com.RPCOLEMESSAGE, ch com.IRpcChannelBuffer) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.mgr.apt.rt.log.ErrorContext(ctx, "panic in a method", "interface", s.desc.Name,
				"method", s.desc.MethodName(m.Op), "panic", p, "stack", string(debug.Stack()))
			err = com.RPC_E_SERVERFAULT
		}
	}()
	err = com.RPC_E_INVALIDMETHOD
	if s.stub != nil && m.Op >= 3 { // 0 to 2 are IUnknown's and never remoted
		err = s.stub.Invoke(ctx, m, ch)
	}
	if err == com.RPC_E_INVALIDMETHOD {
		return &dcerpc.Fault{Status: dcerpc.StatusOpRange, DidNotExecute: true}
	}
	return err
}
