package com

import "context"

// IMarshal is how an object, or the standard marshaler, writes and reads
// references to itself (COM API; CF-089 to CF-119).
//
// obj may be nil; the implementation then queries itself for iid (CF-103).
// Streams are left immediately behind the packet's last byte, by failing
// methods too (CF-105). Calls may come from any goroutine.
type IMarshal interface {
	// GetUnmarshalClass names the class that reads the packet.
	GetUnmarshalClass(ctx context.Context, iid *IID, obj any, dest MSHCTX, flags MSHLFLAGS) (CLSID, error)
	// GetMarshalSizeMax returns an upper bound in bytes for MarshalInterface.
	GetMarshalSizeMax(ctx context.Context, iid *IID, obj any, dest MSHCTX, flags MSHLFLAGS) (uint32, error)
	MarshalInterface(ctx context.Context, stm IStream, iid *IID, obj any, dest MSHCTX, flags MSHLFLAGS) error
	// UnmarshalInterface returns the object that the packet stands for, queried for iid.
	UnmarshalInterface(ctx context.Context, stm IStream, iid *IID) (any, error)
	ReleaseMarshalData(ctx context.Context, stm IStream) error
	// DisconnectObject severs all external connections; reserved is 0.
	DisconnectObject(ctx context.Context, reserved uint32) error
}

// IMarshal2 is [IMarshal] with the promise that its unmarshal class works in
// app containers too. It has no methods of its own.
type IMarshal2 interface{ IMarshal }

// IStdMarshalInfo lets an object name the handler that its clients create
// (CF-341, CF-342).
type IStdMarshalInfo interface {
	GetClassForHandler(ctx context.Context, dest MSHCTX) (CLSID, error)
}

// INoMarshal marks an object that refuses marshaling (CF-119). The interface
// has no methods: a class has it when it is exposed with it.
type INoMarshal interface{}

// IAgileObject marks an object that may be called from any apartment
// (CF-136). The interface has no methods: a class has it when it is exposed
// with it.
type IAgileObject interface{}

// IExternalConnection is told when external connections come and go
// (CF-061 to CF-071). kind is EXTCONN_STRONG and reserved 0; the results are
// the object's own count, for diagnosis.
type IExternalConnection interface {
	AddConnection(ctx context.Context, kind EXTCONN, reserved uint32) uint32
	ReleaseConnection(ctx context.Context, kind EXTCONN, reserved uint32, lastReleaseCloses bool) uint32
}

// MultiQI is one query of [IMultiQI]. Itf and HR are results; an entry whose
// Itf is not nil on entry is skipped (CF-147).
type MultiQI struct {
	IID IID
	Itf any
	HR  HRESULT
}

// IMultiQI asks for several interfaces in one round trip (CF-146 to CF-148).
// The result is S_OK when all were found, S_FALSE when some, E_NOINTERFACE
// when none.
type IMultiQI interface {
	QueryMultipleInterfaces(ctx context.Context, queries []MultiQI) (HRESULT, error)
}

// RPCOPT is a property of [IRpcOptions].
type RPCOPT uint32

// Properties of IRpcOptions (COM API, RPCOPT_PROPERTIES).
const (
	COMBND_RPCTIMEOUT      RPCOPT = 1 // 0 to 10, 10 means without end
	COMBND_SERVER_LOCALITY RPCOPT = 2 // read only: 0 same process, 1 same machine, 2 remote
)

// IRpcOptions sets and reads properties of a proxy's binding (CF-230).
type IRpcOptions interface {
	Set(ctx context.Context, proxy any, property RPCOPT, value uintptr) error
	Query(ctx context.Context, proxy any, property RPCOPT) (uintptr, error)
}

// Blanket is a set of security settings of a proxy or of a call.
type Blanket struct {
	AuthnSvc     uint32 // RPC_C_AUTHN_*
	AuthzSvc     uint32
	Principal    string
	AuthnLevel   AuthnLevel
	ImpLevel     ImpLevel
	AuthInfo     any // client: credentials; server: the caller's identity
	Capabilities uint32
}

// IClientSecurity reads and sets the security blanket of interface proxies
// (CF-325 to CF-337). It is answered by the proxy manager.
type IClientSecurity interface {
	QueryBlanket(ctx context.Context, proxy any) (Blanket, error)
	SetBlanket(ctx context.Context, proxy any, b Blanket) error
	CopyProxy(ctx context.Context, proxy any) (any, error)
}

// IServerSecurity is the caller's security context during a call.
type IServerSecurity interface {
	QueryBlanket(ctx context.Context) (Blanket, error)
	ImpersonateClient(ctx context.Context) (context.Context, error)
	RevertToSelf(ctx context.Context) (context.Context, error)
	IsImpersonating(ctx context.Context) bool
}
