package orpc

import (
	"oxid/com"
	"oxid/ndr"
)

// OpRemoteActivation is the one operation of IActivation, which all versions
// of DCOM have ([MS-DCOM] 3.1.2.5.2.3.1). It is a native RPC interface with an
// ORPC header as its first parameter, used with NDR 2.0 alone.
const OpRemoteActivation uint16 = 0

// RemoteActivationRequest asks for a new object or for a class object:
//
//	[in] ORPCTHIS *ORPCthis, [in] GUID *Clsid,
//	[in, string, unique] wchar_t *pwszObjectName,
//	[in, unique] MInterfacePointer *pObjectStorage,
//	[in] u32 ClientImpLevel, [in] u32 Mode,
//	[in] u32 Interfaces, [in, unique, size_is(Interfaces)] IID *pIIDs,
//	[in] u16 cRequestedProtseqs, [in, size_is(cRequestedProtseqs)] u16 aRequestedProtseqs[]
type RemoteActivationRequest struct {
	This           ORPCTHIS // flags may have any value
	ClassID        com.CLSID
	ObjectName     *string // file to create the object from; nil for none
	ObjectStorage  []byte  // OBJREF of an IStorage; nil for none
	ClientImpLevel com.ImpLevel
	Mode           uint32    // 0, a file mode, or MODE_GET_CLASS_OBJECT
	IIDs           []com.IID // 1 to MAX_REQUESTED_INTERFACES
	ProtSeqs       []uint16  // TOWER_*; at most MAX_REQUESTED_PROTSEQS
}

// Append appends the stub data of the request to b.
func (r *RemoteActivationRequest) Append(b []byte) ([]byte, error) {
	if n := len(r.IIDs); n == 0 || n > MAX_REQUESTED_INTERFACES {
		return b, tooMany("interfaces in an activation (and at least 1)", n, MAX_REQUESTED_INTERFACES)
	}
	e := ndr.EncodeTo(r.This.Append(b), false)
	e.GUID(r.ClassID)
	if e.Pointer(r.ObjectName != nil) {
		e.WStr(*r.ObjectName)
	}
	putPointer(&e, r.ObjectStorage)
	e.Uint32(uint32(r.ClientImpLevel))
	e.Uint32(r.Mode)
	e.Uint32(uint32(len(r.IIDs)))
	e.Pointer(true)
	e.Count(len(r.IIDs))
	e.GUIDs(r.IIDs)
	putProtSeqs(&e, r.ProtSeqs)
	return e.Data()
}

// ParseRemoteActivationRequest reads the stub data of a request. ObjectStorage
// aliases them.
func ParseRemoteActivationRequest(stub []byte, drep uint32) (*RemoteActivationRequest, error) {
	this, d, err := decodeThis(stub, drep)
	if err != nil {
		return nil, err
	}
	r := &RemoteActivationRequest{This: this, ClassID: d.GUID()}
	if d.Pointer() {
		name := d.WStr()
		r.ObjectName = &name
	}
	r.ObjectStorage = getPointer(&d)
	r.ClientImpLevel = com.ImpLevel(d.Uint32())
	r.Mode = d.Uint32()
	n := d.Uint32()
	d.InRange(int64(n), 1, MAX_REQUESTED_INTERFACES)
	if d.Pointer() {
		r.IIDs = d.GUIDs(nil, d.CountIs(int(n), 16))
	} else if d.Err() == nil {
		d.InRange(int64(n), 0, 0) // interfaces are announced and not there
	}
	r.ProtSeqs = getProtSeqs(&d)
	return r, d.Err()
}

// RemoteActivationResponse is the answer. On failure the bindings are nil and
// the elements of Interfaces NULL:
//
//	[out] ORPCTHAT *ORPCthat, [out] OXID *pOxid,
//	[out] DUALSTRINGARRAY **ppdsaOxidBindings, [out] IPID *pipidRemUnknown,
//	[out] u32 *pAuthnHint, [out] COMVERSION *pServerVersion, [out] HRESULT *phr,
//	[out, size_is(Interfaces)] MInterfacePointer **ppInterfaceData,
//	[out, size_is(Interfaces)] HRESULT *pResults; error_status_t
type RemoteActivationResponse struct {
	That           ORPCTHAT
	OXID           OXID
	Bindings       PackedBindings // of the exporter, with endpoints
	IPIDRemUnknown com.IPID
	AuthnHint      uint32
	Version        COMVERSION
	HRESULT        com.HRESULT
	Interfaces     [][]byte      // OBJREFs; as many as the request had IIDs; nil for NULL
	Results        []com.HRESULT // as many again
	Status         uint32        // error_status_t of the call itself
}

// Append appends the stub data of the response to b.
func (r *RemoteActivationResponse) Append(b []byte) ([]byte, error) {
	e := ndr.EncodeTo(r.That.Append(b), false)
	e.Uint64(uint64(r.OXID))
	putBindingsPtr(&e, r.Bindings)
	e.GUID(r.IPIDRemUnknown)
	e.Uint32(r.AuthnHint)
	putVersion(&e, r.Version)
	e.HRESULT(r.HRESULT)
	putPointers(&e, r.Interfaces)
	e.Count(len(r.Results))
	ndr.Put(&e, r.Results)
	e.Uint32(r.Status)
	return e.Data()
}

// ParseRemoteActivationResponse reads the stub data of a response; want is the
// number of IIDs in the request. Interfaces alias the stub data.
func ParseRemoteActivationResponse(stub []byte, drep uint32, want int) (*RemoteActivationResponse, error) {
	that, d, err := decodeThat(stub, drep)
	if err != nil {
		return nil, err
	}
	r := &RemoteActivationResponse{That: that}
	r.OXID = OXID(d.Uint64())
	r.Bindings = getBindingsPtr(&d)
	r.IPIDRemUnknown = d.GUID()
	r.AuthnHint = d.Uint32()
	r.Version = getVersion(&d)
	r.HRESULT = d.HRESULT()
	r.Interfaces = getPointers(&d, want)
	r.Results = getHRESULTs(&d, d.CountIs(want, 4))
	r.Status = d.Uint32()
	return r, d.Err()
}
