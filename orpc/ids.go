package orpc

import "oxid/com"

// tail46 is the family of identifiers that end in 0000-0000-C000-000000000046.
func tail46(data1 uint32) com.GUID {
	return com.GUID{Data1: data1, Data4: [8]byte{0xC0, 0, 0, 0, 0, 0, 0, 0x46}}
}

// Identifiers of the protocol's own interfaces, classes and extensions
// ([MS-DCOM] 1.9 and Appendix A). Those of the object model are in package com.
var (
	IID_IObjectExporter     = IObjectExporterSyntax.UUID     // also called IOXIDResolver
	IID_IActivation         = IActivationSyntax.UUID         // also called IRemoteActivation
	IID_IRemoteSCMActivator = IRemoteSCMActivatorSyntax.UUID // also called ISystemActivator

	IID_IActivationPropertiesIn  = tail46(0x1A2)
	IID_IActivationPropertiesOut = tail46(0x1A3)
	IID_IContext                 = tail46(0x1C0)
	IID_IErrorInfo               = com.MustGUID("1cf2b120-547d-101b-8e65-08002b2bd119")
	IID_ORPCTypes                = com.MustGUID("99fcfe60-5260-101b-bbcb-00aa0021347a") // types only, never called

	CLSID_ActivationPropertiesIn  = tail46(0x338)
	CLSID_ActivationPropertiesOut = tail46(0x339)
	CLSID_PropsOutInfo            = tail46(0x339) // the same value, as a property
	CLSID_ContextMarshaler        = tail46(0x33B)
	CLSID_ErrorObject             = tail46(0x31B) // unmarshals the data of the error extension

	CLSID_ServerLocationInfo      = tail46(0x1A4)
	CLSID_ActivationContextInfo   = tail46(0x1A5)
	CLSID_SecurityInfo            = tail46(0x1A6)
	CLSID_ScmRequestInfo          = tail46(0x1AA)
	CLSID_InstantiationInfo       = tail46(0x1AB)
	CLSID_InstanceInfo            = tail46(0x1AD)
	CLSID_ScmReplyInfo            = tail46(0x1B6)
	CLSID_SpecialSystemProperties = tail46(0x1B9)

	// Identifiers of extents in ORPCTHIS and ORPCTHAT.
	EXTENT_Context       = tail46(0x334) // CLSID_CONTEXT_EXTENSION
	EXTENT_Error         = tail46(0x31C) // CLSID_ERROR_EXTENSION: carries IErrorInfo
	EXTENT_Debug         = com.MustGUID("f1f19680-4d2a-11ce-a66a-0020af6e72f4")
	EXTENT_ExtendedError = com.MustGUID("f1f19681-4d2a-11ce-a66a-0020af6e72f4")
)

// Limits of [MS-DCOM] 2.2.28.
const (
	MAX_REQUESTED_INTERFACES = 0x8000
	MAX_REQUESTED_PROTSEQS   = 0x8000
	MIN_ACTPROP_LIMIT        = 1
	MAX_ACTPROP_LIMIT        = 10
)

// Tower identifiers of protocol sequences (C706 Appendix I, [MS-RPCE] 2.1).
// Bindings of any other are kept and skipped.
const (
	TOWER_NCACN_IP_TCP    uint16 = 0x07
	TOWER_NCADG_IP_UDP    uint16 = 0x08
	TOWER_NCACN_NP        uint16 = 0x0f
	TOWER_NCACN_NP_LEGACY uint16 = 0x10
	TOWER_NCACN_HTTP      uint16 = 0x1f
)

// MODE_GET_CLASS_OBJECT as the mode of IActivation::RemoteActivation asks for
// the class object instead of an instance ([MS-DCOM] 3.1.2.5.2.3.1).
const MODE_GET_CLASS_OBJECT uint32 = 0xffffffff
