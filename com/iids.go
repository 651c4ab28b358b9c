package com

// tail46 is the family of identifiers that end in 0000-0000-C000-000000000046.
func tail46(data1 uint32) GUID {
	return GUID{Data1: data1, Data4: [8]byte{0xC0, 0, 0, 0, 0, 0, 0, 0x46}}
}

// Identifiers of the object model and of marshaling ([MS-DCOM] 1.9, Appendix A;
// COM headers).
var (
	IID_IUnknown            = tail46(0x000)
	IID_IClassFactory       = tail46(0x001)
	IID_IMalloc             = tail46(0x002)
	IID_IMarshal            = tail46(0x003)
	IID_IStream             = tail46(0x00C)
	IID_IMessageFilter      = tail46(0x016)
	IID_IStdMarshalInfo     = tail46(0x018)
	IID_IExternalConnection = tail46(0x019)
	IID_IMultiQI            = tail46(0x020)
	IID_IInternalUnknown    = tail46(0x021)
	IID_IFastRundown        = tail46(0x040)
	IID_IPersist            = tail46(0x10C)
	IID_IRemUnknown         = tail46(0x131)
	IID_IClientSecurity     = tail46(0x13D)
	IID_IServerSecurity     = tail46(0x13E)
	IID_IRemUnknown2        = tail46(0x143)
	IID_IRpcOptions         = tail46(0x144)
	IID_IGlobalTable        = tail46(0x146)
	IID_IMarshal2           = tail46(0x1CF)
	IID_ISequentialStream   = MustGUID("0c733a30-2a1c-11ce-ade5-00aa0044773d")
	IID_IPSFactoryBuffer    = MustGUID("d5f569d0-593b-101a-b569-08002b2dbf7a")
	IID_IRpcProxyBuffer     = MustGUID("d5f56a34-593b-101a-b569-08002b2dbf7a")
	IID_IRpcStubBuffer      = MustGUID("d5f56afc-593b-101a-b569-08002b2dbf7a")
	IID_IRpcChannelBuffer   = MustGUID("d5f56b60-593b-101a-b569-08002b2dbf7a")
	IID_IAgileObject        = MustGUID("94ea2b94-e9cc-49e0-c0ff-ee64ca8f5b90")
	IID_INoMarshal          = MustGUID("ecc8691b-c1db-4dc0-855e-65f6c551af49")

	CLSID_StdMarshal          = tail46(0x017)
	CLSID_IdentityUnmarshal   = tail46(0x01B)
	CLSID_InProcFreeMarshaler = tail46(0x33A)
	CLSID_StdGlobalTable      = tail46(0x323)
	// CLSID_AggStdMarshal is the class that Windows writes; the SDK header has
	// CLSID_AggStdMarshalSDK. Accept both (CF-371).
	CLSID_AggStdMarshal    = MustGUID("00000027-0000-0008-c000-000000000046")
	CLSID_AggStdMarshalSDK = tail46(0x027)
)
