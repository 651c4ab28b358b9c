package orpc

import (
	"context"

	"oxid/com"
	"oxid/ndr"
)

// Operations of IRemoteSCMActivator ([MS-DCOM] 3.1.2.5.2.3; DCOM 5.6). It is a
// native RPC interface whose first parameter is an ORPC header all the same,
// and it is used with NDR 2.0 alone. Opnums 0 to 2 are not on the wire.
const (
	OpRemoteGetClassObject uint16 = 3
	OpRemoteCreateInstance uint16 = 4
)

// RemoteGetClassObjectRequest asks for a class object:
//
//	[in] ORPCTHIS *orpcthis, [in, unique] MInterfacePointer *pActProperties
type RemoteGetClassObjectRequest struct {
	This       ORPCTHIS // flags may have any value
	Properties []byte   // OBJREF of [ActivationPropertiesIn]; aliases the stub data when parsed; nil for NULL
}

// Append appends the stub data of the request to b.
func (r *RemoteGetClassObjectRequest) Append(b []byte) ([]byte, error) {
	e := ndr.EncodeTo(r.This.Append(b), false)
	putPointer(&e, r.Properties)
	return e.Data()
}

// ParseRemoteGetClassObjectRequest reads the stub data of a request.
func ParseRemoteGetClassObjectRequest(stub []byte, drep uint32) (*RemoteGetClassObjectRequest, error) {
	this, d, err := decodeThis(stub, drep)
	if err != nil {
		return nil, err
	}
	r := &RemoteGetClassObjectRequest{This: this, Properties: getPointer(&d)}
	return r, d.Err()
}

// RemoteCreateInstanceRequest asks for a new object:
//
//	[in] ORPCTHIS *orpcthis, [in, unique] MInterfacePointer *pUnkOuter,
//	[in, unique] MInterfacePointer *pActProperties
type RemoteCreateInstanceRequest struct {
	This       ORPCTHIS
	Outer      []byte // OBJREF; nil: there is no aggregation across processes
	Properties []byte // as in [RemoteGetClassObjectRequest]
}

// Append appends the stub data of the request to b.
func (r *RemoteCreateInstanceRequest) Append(b []byte) ([]byte, error) {
	e := ndr.EncodeTo(r.This.Append(b), false)
	putPointer(&e, r.Outer)
	putPointer(&e, r.Properties)
	return e.Data()
}

// ParseRemoteCreateInstanceRequest reads the stub data of a request.
func ParseRemoteCreateInstanceRequest(stub []byte, drep uint32) (*RemoteCreateInstanceRequest, error) {
	this, d, err := decodeThis(stub, drep)
	if err != nil {
		return nil, err
	}
	r := &RemoteCreateInstanceRequest{This: this, Outer: getPointer(&d), Properties: getPointer(&d)}
	return r, d.Err()
}

// RemoteActivationPropertiesResponse is the answer to both operations:
//
//	[out] ORPCTHAT *orpcthat, [out] MInterfacePointer **ppActProperties; HRESULT
//
// Extra octets behind it are ignored: old servers append meaningless ones.
type RemoteActivationPropertiesResponse struct {
	That       ORPCTHAT
	Properties []byte // OBJREF of [ActivationPropertiesOut]; nil for NULL, on failure
	HRESULT    com.HRESULT
}

// Append appends the stub data of the response to b.
func (r *RemoteActivationPropertiesResponse) Append(b []byte) ([]byte, error) {
	e := ndr.EncodeTo(r.That.Append(b), false)
	putPointer(&e, r.Properties)
	e.HRESULT(r.HRESULT)
	return e.Data()
}

// ParseRemoteActivationPropertiesResponse reads the stub data of a response.
func ParseRemoteActivationPropertiesResponse(stub []byte, drep uint32) (*RemoteActivationPropertiesResponse, error) {
	that, d, err := decodeThat(stub, drep)
	if err != nil {
		return nil, err
	}
	r := &RemoteActivationPropertiesResponse{That: that, Properties: getPointer(&d), HRESULT: d.HRESULT()}
	return r, d.Err()
}

// putPointer appends a unique pointer to an MInterfacePointer; nil is NULL.
func putPointer(e *ndr.Encoder, p []byte) {
	if e.Pointer(p != nil) {
		e.MInterfacePointer(p)
	}
}

// getPointer reads what putPointer writes. The result aliases the message.
func getPointer(d *ndr.Decoder) []byte {
	if !d.Pointer() {
		return nil
	}
	return d.MInterfacePointer()
}

// decodeThis reads the header and returns a decoder of what follows. Alignment
// goes on counting from the header's start, wherever extents let it end.
func decodeThis(stub []byte, drep uint32) (ORPCTHIS, ndr.Decoder, error) {
	t, n, err := ParseORPCTHIS(stub, drep)
	return t, decodeBehind(stub, n, drep), err
}

// decodeThat is decodeThis for a response.
func decodeThat(stub []byte, drep uint32) (ORPCTHAT, ndr.Decoder, error) {
	t, n, err := ParseORPCTHAT(stub, drep)
	return t, decodeBehind(stub, n, drep), err
}

// decodeBehind returns an NDR 2.0 decoder of stub from offset n on.
func decodeBehind(stub []byte, n int, drep uint32) ndr.Decoder {
	return ndr.NewDecoder(context.Background(), &com.RPCOLEMESSAGE{Buffer: stub[n:], DataRep: drep, Align: uint8(n & 7)})
}
