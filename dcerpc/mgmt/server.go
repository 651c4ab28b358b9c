package mgmt

import (
	"oxid/dcerpc"
	"oxid/ndr"
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
	return s.Register(&dcerpc.Interface{Syntax: Syntax, Name: "mgmt", NumOps: numOps, MaxRequest: 64 << 10, Handler: h})
}

type handler struct {
	srv *dcerpc.Server
	o   Options
}

// ServeRPC implements [dcerpc.Handler].
func (h *handler) ServeRPC(c *dcerpc.ServerCall) error {
	// Operations without [in] parameters ignore whatever comes with them.
	d := ndr.DecodeFrom(c.Stub, c.DataRep, c.NDR64)
	e := ndr.EncodeTo(c.GrowReply(256), c.NDR64)
	switch c.Opnum {
	case opInqIfIDs:
		putIfIDs(&e, h.srv.Interfaces())
		e.Uint32(statusOK)
	case opInqStats:
		count := d.Uint32()
		if err := d.Err(); err != nil {
			return err
		}
		stats := h.stats()
		n := min(int(count), len(stats))
		e.Uint32(uint32(n))
		e.Count(n)
		e.Uint32s(stats[:n])
		e.Uint32(statusOK)
	case opIsListening:
		e.Uint32(statusOK)
		e.Uint32(1)
	case opStopListening:
		// A response, not a fault: clients look at the status.
		e.Uint32(statusAccessDenied)
	case opInqPrincName:
		svc, size := d.Uint32(), d.Uint32()
		if err := d.Err(); err != nil {
			return err
		}
		name, status := h.principal(svc, size)
		e.StrMax(name, int(max(size, 1)))
		e.Uint32(status)
	}
	var err error
	c.Reply, err = e.Data()
	return err
}

// stats returns calls received, calls sent, packets received and sent ([C706]
// appendix Q). Packets are not counted apart from calls.
func (h *handler) stats() []uint32 {
	n := uint32(h.srv.Served())
	return []uint32{n, 0, n, n}
}

// principal answers inq_princ_name for a buffer of size characters, NUL
// included.
func (h *handler) principal(svc, size uint32) (name string, status uint32) {
	ok := false
	if h.o.PrincipalName != nil {
		name, ok = h.o.PrincipalName(svc)
	}
	switch {
	case !ok:
		return "", statusUnknownAuthSvc
	case uint64(len(name)) >= uint64(size):
		return "", statusBufferTooSmall
	}
	return name, statusOK
}
