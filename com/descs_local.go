package com

// Descriptors of the interfaces that never travel: an object offers them to
// the marshaler of its own process, or the runtime to its callers. With them
// [Types.Query] finds the interfaces on Go values by their IIDs.
var (
	MarshalDesc = Register[IMarshal](Desc{IID: IID_IMarshal, Name: "IMarshal", Local: true,
		Methods: []string{"GetUnmarshalClass", "GetMarshalSizeMax", "MarshalInterface",
			"UnmarshalInterface", "ReleaseMarshalData", "DisconnectObject"}})
	Marshal2Desc       = Register[IMarshal2](Desc{IID: IID_IMarshal2, Name: "IMarshal2", Base: MarshalDesc, Local: true})
	StdMarshalInfoDesc = Register[IStdMarshalInfo](Desc{IID: IID_IStdMarshalInfo, Name: "IStdMarshalInfo", Local: true,
		Methods: []string{"GetClassForHandler"}})
	NoMarshalDesc          = Register[INoMarshal](Desc{IID: IID_INoMarshal, Name: "INoMarshal", Local: true})
	AgileObjectDesc        = Register[IAgileObject](Desc{IID: IID_IAgileObject, Name: "IAgileObject", Local: true})
	ExternalConnectionDesc = Register[IExternalConnection](Desc{IID: IID_IExternalConnection, Name: "IExternalConnection", Local: true,
		Methods: []string{"AddConnection", "ReleaseConnection"}})
	MultiQIDesc = Register[IMultiQI](Desc{IID: IID_IMultiQI, Name: "IMultiQI", Local: true,
		Methods: []string{"QueryMultipleInterfaces"}})
	RpcOptionsDesc = Register[IRpcOptions](Desc{IID: IID_IRpcOptions, Name: "IRpcOptions", Local: true,
		Methods: []string{"Set", "Query"}})
	ClientSecurityDesc = Register[IClientSecurity](Desc{IID: IID_IClientSecurity, Name: "IClientSecurity", Local: true,
		Methods: []string{"QueryBlanket", "SetBlanket", "CopyProxy"}})
	ServerSecurityDesc = Register[IServerSecurity](Desc{IID: IID_IServerSecurity, Name: "IServerSecurity", Local: true,
		Methods: []string{"QueryBlanket", "ImpersonateClient", "RevertToSelf", "IsImpersonating"}})
	PSFactoryBufferDesc = Register[IPSFactoryBuffer](Desc{IID: IID_IPSFactoryBuffer, Name: "IPSFactoryBuffer", Local: true,
		Methods: []string{"CreateProxy", "CreateStub"}})
	RpcProxyBufferDesc = Register[IRpcProxyBuffer](Desc{IID: IID_IRpcProxyBuffer, Name: "IRpcProxyBuffer", Local: true,
		Methods: []string{"Connect", "Disconnect"}})
	RpcStubBufferDesc = Register[IRpcStubBuffer](Desc{IID: IID_IRpcStubBuffer, Name: "IRpcStubBuffer", Local: true,
		Methods: []string{"Connect", "Disconnect", "Invoke", "IsIIDSupported", "CountRefs"}})
	RpcChannelBufferDesc = Register[IRpcChannelBuffer](Desc{IID: IID_IRpcChannelBuffer, Name: "IRpcChannelBuffer", Local: true,
		Methods: []string{"GetBuffer", "SendReceive", "FreeBuffer", "GetDestCtx", "IsConnected"}})
	MallocDesc = Register[IMalloc](Desc{IID: IID_IMalloc, Name: "IMalloc", Local: true,
		Methods: []string{"Alloc", "Realloc", "Free", "GetSize", "DidAlloc", "HeapMinimize"}})
)
