package orpc

import (
	"oxid/com"
	"oxid/ndr"
)

// Methods of IRemUnknown and IRemUnknown2, as vtable slots ([MS-DCOM]
// 3.1.1.5.6). They are object calls on the exporter's Remote Unknown; what is
// encoded here stands between the ORPC headers and the end of the stub data,
// in NDR 2.0 or NDR64.
const (
	OpRemQueryInterface  uint16 = 3
	OpRemAddRef          uint16 = 4
	OpRemRelease         uint16 = 5
	OpRemQueryInterface2 uint16 = 6 // IRemUnknown2, DCOM 5.6
)

// REMINTERFACEREF names references on one interface ([MS-DCOM] 2.2.24): 24
// bytes, alignment 4.
type REMINTERFACEREF struct {
	IPID        com.IPID
	PublicRefs  uint32
	PrivateRefs uint32 // owned by the authenticated identity that added them
}

// REMQIRESULT is the outcome of one IID of RemQueryInterface ([MS-DCOM] 2.2.23):
// 48 bytes, alignment 8, with 4 bytes of padding in front of Std. Std counts
// only when HRESULT is a success code; else some senders leave old memory there.
type REMQIRESULT struct {
	HRESULT com.HRESULT
	Std     STDOBJREF
}

// maxShortCount is what the methods' 16-bit counts can say.
const maxShortCount = 0xffff

// RemQueryInterfaceRequest asks for further interfaces of an object:
//
//	[in] REFIPID ripid, [in] u32 cRefs,
//	[in] u16 cIids, [in, size_is(cIids)] IID *iids
type RemQueryInterfaceRequest struct {
	IPID com.IPID  // any interface of the object
	Refs uint32    // public references wanted on each interface
	IIDs []com.IID // at most MAX_REQUESTED_INTERFACES
}

// Encode appends the parameters to e.
func (r *RemQueryInterfaceRequest) Encode(e *ndr.Encoder) {
	e.GUID(r.IPID)
	e.Uint32(r.Refs)
	putIIDs(e, r.IIDs)
}

// Decode reads the parameters from d.
func (r *RemQueryInterfaceRequest) Decode(d *ndr.Decoder) {
	r.IPID = d.GUID()
	r.Refs = d.Uint32()
	r.IIDs = getIIDs(d)
}

// putIIDs appends a 16-bit count and the array of interfaces.
func putIIDs(e *ndr.Encoder, iids []com.IID) {
	if len(iids) > MAX_REQUESTED_INTERFACES {
		e.Fail(tooMany("interfaces", len(iids), MAX_REQUESTED_INTERFACES))
		return
	}
	e.Uint16(uint16(len(iids)))
	e.Count(len(iids))
	e.GUIDs(iids)
}

// getIIDs reads what putIIDs writes.
func getIIDs(d *ndr.Decoder) []com.IID {
	n := d.Uint16()
	d.InRange(int64(n), 0, MAX_REQUESTED_INTERFACES)
	return d.GUIDs(nil, d.CountIs(int(n), 16))
}

// RemQueryInterfaceResponse is the answer to RemQueryInterface:
//
//	[out, size_is(,cIids)] REMQIRESULT **ppQIResults; HRESULT
//
// HRESULT is S_OK when all interfaces were found, S_FALSE when some, and
// E_NOINTERFACE when none; clients look at each element.
type RemQueryInterfaceResponse struct {
	Results []REMQIRESULT // one for each IID; nil on failure of the whole
	HRESULT com.HRESULT
}

// Encode appends the results to e. A nil list is sent as NULL.
func (r *RemQueryInterfaceResponse) Encode(e *ndr.Encoder) {
	if e.Pointer(r.Results != nil) {
		e.Count(len(r.Results))
		for i := range r.Results {
			e.Align(8, 8)
			e.HRESULT(r.Results[i].HRESULT)
			putStd(e, &r.Results[i].Std)
		}
	}
	e.HRESULT(r.HRESULT)
}

// Decode reads the results from d. want is the number of IIDs that were asked
// for: any other number of results is an error.
func (r *RemQueryInterfaceResponse) Decode(d *ndr.Decoder, want int) {
	r.Results = nil
	if d.Pointer() {
		r.Results = make([]REMQIRESULT, d.CountIs(want, 48))
		for i := range r.Results {
			d.Align(8, 8)
			r.Results[i].HRESULT = d.HRESULT()
			r.Results[i].Std = getStd(d)
		}
	}
	r.HRESULT = d.HRESULT()
}

