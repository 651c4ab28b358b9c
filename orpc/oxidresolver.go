package orpc

import (
	"oxid/com"
	"oxid/ndr"
)

// Operations of IObjectExporter, the object resolver ([MS-DCOM] 3.1.2.5.1). It
// is a native RPC interface: no ORPC headers, no object UUID. Its statuses are
// Windows error codes; [com.HRESULTFromWin32] names them.
//
// ServerAlive and ServerAlive2 have no parameters and are answered without any
// check of permissions. A server of an older version answers an operation that
// it does not have with nca_op_rng_error: the client then uses the older one.
const (
	OpResolveOxid  uint16 = 0
	OpSimplePing   uint16 = 1
	OpComplexPing  uint16 = 2
	OpServerAlive  uint16 = 3
	OpResolveOxid2 uint16 = 4 // DCOM 5.2
	OpServerAlive2 uint16 = 5 // DCOM 5.6
)

// ResolveOxidRequest asks where an exporter listens, by the protocol sequences
// that the client speaks. The exporter may begin to listen on one of them for
// this sake.
//
//	[in] OXID *pOxid, [in] u16 cRequestedProtseqs,
//	[in, size_is(cRequestedProtseqs)] u16 arRequestedProtseqs[]
type ResolveOxidRequest struct {
	OXID     OXID
	ProtSeqs []uint16 // TOWER_*; at most MAX_REQUESTED_PROTSEQS
}

// ResolveOxid2Request has the same parameters.
type ResolveOxid2Request = ResolveOxidRequest

// Encode appends the parameters to e.
func (r *ResolveOxidRequest) Encode(e *ndr.Encoder) {
	e.Uint64(uint64(r.OXID))
	putProtSeqs(e, r.ProtSeqs)
}

// Decode reads the parameters from d; d.Err tells whether they are sound.
func (r *ResolveOxidRequest) Decode(d *ndr.Decoder) {
	r.OXID = OXID(d.Uint64())
	r.ProtSeqs = getProtSeqs(d)
}

// ResolveOxidResponse is the answer to ResolveOxid:
//
//	[out] DUALSTRINGARRAY **ppdsaOxidBindings, [out] IPID *pipidRemUnknown,
//	[out] u32 *pAuthnHint; error_status_t
type ResolveOxidResponse struct {
	Bindings       PackedBindings // of the exporter, with endpoints; nil on failure
	IPIDRemUnknown com.IPID       // of the exporter's Remote Unknown
	AuthnHint      uint32         // the exporter's lowest authentication level; take it only to raise one's own
	Status         uint32         // 0, OR_INVALID_OXID, ...
}

// Encode appends the results to e.
func (r *ResolveOxidResponse) Encode(e *ndr.Encoder) {
	r.encode(e)
	e.Uint32(r.Status)
}

// encode appends what both operations answer first.
func (r *ResolveOxidResponse) encode(e *ndr.Encoder) {
	putBindingsPtr(e, r.Bindings)
	e.GUID(r.IPIDRemUnknown)
	e.Uint32(r.AuthnHint)
}

// Decode reads the results from d.
func (r *ResolveOxidResponse) Decode(d *ndr.Decoder) {
	r.decode(d)
	r.Status = d.Uint32()
}

func (r *ResolveOxidResponse) decode(d *ndr.Decoder) {
	r.Bindings = getBindingsPtr(d)
	r.IPIDRemUnknown = d.GUID()
	r.AuthnHint = d.Uint32()
}

// ResolveOxid2Response is the answer to ResolveOxid2: the same with the
// exporter's version, [out] COMVERSION *pComVersion, in front of the status.
type ResolveOxid2Response struct {
	ResolveOxidResponse
	Version COMVERSION
}

// Encode appends the results to e.
func (r *ResolveOxid2Response) Encode(e *ndr.Encoder) {
	r.encode(e)
	putVersion(e, r.Version)
	e.Uint32(r.Status)
}

// Decode reads the results from d.
func (r *ResolveOxid2Response) Decode(d *ndr.Decoder) {
	r.decode(d)
	r.Version = getVersion(d)
	r.Status = d.Uint32()
}

// SimplePingRequest keeps every object of a ping set alive.
type SimplePingRequest struct{ SETID SETID }

// Encode appends the parameters to e.
func (r *SimplePingRequest) Encode(e *ndr.Encoder) { e.Uint64(uint64(r.SETID)) }

// Decode reads the parameters from d.
func (r *SimplePingRequest) Decode(d *ndr.Decoder) { r.SETID = SETID(d.Uint64()) }

