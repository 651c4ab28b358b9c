package com

// The result codes that oxid knows by name ([MS-ERREF] 2.1.1, [MS-DCOM]
// 3.1.1.5 and the COM headers). Values below 0x80000000 are success codes.
const (
	S_OK                              HRESULT = 0x00000000 // success
	S_FALSE                           HRESULT = 0x00000001 // success, with the answer "no"
	E_PENDING                         HRESULT = 0x8000000A // the data is not available yet
	E_NOTIMPL                         HRESULT = 0x80004001 // the method is not implemented
	E_NOINTERFACE                     HRESULT = 0x80004002 // the object does not have this interface
	E_POINTER                         HRESULT = 0x80004003 // a pointer that must not be nil is nil
	E_ABORT                           HRESULT = 0x80004004 // the operation was aborted
	E_FAIL                            HRESULT = 0x80004005 // the operation failed for a reason that it did not name
	CO_E_NOT_SUPPORTED                HRESULT = 0x80004021 // the object does not support this kind of marshaling
	E_UNEXPECTED                      HRESULT = 0x8000FFFF // the call was not expected in this state
	E_ACCESSDENIED                    HRESULT = 0x80070005 // the caller is not allowed to do this
	E_HANDLE                          HRESULT = 0x80070006 // the handle is not valid
	E_OUTOFMEMORY                     HRESULT = 0x8007000E // not enough memory
	E_INVALIDARG                      HRESULT = 0x80070057 // an argument is not valid
	STG_E_INVALIDFUNCTION             HRESULT = 0x80030001 // the stream cannot do this
	STG_E_ACCESSDENIED                HRESULT = 0x80030005 // the stream does not allow this
	STG_E_INVALIDPOINTER              HRESULT = 0x80030009 // a pointer that must not be nil is nil
	STG_E_SEEKERROR                   HRESULT = 0x80030019 // the stream cannot seek there
	STG_E_WRITEFAULT                  HRESULT = 0x8003001D // writing to the stream failed
	STG_E_READFAULT                   HRESULT = 0x8003001E // the stream ended before the data did
	STG_E_MEDIUMFULL                  HRESULT = 0x80030070 // the stream is full
	STG_E_REVERTED                    HRESULT = 0x80030102 // the stream has been reverted
	OLE_E_ADVISENOTSUPPORTED          HRESULT = 0x80040003 // the object does not tell of changes
	OLE_E_NOCONNECTION                HRESULT = 0x80040004 // there is no such connection with a sink
	DV_E_FORMATETC                    HRESULT = 0x80040064 // the format is not valid
	DV_E_STGMEDIUM                    HRESULT = 0x80040066 // the medium is not valid
	DV_E_LINDEX                       HRESULT = 0x80040068 // the object does not have this part
	DV_E_TYMED                        HRESULT = 0x80040069 // the storage medium is not supported
	DV_E_CLIPFORMAT                   HRESULT = 0x8004006A // the clipboard format is not there
	DV_E_DVASPECT                     HRESULT = 0x8004006B // the aspect is not there
	DATA_S_SAMEFORMATETC              HRESULT = 0x00040130 // both formats have the same data
	CLASS_E_NOAGGREGATION             HRESULT = 0x80040110 // the class cannot be aggregated
	CLASS_E_CLASSNOTAVAILABLE         HRESULT = 0x80040111 // the server does not have this class
	CONNECT_E_NOCONNECTION            HRESULT = 0x80040200 // there is no such connection
	CONNECT_E_ADVISELIMIT             HRESULT = 0x80040201 // the connection point has as many sinks as it takes
	CONNECT_E_CANNOTCONNECT           HRESULT = 0x80040202 // the sink does not have the interface of the connection point
	CONNECT_E_OVERRIDDEN              HRESULT = 0x80040203 // another connection has taken precedence
	REGDB_E_CLASSNOTREG               HRESULT = 0x80040154 // the class is not registered
	REGDB_E_IIDNOTREG                 HRESULT = 0x80040155 // no proxy and stub are registered for the interface
	CO_E_NOTINITIALIZED               HRESULT = 0x800401F0 // COM is not initialized here: no apartment
	CO_E_ALREADYINITIALIZED           HRESULT = 0x800401F1 // COM is initialized already
	CO_E_CANTDETERMINECLASS           HRESULT = 0x800401F2 // the class of the object cannot be determined
	CO_E_CLASSSTRING                  HRESULT = 0x800401F3 // the class string is not valid
	CO_E_ERRORINAPP                   HRESULT = 0x800401F7 // the application cannot be started: its configuration is wrong
	CO_E_OBJNOTREG                    HRESULT = 0x800401FB // the object is not registered any more
	CO_E_OBJISREG                     HRESULT = 0x800401FC // the object is registered already
	CO_E_OBJNOTCONNECTED              HRESULT = 0x800401FD // the object is not connected to its server
	CO_E_APPDIDNTREG                  HRESULT = 0x800401FE // the server started but did not register its class
	CO_E_RELEASED                     HRESULT = 0x800401FF // the object has been released
	MK_E_UNAVAILABLE                  HRESULT = 0x800401E3 // no running object has this name
	MK_S_REDUCED_TO_SELF              HRESULT = 0x000401E2 // the moniker is reduced as far as it can be
	MK_S_ME                           HRESULT = 0x000401E4 // the prefix is this moniker
	MK_S_HIM                          HRESULT = 0x000401E5 // the result is the other moniker
	MK_S_US                           HRESULT = 0x000401E6 // the monikers are equal
	MK_E_NEEDGENERIC                  HRESULT = 0x800401E2 // the composition would be generic
	MK_E_SYNTAX                       HRESULT = 0x800401E4 // the display name cannot be parsed
	MK_E_NOOBJECT                     HRESULT = 0x800401E5 // the moniker names no object
	MK_E_NOINVERSE                    HRESULT = 0x800401EC // the moniker has no inverse
	MK_E_NOPREFIX                     HRESULT = 0x800401EE // the monikers have no common prefix
	MK_S_MONIKERALREADYREGISTERED     HRESULT = 0x000401E7 // the name was registered before
	CO_S_NOTALLINTERFACES             HRESULT = 0x00080012 // not all of the wanted interfaces are available
	CO_E_CLASS_CREATE_FAILED          HRESULT = 0x80080001 // the class object could not be created
	CO_E_SERVER_EXEC_FAILURE          HRESULT = 0x80080005 // the server could not be started
	CO_E_SERVER_STOPPING              HRESULT = 0x80080008 // the server is shutting down
	SEC_E_UNSUPPORTED_FUNCTION        HRESULT = 0x80090302 // the security package cannot do what is required
	SEC_E_INVALID_TOKEN               HRESULT = 0x80090308 // the security token is not valid
	SEC_E_LOGON_DENIED                HRESULT = 0x8009030C // the logon was denied
	SEC_E_NO_CREDENTIALS              HRESULT = 0x8009030E // there are no credentials to use
	SEC_E_MESSAGE_ALTERED             HRESULT = 0x8009030F // a signature does not match its message
	SEC_E_OUT_OF_SEQUENCE             HRESULT = 0x80090310 // a protected message is out of sequence
	SEC_E_TIME_SKEW                   HRESULT = 0x80090324 // the clocks of the two sides differ too much
	SEC_E_BAD_BINDINGS                HRESULT = 0x80090346 // the channel bindings of the client are wrong
	RPC_E_CALL_REJECTED               HRESULT = 0x80010001 // the callee rejected the call
	RPC_E_CALL_CANCELED               HRESULT = 0x80010002 // the call was cancelled
	RPC_E_CANTPOST_INSENDCALL         HRESULT = 0x80010003 // the call cannot be made from inside this one
	RPC_E_CANTCALLOUT_INASYNCCALL     HRESULT = 0x80010004 // no outgoing call is allowed inside an asynchronous call
	RPC_E_CONNECTION_TERMINATED       HRESULT = 0x80010006 // the connection was terminated
	RPC_E_SERVER_DIED                 HRESULT = 0x80010007 // the server died; the call may have been executed
	RPC_E_CLIENT_DIED                 HRESULT = 0x80010008 // the caller died while its call was executed
	RPC_E_INVALID_DATAPACKET          HRESULT = 0x80010009 // the data packet is not valid
	RPC_E_CANTTRANSMIT_CALL           HRESULT = 0x8001000A // the call could not be transmitted
	RPC_E_CLIENT_CANTMARSHAL_DATA     HRESULT = 0x8001000B // the client cannot marshal the arguments
	RPC_E_CLIENT_CANTUNMARSHAL_DATA   HRESULT = 0x8001000C // the client cannot unmarshal the results
	RPC_E_SERVER_CANTMARSHAL_DATA     HRESULT = 0x8001000D // the server cannot marshal the results
	RPC_E_SERVER_CANTUNMARSHAL_DATA   HRESULT = 0x8001000E // the server cannot unmarshal the arguments
	RPC_E_INVALID_DATA                HRESULT = 0x8001000F // the data is not valid
	RPC_E_INVALID_PARAMETER           HRESULT = 0x80010010 // a parameter is not valid
	RPC_E_SERVER_DIED_DNE             HRESULT = 0x80010012 // the server died; the call was not executed
	RPC_E_SYS_CALL_FAILED             HRESULT = 0x80010100 // a system call failed
	RPC_E_OUT_OF_RESOURCES            HRESULT = 0x80010101 // a resource could not be had
	RPC_E_ATTEMPTED_MULTITHREAD       HRESULT = 0x80010102 // the single-threaded apartment does not allow this
	RPC_E_NOT_REGISTERED              HRESULT = 0x80010103 // the interface is not registered
	RPC_E_FAULT                       HRESULT = 0x80010104 // the server could not carry out the call
	RPC_E_SERVERFAULT                 HRESULT = 0x80010105 // the server's method failed with a panic or an exception
	RPC_E_CHANGED_MODE                HRESULT = 0x80010106 // the apartment has another threading model already
	RPC_E_INVALIDMETHOD               HRESULT = 0x80010107 // the interface does not have this method
	RPC_E_DISCONNECTED                HRESULT = 0x80010108 // the object is disconnected from its clients, or its server is gone
	RPC_E_RETRY                       HRESULT = 0x80010109 // the callee is busy: try again later
	RPC_E_SERVERCALL_RETRYLATER       HRESULT = 0x8001010A // the callee's message filter says: try again later
	RPC_E_SERVERCALL_REJECTED         HRESULT = 0x8001010B // the callee's message filter rejected the call
	RPC_E_INVALID_CALLDATA            HRESULT = 0x8001010C // the call data is not valid
	RPC_E_CANTCALLOUT_ININPUTSYNCCALL HRESULT = 0x8001010D // no outgoing call is allowed inside an input-synchronous call
	RPC_E_WRONG_THREAD                HRESULT = 0x8001010E // the pointer belongs to another apartment: marshal it to this one
	RPC_E_THREAD_NOT_INIT             HRESULT = 0x8001010F // COM is not initialized on this thread
	RPC_E_VERSION_MISMATCH            HRESULT = 0x80010110 // the two sides speak different versions of DCOM
	RPC_E_INVALID_HEADER              HRESULT = 0x80010111 // the header of the call is not valid
	RPC_E_INVALID_EXTENSION           HRESULT = 0x80010112 // an extension of the call is not valid
	RPC_E_INVALID_IPID                HRESULT = 0x80010113 // there is no such interface
	RPC_E_INVALID_OBJECT              HRESULT = 0x80010114 // there is no such object
	RPC_S_CALLPENDING                 HRESULT = 0x80010115 // the call is still pending
	RPC_S_WAITONTIMER                 HRESULT = 0x80010116 // wait on a timer
	RPC_E_CALL_COMPLETE               HRESULT = 0x80010117 // the call is complete: its context is gone
	RPC_E_UNSECURE_CALL               HRESULT = 0x80010118 // the call is not secure enough
	RPC_E_TOO_LATE                    HRESULT = 0x80010119 // it is too late for this: security or marshaling has been set up already
	RPC_E_NO_GOOD_SECURITY_PACKAGES   HRESULT = 0x8001011A // no usable security package
	RPC_E_ACCESS_DENIED               HRESULT = 0x8001011B // the callee denied access
	RPC_E_REMOTE_DISABLED             HRESULT = 0x8001011C // remote calls are disabled
	RPC_E_INVALID_OBJREF              HRESULT = 0x8001011D // the marshaled reference is not valid
	RPC_E_NO_CONTEXT                  HRESULT = 0x8001011E // there is no call context here
	RPC_E_TIMEOUT                     HRESULT = 0x8001011F // the operation did not end in time
	RPC_E_NO_SYNC                     HRESULT = 0x80010120 // there is nothing to wait for
	RPC_E_FULLSIC_REQUIRED            HRESULT = 0x80010121 // a full security blanket is required
	RPC_E_INVALID_STD_NAME            HRESULT = 0x80010122 // the principal name is not valid
	CO_E_FAILEDTOIMPERSONATE          HRESULT = 0x80010123 // the client cannot be impersonated
	CO_E_ACCESSCHECKFAILED            HRESULT = 0x8001012A // the access check failed
	CO_E_INCOMPATIBLESTREAMVERSION    HRESULT = 0x8001013B // the stream was written by an incompatible version
	CO_E_CANCEL_DISABLED              HRESULT = 0x80010140 // call cancellation is not enabled
	CO_E_RUNAS_LOGON_FAILURE          HRESULT = 0x8000401A // the server's account could not log on
	RPC_E_UNEXPECTED                  HRESULT = 0x8001FFFF // something unexpected happened inside the runtime
	DISP_E_UNKNOWNINTERFACE           HRESULT = 0x80020001 // unknown interface
	DISP_E_MEMBERNOTFOUND             HRESULT = 0x80020003 // the object has no such member
	DISP_E_PARAMNOTFOUND              HRESULT = 0x80020004 // the method has no such parameter
	DISP_E_TYPEMISMATCH               HRESULT = 0x80020005 // an argument has the wrong type
	DISP_E_UNKNOWNNAME                HRESULT = 0x80020006 // the object has no member of this name
	DISP_E_NONAMEDARGS                HRESULT = 0x80020007 // the method takes no named arguments
	DISP_E_BADVARTYPE                 HRESULT = 0x80020008 // the variant type is not valid
	DISP_E_EXCEPTION                  HRESULT = 0x80020009 // the method raised an exception
	DISP_E_OVERFLOW                   HRESULT = 0x8002000A // a value does not fit
	DISP_E_BADINDEX                   HRESULT = 0x8002000B // the index is not valid
	DISP_E_UNKNOWNLCID                HRESULT = 0x8002000C // the object does not know this locale
	DISP_E_BADPARAMCOUNT              HRESULT = 0x8002000E // the number of arguments is wrong
	DISP_E_PARAMNOTOPTIONAL           HRESULT = 0x8002000F // a parameter that is not optional was left out
	DISP_E_BADCALLEE                  HRESULT = 0x80020010 // the callee is not valid
	DISP_E_NOTACOLLECTION             HRESULT = 0x80020011 // the object is not a collection
	DISP_E_DIVBYZERO                  HRESULT = 0x80020012 // a division by zero
)