// RemRefsRequest has the parameters of RemAddRef and RemRelease:
//
//	[in] u16 cInterfaceRefs,
//	[in, size_is(cInterfaceRefs)] REMINTERFACEREF InterfaceRefs[]
type RemRefsRequest struct {
	Refs []REMINTERFACEREF // at most 65,535
}

// Encode appends the parameters to e.
func (r *RemRefsRequest) Encode(e *ndr.Encoder) {
	if len(r.Refs) > maxShortCount {
		e.Fail(tooMany("interface references", len(r.Refs), maxShortCount))
		return
	}
	e.Uint16(uint16(len(r.Refs)))
	e.Count(len(r.Refs))
	e.Grow(24*len(r.Refs) + 4)
	for i := range r.Refs {
		e.GUID(r.Refs[i].IPID)
		e.Uint32(r.Refs[i].PublicRefs)
		e.Uint32(r.Refs[i].PrivateRefs)
	}
}

// Decode reads the parameters from d, into the list's memory when it suffices.
func (r *RemRefsRequest) Decode(d *ndr.Decoder) {
	n := d.Uint16()
	r.Refs = ndr.Slice(r.Refs, d.CountIs(int(n), 24))
	for i := range r.Refs {
		r.Refs[i] = REMINTERFACEREF{d.GUID(), d.Uint32(), d.Uint32()}
	}
}

// RemAddRefResponse is the answer to RemAddRef:
//
//	[out, size_is(cInterfaceRefs)] HRESULT *pResults; HRESULT
type RemAddRefResponse struct {
	Results []com.HRESULT // one for each reference: S_OK, CO_E_OBJNOTREG, ...
	HRESULT com.HRESULT
}

// Encode appends the results to e. There are as many as the request had
// references, even when the whole failed.
func (r *RemAddRefResponse) Encode(e *ndr.Encoder) {
	e.Count(len(r.Results))
	ndr.Put(e, r.Results)
	e.HRESULT(r.HRESULT)
}

// Decode reads the results from d; want is the number of references sent.
func (r *RemAddRefResponse) Decode(d *ndr.Decoder, want int) {
	r.Results = getHRESULTs(d, d.CountIs(want, 4))
	r.HRESULT = d.HRESULT()
}

// RemReleaseResponse is the answer to RemRelease. Entries that the exporter
// does not know are no failure.
type RemReleaseResponse struct{ HRESULT com.HRESULT }

// Encode appends the result to e.
func (r *RemReleaseResponse) Encode(e *ndr.Encoder) { e.HRESULT(r.HRESULT) }

// Decode reads the result from d.
func (r *RemReleaseResponse) Decode(d *ndr.Decoder) { r.HRESULT = d.HRESULT() }

// RemQueryInterface2Request asks for further interfaces as whole references,
// so that handlers and custom marshalers survive:
//
//	[in] REFIPID ripid, [in] u16 cIids, [in, size_is(cIids)] IID *iids
type RemQueryInterface2Request struct {
	IPID com.IPID
	IIDs []com.IID // at most MAX_REQUESTED_INTERFACES
}

// Encode appends the parameters to e.
func (r *RemQueryInterface2Request) Encode(e *ndr.Encoder) {
	e.GUID(r.IPID)
	putIIDs(e, r.IIDs)
}

// Decode reads the parameters from d.
func (r *RemQueryInterface2Request) Decode(d *ndr.Decoder) {
	r.IPID = d.GUID()
	r.IIDs = getIIDs(d)
}

// RemQueryInterface2Response is the answer to RemQueryInterface2. Results and
// Interfaces have one element for each IID:
//
//	[out, size_is(cIids)] HRESULT *phr,
//	[out, size_is(cIids)] MInterfacePointer **ppMIF; HRESULT
type RemQueryInterface2Response struct {
	Results    []com.HRESULT
	Interfaces [][]byte // OBJREFs; nil for NULL
	HRESULT    com.HRESULT
}

// Encode appends the results to e.
func (r *RemQueryInterface2Response) Encode(e *ndr.Encoder) {
	e.Count(len(r.Results))
	ndr.Put(e, r.Results)
	putPointers(e, r.Interfaces)
	e.HRESULT(r.HRESULT)
}

// Decode reads the results from d; want is the number of IIDs that were asked
// for. Interfaces alias the message.
func (r *RemQueryInterface2Response) Decode(d *ndr.Decoder, want int) {
	r.Results = getHRESULTs(d, d.CountIs(want, 4))
	r.Interfaces = getPointers(d, want)
	r.HRESULT = d.HRESULT()
}
