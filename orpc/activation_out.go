package orpc

import (
	"oxid/com"
	"oxid/ndr"
)

// ScmReplyInfoData says where the exporter of the new object listens
// ([MS-DCOM] 2.2.22.3.2): what ResolveOxid2 would answer, without asking.
//
//	offset 0  pdwReserved, remoteReply  unique pointers, the latter to
//	       8  Oxid u64
//	      16  pdsaOxidBindings  unique pointer to a DUALSTRINGARRAY
//	      20  ipidRemUnknown GUID
//	      36  authnHint u32
//	      40  serverVersion
type ScmReplyInfoData struct {
	OXID           OXID
	Bindings       PackedBindings // of the exporter, with endpoints
	IPIDRemUnknown com.IPID
	AuthnHint      uint32 // the exporter's lowest authentication level; take it only to raise one's own
	Version        COMVERSION
}

func (v *ScmReplyInfoData) encode(e *ndr.Encoder) {
	e.Pointer(false)
	e.Pointer(true)
	e.Uint64(uint64(v.OXID))
	e.Pointer(v.Bindings != nil)
	e.GUID(v.IPIDRemUnknown)
	e.Uint32(v.AuthnHint)
	putVersion(e, v.Version)
	if v.Bindings != nil {
		putBindings(e, v.Bindings)
	}
}

func (v *ScmReplyInfoData) decode(d *ndr.Decoder) {
	reserved, reply := d.Embedded(4), d.Ref(36)
	skipReserved(d, reserved)
	if !reply || !d.Enter(36) {
		return
	}
	v.OXID = OXID(d.Uint64())
	bindings := d.Embedded(8)
	v.IPIDRemUnknown = d.GUID()
	v.AuthnHint = d.Uint32()
	v.Version = getVersion(d)
	if bindings && d.Enter(8) {
		v.Bindings = getBindings(d)
		d.Leave()
	}
	d.Leave()
}

// PropsOutInfo has the interfaces of the new object ([MS-DCOM] 2.2.22.3.1).
// On the wire these are three arrays behind unique pointers:
//
//	offset 0  cIfs u32
//	       4  piid, phresults, ppIntfData  to IID[cIfs], HRESULT[cIfs], and
//	          cIfs unique pointers to MInterfacePointers
type PropsOutInfo struct {
	Interfaces []ActivatedInterface // in the order of the request; 1 to MAX_REQUESTED_INTERFACES
}

// ActivatedInterface is the outcome for one requested interface. The protocol
// wants OBJREF to be there exactly when HRESULT is S_OK; a receiver looks at
// both.
type ActivatedInterface struct {
	IID     com.IID
	HRESULT com.HRESULT
	OBJREF  []byte // aliases the packet when parsed; nil for NULL
}

func (v *PropsOutInfo) encode(e *ndr.Encoder) {
	n := len(v.Interfaces)
	if n == 0 || n > MAX_REQUESTED_INTERFACES {
		e.Fail(tooMany("interfaces in an activation (and at least 1)", n, MAX_REQUESTED_INTERFACES))
		return
	}
	e.Uint32(uint32(n))
	e.Pointer(true)
	e.Pointer(true)
	e.Pointer(true)
	e.Count(n)
	for i := range v.Interfaces {
		e.GUID(v.Interfaces[i].IID)
	}
	e.Count(n)
	for i := range v.Interfaces {
		e.HRESULT(v.Interfaces[i].HRESULT)
	}
	e.Count(n)
	for i := range v.Interfaces {
		e.Pointer(v.Interfaces[i].OBJREF != nil)
	}
	for i := range v.Interfaces {
		if p := v.Interfaces[i].OBJREF; p != nil {
			e.MInterfacePointer(p)
		}
	}
}

func (v *PropsOutInfo) decode(d *ndr.Decoder) {
	n := d.Uint32()
	d.InRange(int64(n), 1, MAX_REQUESTED_INTERFACES)
	d.Ref(4)
	d.Ref(4)
	d.Ref(4)
	if d.Enter(4) {
		v.Interfaces = make([]ActivatedInterface, d.CountIs(int(n), 16))
		for i := range v.Interfaces {
			v.Interfaces[i].IID = d.GUID()
		}
		d.Leave()
	}
	if d.Enter(4) {
		for i := range d.CountIs(len(v.Interfaces), 4) {
			v.Interfaces[i].HRESULT = d.HRESULT()
		}
		d.Leave()
	}
	if d.Enter(4) {
		for i, p := range getPointers(d, len(v.Interfaces)) {
			v.Interfaces[i].OBJREF = p
		}
		d.Leave()
	}
}