// Windows error codes of the RPC runtime, in their HRESULT form 0x8007xxxx
// ([MS-RPCE] 3.1.1.5.5, [MS-DCOM] 3.1.2.5.1).
const (
	RPC_S_PROTSEQ_NOT_SUPPORTED    HRESULT = 0x800706A7 // the protocol sequence is not supported
	ERROR_NOT_ENOUGH_SERVER_MEMORY HRESULT = 0x8007046A // the server has not enough memory
	RPC_S_INVALID_BINDING          HRESULT = 0x800706A6 // the binding is not valid
	RPC_S_SERVER_UNAVAILABLE       HRESULT = 0x800706BA // the server cannot be reached
	RPC_S_SERVER_TOO_BUSY          HRESULT = 0x800706BB // the server is too busy
	RPC_S_NO_CALL_ACTIVE           HRESULT = 0x800706BD // there is no such call
	RPC_S_CALL_FAILED              HRESULT = 0x800706BE // the call failed after it was sent; it may have been executed
	RPC_S_CALL_FAILED_DNE          HRESULT = 0x800706BF // the call failed and was not executed
	RPC_S_PROTOCOL_ERROR           HRESULT = 0x800706C0 // the peer broke the RPC protocol, or says that we did
	RPC_S_UNSUPPORTED_TRANS_SYN    HRESULT = 0x800706C2 // the peer supports none of the offered transfer syntaxes
	RPC_S_UNSUPPORTED_TYPE         HRESULT = 0x800706C4 // the type is not supported
	RPC_S_INVALID_TAG              HRESULT = 0x800706C5 // a union's discriminant has no arm
	RPC_S_INVALID_BOUND            HRESULT = 0x800706C6 // an array bound is out of range
	RPC_S_UNKNOWN_IF               HRESULT = 0x800706B5 // the server does not have this RPC interface
	RPC_S_PROCNUM_OUT_OF_RANGE     HRESULT = 0x800706D1 // the interface does not have this method number
	RPC_S_UNKNOWN_AUTHN_SERVICE    HRESULT = 0x800706D3 // the server does not know the authentication service
	RPC_S_UNKNOWN_AUTHN_LEVEL      HRESULT = 0x800706D4 // the authentication level is not supported
	RPC_S_CANNOT_SUPPORT           HRESULT = 0x800706E4 // the server cannot do this
	RPC_S_ZERO_DIVIDE              HRESULT = 0x800706E7 // the server divided an integer by zero
	RPC_S_ADDRESS_ERROR            HRESULT = 0x800706E8 // the server used an address that is not valid
	RPC_S_FP_DIV_ZERO              HRESULT = 0x800706E9 // the server divided a floating-point number by zero
	RPC_S_FP_UNDERFLOW             HRESULT = 0x800706EA // a floating-point number underflowed in the server
	RPC_S_FP_OVERFLOW              HRESULT = 0x800706EB // a floating-point number overflowed in the server
	RPC_S_OUT_OF_RESOURCES         HRESULT = 0x800706B9 // the server is out of resources
	RPC_X_NULL_REF_POINTER         HRESULT = 0x800706F4 // a reference pointer is nil
	RPC_X_ENUM_VALUE_OUT_OF_RANGE  HRESULT = 0x800706F5 // an enumeration value does not fit in 16 bits
	RPC_X_BAD_STUB_DATA            HRESULT = 0x800706F7 // the data of the call cannot be decoded
	ERROR_INVALID_USER_BUFFER      HRESULT = 0x800706F8 // the buffer that was supplied is too small or misplaced
	RPC_S_CALL_CANCELLED           HRESULT = 0x8007071A // the call was cancelled
	RPC_S_COMM_FAILURE             HRESULT = 0x8007071C // communication failed during the call
	RPC_S_UNSUPPORTED_AUTHN_LEVEL  HRESULT = 0x8007071D // the authentication level is not supported
	RPC_S_SEC_PKG_ERROR            HRESULT = 0x80070721 // the security package reported an error
	RPC_X_WRONG_PIPE_ORDER         HRESULT = 0x80070727 // the pipes of a call were used in the wrong order
	OR_INVALID_OXID                HRESULT = 0x80070776 // the resolver does not know this object exporter
	OR_INVALID_OID                 HRESULT = 0x80070777 // the resolver does not know this object
	OR_INVALID_SET                 HRESULT = 0x80070778 // the resolver does not know this ping set
	RPC_X_PIPE_CLOSED              HRESULT = 0x8007077C // the pipe of a call is closed
	RPC_X_PIPE_DISCIPLINE_ERROR    HRESULT = 0x8007077D // a pipe of a call was used against its rules
	RPC_X_PIPE_EMPTY               HRESULT = 0x8007077E // the pipe of a call has no more data
	EPT_S_NOT_REGISTERED           HRESULT = 0x800706D9 // the endpoint mapper has no such endpoint
	EPT_S_CANT_PERFORM_OP          HRESULT = 0x800706D8 // the endpoint mapper cannot do this
)

