package orpc

import (
	"fmt"

	"oxid/com"
)

// knownNames has what people meet in packets: the protocol's own identifiers
// and the interfaces that most objects have.
var knownNames = map[com.GUID]string{
	com.IID_IUnknown:               "IUnknown",
	com.IID_IClassFactory:          "IClassFactory",
	com.IID_IMarshal:               "IMarshal",
	com.IID_IMarshal2:              "IMarshal2",
	com.IID_IStream:                "IStream",
	com.IID_ISequentialStream:      "ISequentialStream",
	com.IID_IStdMarshalInfo:        "IStdMarshalInfo",
	com.IID_IExternalConnection:    "IExternalConnection",
	com.IID_IMultiQI:               "IMultiQI",
	com.IID_IPersist:               "IPersist",
	com.IID_IRemUnknown:            "IRemUnknown",
	com.IID_IRemUnknown2:           "IRemUnknown2",
	com.IID_IAgileObject:           "IAgileObject",
	com.IID_INoMarshal:             "INoMarshal",
	com.IID_IPSFactoryBuffer:       "IPSFactoryBuffer",
	tail46(0x0B):                   "IStorage",
	tail46(0x0F):                   "IMoniker",
	tail46(0x100):                  "IEnumUnknown",
	tail46(0x101):                  "IEnumString",
	tail46(0x109):                  "IPersistStream",
	tail46(0x10A):                  "IPersistStorage",
	tail46(0x10B):                  "IPersistFile",
	tail46(0x10E):                  "IDataObject",
	tail46(0x112):                  "IOleObject",
	tail46(0x20400):                "IDispatch",
	tail46(0x20401):                "ITypeInfo",
	tail46(0x20402):                "ITypeLib",
	tail46(0x20404):                "IEnumVARIANT",
	IID_IErrorInfo:                 "IErrorInfo",
	IID_IObjectExporter:            "IObjectExporter",
	IID_IActivation:                "IActivation",
	IID_IRemoteSCMActivator:        "IRemoteSCMActivator",
	IID_IActivationPropertiesIn:    "IActivationPropertiesIn",
	IID_IActivationPropertiesOut:   "IActivationPropertiesOut",
	IID_IContext:                   "IContext",
	com.CLSID_StdMarshal:           "CLSID_StdMarshal",
	com.CLSID_IdentityUnmarshal:    "CLSID_IdentityUnmarshal",
	com.CLSID_InProcFreeMarshaler:  "CLSID_InProcFreeMarshaler",
	com.CLSID_AggStdMarshal:        "CLSID_AggStdMarshal",
	com.CLSID_AggStdMarshalSDK:     "CLSID_AggStdMarshal (SDK value)",
	CLSID_ActivationPropertiesIn:   "CLSID_ActivationPropertiesIn",
	CLSID_ActivationPropertiesOut:  "CLSID_ActivationPropertiesOut",
	CLSID_ContextMarshaler:         "CLSID_ContextMarshaler",
	CLSID_ErrorObject:              "CLSID_ErrorObject",
	CLSID_ServerLocationInfo:       "ServerLocationInfo",
	CLSID_ActivationContextInfo:    "ActivationContextInfo",
	CLSID_SecurityInfo:             "SecurityInfo",
	CLSID_ScmRequestInfo:           "ScmRequestInfo",
	CLSID_InstantiationInfo:        "InstantiationInfo",
	CLSID_InstanceInfo:             "InstanceInfo",
	CLSID_ScmReplyInfo:             "ScmReplyInfo",
	CLSID_SpecialSystemProperties:  "SpecialSystemProperties",
	EXTENT_Context:                 "context extension",
	EXTENT_Error:                   "error extension",
	EXTENT_Debug:                   "debugging extension",
	EXTENT_ExtendedError:           "extended-error extension",
	tail46(0x359):                  "CLSID of the free-threaded marshaler for local contexts",
	com.CLSID_StdGlobalTable:       "CLSID_StdGlobalInterfaceTable",
	com.IID_IInternalUnknown:       "IInternalUnknown",
	com.IID_IFastRundown:           "IFastRundown",
	com.IID_IClientSecurity:        "IClientSecurity",
	com.IID_IRpcOptions:            "IRpcOptions",
	com.MustGUID(connectionPoint):  "IConnectionPoint",
	com.MustGUID(connectionPoints): "IConnectionPointContainer",
	com.MustGUID(provideClassInfo): "IProvideClassInfo",
	com.MustGUID(supportErrorInfo): "ISupportErrorInfo",
}

const (
	connectionPoint  = "b196b286-bab4-101a-b69c-00aa00341d07"
	connectionPoints = "b196b284-bab4-101a-b69c-00aa00341d07"
	provideClassInfo = "b196b283-bab4-101a-b69c-00aa00341d07"
	supportErrorInfo = "df0b3d60-548f-101b-8e65-08002b2bd119"
)

// KnownName returns the name of a well-known interface, class, property or
// extension, or "".
func KnownName(id com.GUID) string { return knownNames[id] }

// nameOr is KnownName with the identifier itself for the unknown ones.
func nameOr(id com.GUID) string {
	if n := knownNames[id]; n != "" {
		return n
	}
	return id.String()
}

// authnNames are the security providers that bindings name ([MS-RPCE]
// 2.2.1.1.7 and the RPC headers).
var authnNames = map[uint16]string{
	9:  "SPNEGO",
	10: "NTLM",
	14: "Schannel",
	16: "Kerberos",
	21: "Digest",
	30: "NegoExtender",
	31: "PKU2U",
}

// AuthnSvcName returns the usual name of a security provider, or its number.
func AuthnSvcName(svc uint16) string {
	if n := authnNames[svc]; n != "" {
		return n
	}
	return fmt.Sprintf("provider %d", svc)
}