// StatusResponse is the answer to SimplePing and ServerAlive, which have no
// other result. ServerAlive and ServerAlive2 have no parameters.
type StatusResponse struct{ Status uint32 }

// Encode appends the result to e.
func (r *StatusResponse) Encode(e *ndr.Encoder) { e.Uint32(r.Status) }

// Decode reads the result from d.
func (r *StatusResponse) Decode(d *ndr.Decoder) { r.Status = d.Uint32() }

// ComplexPingRequest changes a ping set and keeps it alive ([MS-DCOM]
// 3.1.2.5.1.3):
//
//	[in, out] SETID *pSetId, [in] u16 SequenceNum,
//	[in] u16 cAddToSet, [in] u16 cDelFromSet,
//	[in, unique, size_is(cAddToSet)] OID AddToSet[],
//	[in, unique, size_is(cDelFromSet)] OID DelFromSet[]
type ComplexPingRequest struct {
	SETID       SETID  // 0 makes a new set
	SequenceNum uint16 // of this change; a server ignores changes that come late
	AddToSet    []OID  // at most 65,535
	DelFromSet  []OID  // at most 65,535
}

// Encode appends the parameters to e. Empty lists are sent as NULL.
func (r *ComplexPingRequest) Encode(e *ndr.Encoder) {
	for _, list := range [2][]OID{r.AddToSet, r.DelFromSet} {
		if len(list) > 0xffff {
			e.Fail(tooMany("OIDs", len(list), 0xffff))
			return
		}
	}
	e.Uint64(uint64(r.SETID))
	e.Uint16(r.SequenceNum)
	e.Uint16(uint16(len(r.AddToSet)))
	e.Uint16(uint16(len(r.DelFromSet)))
	for _, list := range [2][]OID{r.AddToSet, r.DelFromSet} {
		if e.Pointer(len(list) > 0) {
			e.Count(len(list))
			ndr.Put(e, list)
		}
	}
}

// Decode reads the parameters from d. A list whose pointer is NULL is nil,
// whatever its count says.
func (r *ComplexPingRequest) Decode(d *ndr.Decoder) {
	r.SETID = SETID(d.Uint64())
	r.SequenceNum = d.Uint16()
	add, del := int(d.Uint16()), int(d.Uint16())
	r.AddToSet, r.DelFromSet = nil, nil
	if d.Pointer() {
		r.AddToSet = ndr.Get[OID](d, nil, d.CountIs(add, 8))
	}
	if d.Pointer() {
		r.DelFromSet = ndr.Get[OID](d, nil, d.CountIs(del, 8))
	}
}

// ComplexPingResponse is the answer to ComplexPing: the set's identifier, a
// new one when 0 was sent, [out] u16 *pPingBackoffFactor; error_status_t.
type ComplexPingResponse struct {
	SETID             SETID
	PingBackoffFactor uint16 // 2^n as a multiplier of the ping period; a hint that is 0
	Status            uint32 // 0, OR_INVALID_SET, OR_INVALID_OID
}

// Encode appends the results to e.
func (r *ComplexPingResponse) Encode(e *ndr.Encoder) {
	e.Uint64(uint64(r.SETID))
	e.Uint16(r.PingBackoffFactor)
	e.Uint32(r.Status)
}

// Decode reads the results from d.
func (r *ComplexPingResponse) Decode(d *ndr.Decoder) {
	r.SETID = SETID(d.Uint64())
	r.PingBackoffFactor = d.Uint16()
	r.Status = d.Uint32()
}

// ServerAlive2Response tells a resolver's version and bindings, and thereby
// its security providers, to clients that have not authenticated yet:
//
//	[out] COMVERSION *pComVersion, [out] DUALSTRINGARRAY **ppdsaOrBindings,
//	[out] u32 *pReserved; error_status_t
type ServerAlive2Response struct {
	Version  COMVERSION
	Bindings PackedBindings // of the resolver, without endpoints
	Reserved uint32
	Status   uint32
}

// Encode appends the results to e.
func (r *ServerAlive2Response) Encode(e *ndr.Encoder) {
	putVersion(e, r.Version)
	putBindingsPtr(e, r.Bindings)
	e.Uint32(r.Reserved)
	e.Uint32(r.Status)
}

// Decode reads the results from d.
func (r *ServerAlive2Response) Decode(d *ndr.Decoder) {
	r.Version = getVersion(d)
	r.Bindings = getBindingsPtr(d)
	r.Reserved = d.Uint32()
	r.Status = d.Uint32()
}
