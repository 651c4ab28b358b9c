package mgmt

import (
	"context"

	"oxid/dcerpc"
	"oxid/dcerpc/mgmt/internal/rpcmgmt"
)

// Syntax is the management interface ([C706] appendix Q).
var Syntax = rpcmgmt.MgmtSyntax

// Statuses, as Windows error codes, and the bounds of what a client asks for.
const (
	statusOK             = 0
	statusAccessDenied   = 5
	statusBufferTooSmall = 122  // ERROR_INSUFFICIENT_BUFFER
	statusUnknownAuthSvc = 1747 // RPC_S_UNKNOWN_AUTHN_SERVICE
	maxStats             = 4
	maxPrincipal         = 4096
)

// Options configures the management interface of a server. The zero value is
// usable.
type Options struct {
	// PrincipalName returns the server's principal name for an authentication
	// service, and whether the server has that service. nil has none.
	PrincipalName func(authnSvc uint32) (name string, ok bool)
}

// Register adds the management interface to s.
func Register(s *dcerpc.Server, o *Options) error {
	h := &handler{srv: s}
	if o != nil {
		h.o = *o
	}
	i := rpcmgmt.ServeMgmt(h)
	i.MaxRequest = 64 << 10
	return s.Register(i)
}

// handler implements the operations.
type handler struct {
	srv *dcerpc.Server
	o   Options
}

// InqIfIDs implements [rpcmgmt.Mgmt].
func (h *handler) InqIfIDs(context.Context) (*rpcmgmt.IfIDVector, uint32, error) {
	served := h.srv.Interfaces()
	ids := make([]rpcmgmt.IfID, len(served))
	vector := &rpcmgmt.IfIDVector{List: make([]*rpcmgmt.IfID, len(served))}
	for i, s := range served {
		ids[i] = rpcmgmt.IfID{UUID: s.UUID, Major: s.Major, Minor: s.Minor}
		vector.List[i] = &ids[i]
	}
	return vector, statusOK, nil
}

// InqStats implements [rpcmgmt.Mgmt]: calls received, calls sent, packets
// received and sent ([C706] appendix Q). Packets are not counted apart from calls.
func (h *handler) InqStats(_ context.Context, count uint32) (n uint32, stats []uint32, status uint32, err error) {
	calls := uint32(h.srv.Served())
	stats = []uint32{calls, 0, calls, calls}
	n = min(count, uint32(len(stats)))
	return n, stats[:n], statusOK, nil
}

// IsServerListening implements [rpcmgmt.Mgmt].
func (h *handler) IsServerListening(context.Context) (listening bool, status uint32, err error) {
	return true, statusOK, nil
}

// StopServerListening implements [rpcmgmt.Mgmt] with a response, not a fault:
// clients look at the status.
func (h *handler) StopServerListening(context.Context) (status uint32, err error) {
	return statusAccessDenied, nil
}

// InqPrincName implements [rpcmgmt.Mgmt] for a buffer of size characters, NUL
// included.
func (h *handler) InqPrincName(_ context.Context, svc, size uint32) (name string, status uint32, err error) {
	ok := false
	if h.o.PrincipalName != nil {
		name, ok = h.o.PrincipalName(svc)
	}
	switch {
	case !ok:
		return "", statusUnknownAuthSvc, nil
	case uint64(len(name)) >= uint64(size):
		return "", statusBufferTooSmall, nil
	}
	return name, statusOK, nil
}
