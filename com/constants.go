package com

// MSHCTX tells where an interface pointer is marshaled to.
type MSHCTX uint32

// Destination contexts of marshaling (COM API, MSHCTX).
const (
	MSHCTX_LOCAL            MSHCTX = 0 // another process of the same machine
	MSHCTX_NOSHAREDMEM      MSHCTX = 1 // the same, without shared memory
	MSHCTX_DIFFERENTMACHINE MSHCTX = 2 // another machine
	MSHCTX_INPROC           MSHCTX = 3 // another apartment of the same process
	MSHCTX_CROSSCTX         MSHCTX = 4 // another context of the same apartment
	MSHCTX_CONTAINER        MSHCTX = 5 // another app container
)

// MSHLFLAGS tells how often a packet may be unmarshaled.
type MSHLFLAGS uint32

// Marshaling flags (COM API, MSHLFLAGS). All other bits are reserved.
const (
	MSHLFLAGS_NORMAL      MSHLFLAGS = 0 // unmarshaled once: the references move
	MSHLFLAGS_TABLESTRONG MSHLFLAGS = 1 // any number of times; the packet keeps the object alive
	MSHLFLAGS_TABLEWEAK   MSHLFLAGS = 2 // any number of times; the packet does not
	MSHLFLAGS_NOPING      MSHLFLAGS = 4 // may be added: the object is not pinged
)

// CLSCTX tells in which kinds of server a class may be activated.
type CLSCTX uint32

// Execution contexts (COM API, CLSCTX).
const (
	CLSCTX_INPROC_SERVER  CLSCTX = 0x1
	CLSCTX_INPROC_HANDLER CLSCTX = 0x2
	CLSCTX_LOCAL_SERVER   CLSCTX = 0x4
	CLSCTX_REMOTE_SERVER  CLSCTX = 0x10
	CLSCTX_APPCONTAINER   CLSCTX = 0x400000 // no class objects that a process registered at run time
	CLSCTX_SERVER                = CLSCTX_INPROC_SERVER | CLSCTX_LOCAL_SERVER | CLSCTX_REMOTE_SERVER
	CLSCTX_ALL                   = CLSCTX_SERVER | CLSCTX_INPROC_HANDLER
)

// REGCLS tells how a registered class object is used.
type REGCLS uint32

// Uses of a class object (COM API, REGCLS). One of the first three, to which the
// others may be added. All other bits are reserved.
const (
	REGCLS_SINGLEUSE      REGCLS = 0  // for one activation
	REGCLS_MULTIPLEUSE    REGCLS = 1  // for any number; a local server serves its own process too
	REGCLS_MULTI_SEPARATE REGCLS = 2  // for any number; it does not
	REGCLS_SUSPENDED      REGCLS = 4  // not before CoResumeClassObjects
	REGCLS_SURROGATE      REGCLS = 8  // a surrogate for classes of others; said, and no more
	REGCLS_AGILE          REGCLS = 16 // of use in every apartment of the process, directly
)

// ThreadingModel tells in which apartments the objects of an in-process class may
// live: the value ThreadingModel of InprocServer32 in the registry of Windows.
type ThreadingModel uint8

// Threading models (COM registry).
const (
	ThreadingBoth      ThreadingModel = iota // "Both": where they are created
	ThreadingApartment                       // "Apartment": in any single-threaded one
	ThreadingFree                            // "Free": in the multithreaded one
	ThreadingNeutral                         // "Neutral": in the neutral one
	ThreadingSingle                          // no value: in the main single-threaded one
)

// ROTFLAGS tells how a running object is registered.
type ROTFLAGS uint32

// Registrations of a running object (COM API, ROTFLAGS). All other bits are
// reserved or of no meaning here.
const (
	ROTFLAGS_REGISTRATIONKEEPSALIVE ROTFLAGS = 1 // the registration holds the object
)

// AgileReferenceOptions tells when an agile reference marshals its object.
type AgileReferenceOptions uint32

// Options of agile references (Windows Runtime API).
const (
	AGILEREFERENCE_DEFAULT        AgileReferenceOptions = 0 // at once
	AGILEREFERENCE_DELAYEDMARSHAL AgileReferenceOptions = 1 // when another apartment asks for it
)

// EXTCONN is the kind of connection that [IExternalConnection] is told of.
type EXTCONN uint32

// Kinds of external connection (COM API, EXTCONN). Only strong ones are reported.
const (
	EXTCONN_STRONG   EXTCONN = 1
	EXTCONN_WEAK     EXTCONN = 2
	EXTCONN_CALLABLE EXTCONN = 4
)

// APTTYPE is the kind of an apartment.
type APTTYPE int32

// Kinds of apartment (COM API, APTTYPE).
const (
	APTTYPE_CURRENT APTTYPE = -1
	APTTYPE_STA     APTTYPE = 0
	APTTYPE_MTA     APTTYPE = 1
	APTTYPE_NA      APTTYPE = 2
	APTTYPE_MAINSTA APTTYPE = 3
)

// AuthnLevel is how much of a call is protected ([MS-RPCE] 2.2.1.1.8).
type AuthnLevel uint32

// Authentication levels. CALL is sent as PKT.
const (
	RPC_C_AUTHN_LEVEL_DEFAULT       AuthnLevel = 0
	RPC_C_AUTHN_LEVEL_NONE          AuthnLevel = 1
	RPC_C_AUTHN_LEVEL_CONNECT       AuthnLevel = 2
	RPC_C_AUTHN_LEVEL_CALL          AuthnLevel = 3
	RPC_C_AUTHN_LEVEL_PKT           AuthnLevel = 4
	RPC_C_AUTHN_LEVEL_PKT_INTEGRITY AuthnLevel = 5
	RPC_C_AUTHN_LEVEL_PKT_PRIVACY   AuthnLevel = 6
)

// ImpLevel is what a server may do in the client's name ([MS-RPCE] 2.2.1.1.9).
type ImpLevel uint32

// Impersonation levels.
const (
	RPC_C_IMP_LEVEL_DEFAULT     ImpLevel = 0
	RPC_C_IMP_LEVEL_ANONYMOUS   ImpLevel = 1
	RPC_C_IMP_LEVEL_IDENTIFY    ImpLevel = 2
	RPC_C_IMP_LEVEL_IMPERSONATE ImpLevel = 3
	RPC_C_IMP_LEVEL_DELEGATE    ImpLevel = 4
)

// Authentication services ([MS-RPCE] 2.2.1.1.7).
const (
	RPC_C_AUTHN_NONE          uint32 = 0
	RPC_C_AUTHN_GSS_NEGOTIATE uint32 = 9
	RPC_C_AUTHN_WINNT         uint32 = 10
	RPC_C_AUTHN_GSS_KERBEROS  uint32 = 16
	RPC_C_AUTHN_DEFAULT       uint32 = 0xffffffff
)