// hresultTable gives each known value its name and meaning.
var hresultTable = map[HRESULT]struct{ name, meaning string }{
	S_OK:                              {"S_OK", "success"},
	S_FALSE:                           {"S_FALSE", "success, with the answer \"no\""},
	E_PENDING:                         {"E_PENDING", "the data is not available yet"},
	E_NOTIMPL:                         {"E_NOTIMPL", "the method is not implemented"},
	E_NOINTERFACE:                     {"E_NOINTERFACE", "the object does not have this interface"},
	E_POINTER:                         {"E_POINTER", "a pointer that must not be nil is nil"},
	E_ABORT:                           {"E_ABORT", "the operation was aborted"},
	E_FAIL:                            {"E_FAIL", "the operation failed for a reason that it did not name"},
	CO_E_NOT_SUPPORTED:                {"CO_E_NOT_SUPPORTED", "the object does not support this kind of marshaling"},
	E_UNEXPECTED:                      {"E_UNEXPECTED", "the call was not expected in this state"},
	E_ACCESSDENIED:                    {"E_ACCESSDENIED", "the caller is not allowed to do this"},
	E_HANDLE:                          {"E_HANDLE", "the handle is not valid"},
	E_OUTOFMEMORY:                     {"E_OUTOFMEMORY", "not enough memory"},
	E_INVALIDARG:                      {"E_INVALIDARG", "an argument is not valid"},
	STG_E_INVALIDFUNCTION:             {"STG_E_INVALIDFUNCTION", "the stream cannot do this"},
	STG_E_ACCESSDENIED:                {"STG_E_ACCESSDENIED", "the stream does not allow this"},
	STG_E_INVALIDPOINTER:              {"STG_E_INVALIDPOINTER", "a pointer that must not be nil is nil"},
	STG_E_SEEKERROR:                   {"STG_E_SEEKERROR", "the stream cannot seek there"},
	STG_E_WRITEFAULT:                  {"STG_E_WRITEFAULT", "writing to the stream failed"},
	STG_E_READFAULT:                   {"STG_E_READFAULT", "the stream ended before the data did"},
	STG_E_MEDIUMFULL:                  {"STG_E_MEDIUMFULL", "the stream is full"},
	STG_E_REVERTED:                    {"STG_E_REVERTED", "the stream has been reverted"},
	OLE_E_ADVISENOTSUPPORTED:          {"OLE_E_ADVISENOTSUPPORTED", "the object does not tell of changes"},
	OLE_E_NOCONNECTION:                {"OLE_E_NOCONNECTION", "there is no such connection with a sink"},
	DV_E_FORMATETC:                    {"DV_E_FORMATETC", "the format is not valid"},
	DV_E_STGMEDIUM:                    {"DV_E_STGMEDIUM", "the medium is not valid"},
	DV_E_LINDEX:                       {"DV_E_LINDEX", "the object does not have this part"},
	DV_E_TYMED:                        {"DV_E_TYMED", "the storage medium is not supported"},
	DV_E_CLIPFORMAT:                   {"DV_E_CLIPFORMAT", "the clipboard format is not there"},
	DV_E_DVASPECT:                     {"DV_E_DVASPECT", "the aspect is not there"},
	DATA_S_SAMEFORMATETC:              {"DATA_S_SAMEFORMATETC", "both formats have the same data"},
	CLASS_E_NOAGGREGATION:             {"CLASS_E_NOAGGREGATION", "the class cannot be aggregated"},
	CLASS_E_CLASSNOTAVAILABLE:         {"CLASS_E_CLASSNOTAVAILABLE", "the server does not have this class"},
	CONNECT_E_NOCONNECTION:            {"CONNECT_E_NOCONNECTION", "there is no such connection"},
	CONNECT_E_ADVISELIMIT:             {"CONNECT_E_ADVISELIMIT", "the connection point has as many sinks as it takes"},
	CONNECT_E_CANNOTCONNECT:           {"CONNECT_E_CANNOTCONNECT", "the sink does not have the interface of the connection point"},
	CONNECT_E_OVERRIDDEN:              {"CONNECT_E_OVERRIDDEN", "another connection has taken precedence"},
	REGDB_E_CLASSNOTREG:               {"REGDB_E_CLASSNOTREG", "the class is not registered"},
	REGDB_E_IIDNOTREG:                 {"REGDB_E_IIDNOTREG", "no proxy and stub are registered for the interface"},
	CO_E_NOTINITIALIZED:               {"CO_E_NOTINITIALIZED", "COM is not initialized here: no apartment"},
	CO_E_ALREADYINITIALIZED:           {"CO_E_ALREADYINITIALIZED", "COM is initialized already"},
	CO_E_CANTDETERMINECLASS:           {"CO_E_CANTDETERMINECLASS", "the class of the object cannot be determined"},
	CO_E_CLASSSTRING:                  {"CO_E_CLASSSTRING", "the class string is not valid"},
	CO_E_ERRORINAPP:                   {"CO_E_ERRORINAPP", "the application cannot be started: its configuration is wrong"},
	CO_E_OBJNOTREG:                    {"CO_E_OBJNOTREG", "the object is not registered any more"},
	CO_E_OBJISREG:                     {"CO_E_OBJISREG", "the object is registered already"},
	CO_E_OBJNOTCONNECTED:              {"CO_E_OBJNOTCONNECTED", "the object is not connected to its server"},
	CO_E_APPDIDNTREG:                  {"CO_E_APPDIDNTREG", "the server started but did not register its class"},
	CO_E_RELEASED:                     {"CO_E_RELEASED", "the object has been released"},
	MK_E_UNAVAILABLE:                  {"MK_E_UNAVAILABLE", "no running object has this name"},
	MK_S_REDUCED_TO_SELF:              {"MK_S_REDUCED_TO_SELF", "the moniker is reduced as far as it can be"},
	MK_S_ME:                           {"MK_S_ME", "the prefix is this moniker"},
	MK_S_HIM:                          {"MK_S_HIM", "the result is the other moniker"},
	MK_S_US:                           {"MK_S_US", "the monikers are equal"},
	MK_E_NEEDGENERIC:                  {"MK_E_NEEDGENERIC", "the composition would be generic"},
	MK_E_SYNTAX:                       {"MK_E_SYNTAX", "the display name cannot be parsed"},
	MK_E_NOOBJECT:                     {"MK_E_NOOBJECT", "the moniker names no object"},
	MK_E_NOINVERSE:                    {"MK_E_NOINVERSE", "the moniker has no inverse"},
	MK_E_NOPREFIX:                     {"MK_E_NOPREFIX", "the monikers have no common prefix"},
	MK_S_MONIKERALREADYREGISTERED:     {"MK_S_MONIKERALREADYREGISTERED", "the name was registered before"},
	CO_S_NOTALLINTERFACES:             {"CO_S_NOTALLINTERFACES", "not all of the wanted interfaces are available"},
	CO_E_CLASS_CREATE_FAILED:          {"CO_E_CLASS_CREATE_FAILED", "the class object could not be created"},
	CO_E_SERVER_EXEC_FAILURE:          {"CO_E_SERVER_EXEC_FAILURE", "the server could not be started"},
	CO_E_SERVER_STOPPING:              {"CO_E_SERVER_STOPPING", "the server is shutting down"},
	SEC_E_UNSUPPORTED_FUNCTION:        {"SEC_E_UNSUPPORTED_FUNCTION", "the security package cannot do what is required"},
	SEC_E_INVALID_TOKEN:               {"SEC_E_INVALID_TOKEN", "the security token is not valid"},
	SEC_E_LOGON_DENIED:                {"SEC_E_LOGON_DENIED", "the logon was denied"},
	SEC_E_NO_CREDENTIALS:              {"SEC_E_NO_CREDENTIALS", "there are no credentials to use"},
	SEC_E_MESSAGE_ALTERED:             {"SEC_E_MESSAGE_ALTERED", "a signature does not match its message"},
	SEC_E_OUT_OF_SEQUENCE:             {"SEC_E_OUT_OF_SEQUENCE", "a protected message is out of sequence"},
	SEC_E_TIME_SKEW:                   {"SEC_E_TIME_SKEW", "the clocks of the two sides differ too much"},
	SEC_E_BAD_BINDINGS:                {"SEC_E_BAD_BINDINGS", "the channel bindings of the client are wrong"},
	RPC_E_CALL_REJECTED:               {"RPC_E_CALL_REJECTED", "the callee rejected the call"},
	RPC_E_CALL_CANCELED:               {"RPC_E_CALL_CANCELED", "the call was cancelled"},
	RPC_E_CANTPOST_INSENDCALL:         {"RPC_E_CANTPOST_INSENDCALL", "the call cannot be made from inside this one"},
	RPC_E_CANTCALLOUT_INASYNCCALL:     {"RPC_E_CANTCALLOUT_INASYNCCALL", "no outgoing call is allowed inside an asynchronous call"},
	RPC_E_CONNECTION_TERMINATED:       {"RPC_E_CONNECTION_TERMINATED", "the connection was terminated"},
	RPC_E_SERVER_DIED:                 {"RPC_E_SERVER_DIED", "the server died; the call may have been executed"},
	RPC_E_CLIENT_DIED:                 {"RPC_E_CLIENT_DIED", "the caller died while its call was executed"},
	RPC_E_INVALID_DATAPACKET:          {"RPC_E_INVALID_DATAPACKET", "the data packet is not valid"},
	RPC_E_CANTTRANSMIT_CALL:           {"RPC_E_CANTTRANSMIT_CALL", "the call could not be transmitted"},
	RPC_E_CLIENT_CANTMARSHAL_DATA:     {"RPC_E_CLIENT_CANTMARSHAL_DATA", "the client cannot marshal the arguments"},
	RPC_E_CLIENT_CANTUNMARSHAL_DATA:   {"RPC_E_CLIENT_CANTUNMARSHAL_DATA", "the client cannot unmarshal the results"},
	RPC_E_SERVER_CANTMARSHAL_DATA:     {"RPC_E_SERVER_CANTMARSHAL_DATA", "the server cannot marshal the results"},
	RPC_E_SERVER_CANTUNMARSHAL_DATA:   {"RPC_E_SERVER_CANTUNMARSHAL_DATA", "the server cannot unmarshal the arguments"},
	RPC_E_INVALID_DATA:                {"RPC_E_INVALID_DATA", "the data is not valid"},
	RPC_E_INVALID_PARAMETER:           {"RPC_E_INVALID_PARAMETER", "a parameter is not valid"},
	RPC_E_SERVER_DIED_DNE:             {"RPC_E_SERVER_DIED_DNE", "the server died; the call was not executed"},
	RPC_E_SYS_CALL_FAILED:             {"RPC_E_SYS_CALL_FAILED", "a system call failed"},
	RPC_E_OUT_OF_RESOURCES:            {"RPC_E_OUT_OF_RESOURCES", "a resource could not be had"},
	RPC_E_ATTEMPTED_MULTITHREAD:       {"RPC_E_ATTEMPTED_MULTITHREAD", "the single-threaded apartment does not allow this"},
	RPC_E_NOT_REGISTERED:              {"RPC_E_NOT_REGISTERED", "the interface is not registered"},
	RPC_E_FAULT:                       {"RPC_E_FAULT", "the server could not carry out the call"},
	RPC_E_SERVERFAULT:                 {"RPC_E_SERVERFAULT", "the server's method failed with a panic or an exception"},
	RPC_E_CHANGED_MODE:                {"RPC_E_CHANGED_MODE", "the apartment has another threading model already"},
	RPC_E_INVALIDMETHOD:               {"RPC_E_INVALIDMETHOD", "the interface does not have this method"},
	RPC_E_DISCONNECTED:                {"RPC_E_DISCONNECTED", "the object is disconnected from its clients, or its server is gone"},
	RPC_E_RETRY:                       {"RPC_E_RETRY", "the callee is busy: try again later"},
	RPC_E_SERVERCALL_RETRYLATER:       {"RPC_E_SERVERCALL_RETRYLATER", "the callee's message filter says: try again later"},
	RPC_E_SERVERCALL_REJECTED:         {"RPC_E_SERVERCALL_REJECTED", "the callee's message filter rejected the call"},
	RPC_E_INVALID_CALLDATA:            {"RPC_E_INVALID_CALLDATA", "the call data is not valid"},
	RPC_E_CANTCALLOUT_ININPUTSYNCCALL: {"RPC_E_CANTCALLOUT_ININPUTSYNCCALL", "no outgoing call is allowed inside an input-synchronous call"},
	RPC_E_WRONG_THREAD:                {"RPC_E_WRONG_THREAD", "the pointer belongs to another apartment: marshal it to this one"},
	RPC_E_THREAD_NOT_INIT:             {"RPC_E_THREAD_NOT_INIT", "COM is not initialized on this thread"},
	RPC_E_VERSION_MISMATCH:            {"RPC_E_VERSION_MISMATCH", "the two sides speak different versions of DCOM"},
	RPC_E_INVALID_HEADER:              {"RPC_E_INVALID_HEADER", "the header of the call is not valid"},
	RPC_E_INVALID_EXTENSION:           {"RPC_E_INVALID_EXTENSION", "an extension of the call is not valid"},
	RPC_E_INVALID_IPID:                {"RPC_E_INVALID_IPID", "there is no such interface"},
	RPC_E_INVALID_OBJECT:              {"RPC_E_INVALID_OBJECT", "there is no such object"},
	RPC_S_CALLPENDING:                 {"RPC_S_CALLPENDING", "the call is still pending"},
	RPC_S_WAITONTIMER:                 {"RPC_S_WAITONTIMER", "wait on a timer"},
	RPC_E_CALL_COMPLETE:               {"RPC_E_CALL_COMPLETE", "the call is complete: its context is gone"},
	RPC_E_UNSECURE_CALL:               {"RPC_E_UNSECURE_CALL", "the call is not secure enough"},
	RPC_E_TOO_LATE:                    {"RPC_E_TOO_LATE", "it is too late for this: security or marshaling has been set up already"},
	RPC_E_NO_GOOD_SECURITY_PACKAGES:   {"RPC_E_NO_GOOD_SECURITY_PACKAGES", "no usable security package"},
	RPC_E_ACCESS_DENIED:               {"RPC_E_ACCESS_DENIED", "the callee denied access"},
	RPC_E_REMOTE_DISABLED:             {"RPC_E_REMOTE_DISABLED", "remote calls are disabled"},
	RPC_E_INVALID_OBJREF:              {"RPC_E_INVALID_OBJREF", "the marshaled reference is not valid"},
	RPC_E_NO_CONTEXT:                  {"RPC_E_NO_CONTEXT", "there is no call context here"},
	RPC_E_TIMEOUT:                     {"RPC_E_TIMEOUT", "the operation did not end in time"},
	RPC_E_NO_SYNC:                     {"RPC_E_NO_SYNC", "there is nothing to wait for"},
	RPC_E_FULLSIC_REQUIRED:            {"RPC_E_FULLSIC_REQUIRED", "a full security blanket is required"},
	RPC_E_INVALID_STD_NAME:            {"RPC_E_INVALID_STD_NAME", "the principal name is not valid"},
	CO_E_FAILEDTOIMPERSONATE:          {"CO_E_FAILEDTOIMPERSONATE", "the client cannot be impersonated"},
	CO_E_ACCESSCHECKFAILED:            {"CO_E_ACCESSCHECKFAILED", "the access check failed"},
	CO_E_INCOMPATIBLESTREAMVERSION:    {"CO_E_INCOMPATIBLESTREAMVERSION", "the stream was written by an incompatible version"},
	CO_E_CANCEL_DISABLED:              {"CO_E_CANCEL_DISABLED", "call cancellation is not enabled"},
	CO_E_RUNAS_LOGON_FAILURE:          {"CO_E_RUNAS_LOGON_FAILURE", "the server's account could not log on"},
	RPC_E_UNEXPECTED:                  {"RPC_E_UNEXPECTED", "something unexpected happened inside the runtime"},
	DISP_E_UNKNOWNINTERFACE:           {"DISP_E_UNKNOWNINTERFACE", "unknown interface"},
	DISP_E_MEMBERNOTFOUND:             {"DISP_E_MEMBERNOTFOUND", "the object has no such member"},
	DISP_E_PARAMNOTFOUND:              {"DISP_E_PARAMNOTFOUND", "the method has no such parameter"},
	DISP_E_TYPEMISMATCH:               {"DISP_E_TYPEMISMATCH", "an argument has the wrong type"},
	DISP_E_UNKNOWNNAME:                {"DISP_E_UNKNOWNNAME", "the object has no member of this name"},
	DISP_E_NONAMEDARGS:                {"DISP_E_NONAMEDARGS", "the method takes no named arguments"},
	DISP_E_BADVARTYPE:                 {"DISP_E_BADVARTYPE", "the variant type is not valid"},
	DISP_E_EXCEPTION:                  {"DISP_E_EXCEPTION", "the method raised an exception"},
	DISP_E_OVERFLOW:                   {"DISP_E_OVERFLOW", "a value does not fit"},
	DISP_E_BADINDEX:                   {"DISP_E_BADINDEX", "the index is not valid"},
	DISP_E_UNKNOWNLCID:                {"DISP_E_UNKNOWNLCID", "the object does not know this locale"},
	DISP_E_BADPARAMCOUNT:              {"DISP_E_BADPARAMCOUNT", "the number of arguments is wrong"},
	DISP_E_PARAMNOTOPTIONAL:           {"DISP_E_PARAMNOTOPTIONAL", "a parameter that is not optional was left out"},
	DISP_E_BADCALLEE:                  {"DISP_E_BADCALLEE", "the callee is not valid"},
	DISP_E_NOTACOLLECTION:             {"DISP_E_NOTACOLLECTION", "the object is not a collection"},
	DISP_E_DIVBYZERO:                  {"DISP_E_DIVBYZERO", "a division by zero"},
	RPC_S_PROTSEQ_NOT_SUPPORTED:       {"RPC_S_PROTSEQ_NOT_SUPPORTED", "the protocol sequence is not supported"},
	ERROR_NOT_ENOUGH_SERVER_MEMORY:    {"ERROR_NOT_ENOUGH_SERVER_MEMORY", "the server has not enough memory"},
	RPC_S_INVALID_BINDING:             {"RPC_S_INVALID_BINDING", "the binding is not valid"},
	RPC_S_SERVER_UNAVAILABLE:          {"RPC_S_SERVER_UNAVAILABLE", "the server cannot be reached"},
	RPC_S_SERVER_TOO_BUSY:             {"RPC_S_SERVER_TOO_BUSY", "the server is too busy"},
	RPC_S_NO_CALL_ACTIVE:              {"RPC_S_NO_CALL_ACTIVE", "there is no such call"},
	RPC_S_CALL_FAILED:                 {"RPC_S_CALL_FAILED", "the call failed after it was sent; it may have been executed"},
	RPC_S_CALL_FAILED_DNE:             {"RPC_S_CALL_FAILED_DNE", "the call failed and was not executed"},
	RPC_S_PROTOCOL_ERROR:              {"RPC_S_PROTOCOL_ERROR", "the peer broke the RPC protocol, or says that we did"},
	RPC_S_UNSUPPORTED_TRANS_SYN:       {"RPC_S_UNSUPPORTED_TRANS_SYN", "the peer supports none of the offered transfer syntaxes"},
	RPC_S_UNSUPPORTED_TYPE:            {"RPC_S_UNSUPPORTED_TYPE", "the type is not supported"},
	RPC_S_INVALID_TAG:                 {"RPC_S_INVALID_TAG", "a union's discriminant has no arm"},
	RPC_S_INVALID_BOUND:               {"RPC_S_INVALID_BOUND", "an array bound is out of range"},
	RPC_S_UNKNOWN_IF:                  {"RPC_S_UNKNOWN_IF", "the server does not have this RPC interface"},
	RPC_S_PROCNUM_OUT_OF_RANGE:        {"RPC_S_PROCNUM_OUT_OF_RANGE", "the interface does not have this method number"},
	RPC_S_UNKNOWN_AUTHN_SERVICE:       {"RPC_S_UNKNOWN_AUTHN_SERVICE", "the server does not know the authentication service"},
	RPC_S_UNKNOWN_AUTHN_LEVEL:         {"RPC_S_UNKNOWN_AUTHN_LEVEL", "the authentication level is not supported"},
	RPC_S_CANNOT_SUPPORT:              {"RPC_S_CANNOT_SUPPORT", "the server cannot do this"},
	RPC_S_ZERO_DIVIDE:                 {"RPC_S_ZERO_DIVIDE", "the server divided an integer by zero"},
	RPC_S_ADDRESS_ERROR:               {"RPC_S_ADDRESS_ERROR", "the server used an address that is not valid"},
	RPC_S_FP_DIV_ZERO:                 {"RPC_S_FP_DIV_ZERO", "the server divided a floating-point number by zero"},
	RPC_S_FP_UNDERFLOW:                {"RPC_S_FP_UNDERFLOW", "a floating-point number underflowed in the server"},
	RPC_S_FP_OVERFLOW:                 {"RPC_S_FP_OVERFLOW", "a floating-point number overflowed in the server"},
	RPC_S_OUT_OF_RESOURCES:            {"RPC_S_OUT_OF_RESOURCES", "the server is out of resources"},
	RPC_X_NULL_REF_POINTER:            {"RPC_X_NULL_REF_POINTER", "a reference pointer is nil"},
	RPC_X_ENUM_VALUE_OUT_OF_RANGE:     {"RPC_X_ENUM_VALUE_OUT_OF_RANGE", "an enumeration value does not fit in 16 bits"},
	RPC_X_BAD_STUB_DATA:               {"RPC_X_BAD_STUB_DATA", "the data of the call cannot be decoded"},
	ERROR_INVALID_USER_BUFFER:         {"ERROR_INVALID_USER_BUFFER", "the buffer that was supplied is too small or misplaced"},
	RPC_S_CALL_CANCELLED:              {"RPC_S_CALL_CANCELLED", "the call was cancelled"},
	RPC_S_COMM_FAILURE:                {"RPC_S_COMM_FAILURE", "communication failed during the call"},
	RPC_S_UNSUPPORTED_AUTHN_LEVEL:     {"RPC_S_UNSUPPORTED_AUTHN_LEVEL", "the authentication level is not supported"},
	RPC_S_SEC_PKG_ERROR:               {"RPC_S_SEC_PKG_ERROR", "the security package reported an error"},
	RPC_X_WRONG_PIPE_ORDER:            {"RPC_X_WRONG_PIPE_ORDER", "the pipes of a call were used in the wrong order"},
	OR_INVALID_OXID:                   {"OR_INVALID_OXID", "the resolver does not know this object exporter"},
	OR_INVALID_OID:                    {"OR_INVALID_OID", "the resolver does not know this object"},
	OR_INVALID_SET:                    {"OR_INVALID_SET", "the resolver does not know this ping set"},
	RPC_X_PIPE_CLOSED:                 {"RPC_X_PIPE_CLOSED", "the pipe of a call is closed"},
	RPC_X_PIPE_DISCIPLINE_ERROR:       {"RPC_X_PIPE_DISCIPLINE_ERROR", "a pipe of a call was used against its rules"},
	RPC_X_PIPE_EMPTY:                  {"RPC_X_PIPE_EMPTY", "the pipe of a call has no more data"},
	EPT_S_NOT_REGISTERED:              {"EPT_S_NOT_REGISTERED", "the endpoint mapper has no such endpoint"},
	EPT_S_CANT_PERFORM_OP:             {"EPT_S_CANT_PERFORM_OP", "the endpoint mapper cannot do this"},
}
