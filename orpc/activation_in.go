package orpc

import (
	"oxid/com"
	"oxid/ndr"
)

// Flags of InstantiationInfoData ([MS-DCOM] 2.2.22.2.1).
const (
	ACTVFLAGS_DISABLE_AAA            uint32 = 0x02
	ACTVFLAGS_ACTIVATE_32_BIT_SERVER uint32 = 0x04
	ACTVFLAGS_ACTIVATE_64_BIT_SERVER uint32 = 0x08
	ACTVFLAGS_NO_FAILURE_LOG         uint32 = 0x20
)

// InstantiationInfoData says what to create ([MS-DCOM] 2.2.22.2.1):
//
//	offset 0  classId GUID
//	      16  classCtx, actvflags, fIsSurrogate, cIID, instFlag  u32 each
//	      36  pIID  unique pointer to IID[cIID]
//	      40  thisSize u32, ignored
//	      44  clientCOMVersion
type InstantiationInfoData struct {
	ClassID     com.CLSID
	ClassCtx    com.CLSCTX // CLSCTX_REMOTE_SERVER
	Flags       uint32     // ACTVFLAGS_*
	IsSurrogate bool
	InstFlag    uint32
	Version     COMVERSION // of the client; ignored on receipt
	IIDs        []com.IID  // 1 to MAX_REQUESTED_INTERFACES
}

func (v *InstantiationInfoData) encode(e *ndr.Encoder) {
	if n := len(v.IIDs); n == 0 || n > MAX_REQUESTED_INTERFACES {
		e.Fail(tooMany("interfaces in an activation (and at least 1)", n, MAX_REQUESTED_INTERFACES))
		return
	}
	e.GUID(v.ClassID)
	e.Uint32(uint32(v.ClassCtx))
	e.Uint32(v.Flags)
	putBOOL(e, v.IsSurrogate)
	e.Uint32(uint32(len(v.IIDs)))
	e.Uint32(v.InstFlag)
	e.Pointer(true)
	e.Uint32(uint32(serialHeaderSize + (52+16*len(v.IIDs)+7)&^7)) // thisSize
	putVersion(e, v.Version)
	e.Count(len(v.IIDs))
	e.GUIDs(v.IIDs)
}

func (v *InstantiationInfoData) decode(d *ndr.Decoder) {
	v.ClassID = d.GUID()
	v.ClassCtx = com.CLSCTX(d.Uint32())
	v.Flags = d.Uint32()
	v.IsSurrogate = d.Uint32() != 0
	n := d.Uint32()
	d.InRange(int64(n), 1, MAX_REQUESTED_INTERFACES)
	v.InstFlag = d.Uint32()
	d.Ref(4)
	d.Uint32() // thisSize
	v.Version = getVersion(d)
	if d.Enter(4) {
		v.IIDs = d.GUIDs(nil, d.CountIs(int(n), 16))
		d.Leave()
	}
}

// AnySession as the session of SpecialPropertiesData lets the server choose.
const AnySession uint32 = 0xffffffff

// SPD_FLAG_USE_CONSOLE_SESSION is the one flag of SpecialPropertiesData that
// has a meaning.
const SPD_FLAG_USE_CONSOLE_SESSION uint32 = 1

// SpecialPropertiesData has session, partition and security preferences
// ([MS-DCOM] 2.2.22.2.2). Two layouts are in use, which differ behind Flags;
// nothing behind it is read.
//
//	offset 0  dwSessionId, fRemoteThisSessionId, fClientImpersonating,
//	          fPartitionIDPresent, dwDefaultAuthnLvl  u32 each
//	      20  guidPartition GUID
//	      36  dwPRTFlags, dwOrigClsctx, dwFlags  u32 each
//	      48  reserved u32, u64 at 56, 5 u32; in the older form 8 u32
type SpecialPropertiesData struct {
	SessionID           uint32 // AnySession when RemoteThisSessionID is false
	RemoteThisSessionID bool
	ClientImpersonating bool
	PartitionIDPresent  bool
	DefaultAuthnLevel   uint32
	Partition           com.GUID
	PRTFlags            uint32
	OrigClsctx          uint32
	Flags               uint32 // SPD_FLAG_*; other bits are ignored
}

func (v *SpecialPropertiesData) encode(e *ndr.Encoder) {
	e.Uint32(v.SessionID)
	putBOOL(e, v.RemoteThisSessionID)
	putBOOL(e, v.ClientImpersonating)
	putBOOL(e, v.PartitionIDPresent)
	e.Uint32(v.DefaultAuthnLevel)
	e.GUID(v.Partition)
	e.Uint32(v.PRTFlags)
	e.Uint32(v.OrigClsctx)
	e.Uint32(v.Flags)
	e.Uint32(0)
	e.Uint64(0)
	e.Uint32s(make([]uint32, 5))
}

func (v *SpecialPropertiesData) decode(d *ndr.Decoder) {
	v.SessionID = d.Uint32()
	v.RemoteThisSessionID = d.Uint32() != 0
	v.ClientImpersonating = d.Uint32() != 0
	v.PartitionIDPresent = d.Uint32() != 0
	v.DefaultAuthnLevel = d.Uint32()
	v.Partition = d.GUID()
	v.PRTFlags = d.Uint32()
	v.OrigClsctx = d.Uint32()
	v.Flags = d.Uint32()
}

// InstanceInfoData says from which file or storage to create the object
// ([MS-DCOM] 2.2.22.2.3): fileName, mode, ifdROT, ifdStg; all but the mode are
// unique pointers.
type InstanceInfoData struct {
	FileName *string
	Mode     uint32
	ROT      []byte // OBJREF; nil
	Storage  []byte // OBJREF of an IStorage; nil for none
}

func (v *InstanceInfoData) encode(e *ndr.Encoder) {
	e.Pointer(v.FileName != nil)
	e.Uint32(v.Mode)
	e.Pointer(v.ROT != nil)
	e.Pointer(v.Storage != nil)
	if v.FileName != nil {
		e.WStr(*v.FileName)
	}
	for _, p := range [2][]byte{v.ROT, v.Storage} {
		if p != nil {
			e.MInterfacePointer(p)
		}
	}
}

func (v *InstanceInfoData) decode(d *ndr.Decoder) {
	name := d.Embedded(minWStr)
	v.Mode = d.Uint32()
	rot, stg := d.Embedded(minPointer), d.Embedded(minPointer)
	v.FileName = embeddedWStr(d, name)
	v.ROT = embeddedPointer(d, rot)
	v.Storage = embeddedPointer(d, stg)
}

// ActivationContextInfoData carries the client's context ([MS-DCOM]
// 2.2.22.2.5): clientOK and three reserved u32, pIFDClientCtx,
// pIFDPrototypeCtx. A NULL client context is accepted although the
// specification has none: clients in use send it.
type ActivationContextInfoData struct {
	ClientOK     uint32 // 0
	ClientCtx    []byte // OBJREF_CUSTOM around a Context; nil for none
	PrototypeCtx []byte // the same
}

func (v *ActivationContextInfoData) encode(e *ndr.Encoder) {
	e.Uint32(v.ClientOK)
	e.Uint32(0)
	e.Uint32(0)
	e.Uint32(0)
	e.Pointer(v.ClientCtx != nil)
	e.Pointer(v.PrototypeCtx != nil)
	for _, p := range [2][]byte{v.ClientCtx, v.PrototypeCtx} {
		if p != nil {
			e.MInterfacePointer(p)
		}
	}
}

func (v *ActivationContextInfoData) decode(d *ndr.Decoder) {
	v.ClientOK = d.Uint32()
	d.Uint32()
	d.Uint32()
	d.Uint32()
	client, prototype := d.Embedded(minPointer), d.Embedded(minPointer)
	v.ClientCtx = embeddedPointer(d, client)
	v.PrototypeCtx = embeddedPointer(d, prototype)
}

// LocationInfoData says where to create the object ([MS-DCOM] 2.2.22.2.6):
// machineName, processId, apartmentId, contextId. On the wire everything is
// NULL or 0.
type LocationInfoData struct {
	MachineName *string
	ProcessID   uint32
	ApartmentID uint32
	ContextID   uint32
}

func (v *LocationInfoData) encode(e *ndr.Encoder) {
	e.Pointer(v.MachineName != nil)
	e.Uint32(v.ProcessID)
	e.Uint32(v.ApartmentID)
	e.Uint32(v.ContextID)
	if v.MachineName != nil {
		e.WStr(*v.MachineName)
	}
}

func (v *LocationInfoData) decode(d *ndr.Decoder) {
	name := d.Embedded(minWStr)
	v.ProcessID = d.Uint32()
	v.ApartmentID = d.Uint32()
	v.ContextID = d.Uint32()
	v.MachineName = embeddedWStr(d, name)
}

// ScmRequestInfoData says what the client can do ([MS-DCOM] 2.2.22.2.4):
// pdwReserved, NULL, and remoteRequest, a unique pointer to
// {ClientImpLevel u32, cRequestedProtseqs u16, pRequestedProtseqs}.
type ScmRequestInfoData struct {
	ClientImpLevel com.ImpLevel
	ProtSeqs       []uint16 // TOWER_*; at most MAX_REQUESTED_PROTSEQS
}

func (v *ScmRequestInfoData) encode(e *ndr.Encoder) {
	if n := len(v.ProtSeqs); n > MAX_REQUESTED_PROTSEQS {
		e.Fail(tooMany("protocol sequences", n, MAX_REQUESTED_PROTSEQS))
		return
	}
	e.Pointer(false)
	e.Pointer(true)
	e.Uint32(uint32(v.ClientImpLevel))
	e.Uint16(uint16(len(v.ProtSeqs)))
	e.Pointer(true)
	e.Count(len(v.ProtSeqs))
	e.Uint16s(v.ProtSeqs)
}

func (v *ScmRequestInfoData) decode(d *ndr.Decoder) {
	reserved, request := d.Embedded(4), d.Embedded(12)
	skipReserved(d, reserved)
	if !request || !d.Enter(12) {
		return
	}
	v.ClientImpLevel = com.ImpLevel(d.Uint32())
	n := d.Uint16()
	d.InRange(int64(n), 0, MAX_REQUESTED_PROTSEQS)
	if d.Embedded(4) && d.Enter(4) {
		v.ProtSeqs = d.Uint16s(nil, d.CountIs(int(n), 2))
		d.Leave()
	}
	d.Leave()
}

// SecurityInfoData is sent by Windows clients and ignored by servers
// ([MS-DCOM] 2.2.22.2.7): dwAuthnFlags, pServerInfo, pdwReserved, where
// pServerInfo leads to {dwReserved1, pwszName, pdwReserved, dwReserved2}.
type SecurityInfoData struct {
	AuthnFlags uint32
	ServerInfo bool    // a COSERVERINFO is there
	ServerName *string // in it
}

func (v *SecurityInfoData) encode(e *ndr.Encoder) {
	e.Uint32(v.AuthnFlags)
	e.Pointer(v.ServerInfo)
	e.Pointer(false)
	if !v.ServerInfo {
		return
	}
	e.Uint32(0)
	e.Pointer(v.ServerName != nil)
	e.Pointer(false)
	e.Uint32(0)
	if v.ServerName != nil {
		e.WStr(*v.ServerName)
	}
}

func (v *SecurityInfoData) decode(d *ndr.Decoder) {
	v.AuthnFlags = d.Uint32()
	v.ServerInfo = d.Embedded(16)
	d.Pointer() // reserved; what it may point to is the last of all
	if !v.ServerInfo || !d.Enter(16) {
		return
	}
	d.Uint32()
	name := d.Embedded(minWStr)
	d.Pointer()
	d.Uint32()
	v.ServerName = embeddedWStr(d, name)
	d.Leave()
}

// minWStr is the least size of a conformant string: three counts and a NUL.
const minWStr = 14

// putBOOL appends a 32-bit truth value.
func putBOOL(e *ndr.Encoder, v bool) {
	if v {
		e.Uint32(1)
	} else {
		e.Uint32(0)
	}
}

// embeddedWStr reads, in the deferred part, a string whose pointer was announced
// with minWStr.
func embeddedWStr(d *ndr.Decoder, present bool) *string {
	if !present || !d.Enter(minWStr) {
		return nil
	}
	s := d.WStr()
	d.Leave()
	return &s
}

// embeddedPointer does the same for the bytes of an MInterfacePointer, which
// alias the message and are not nil when it is there.
func embeddedPointer(d *ndr.Decoder, present bool) []byte {
	if !present || !d.Enter(minPointer) {
		return nil
	}
	p := d.MInterfacePointer()
	d.Leave()
	return p
}

// skipReserved passes the referent of a reserved pointer to a long.
func skipReserved(d *ndr.Decoder, present bool) {
	if present && d.Enter(4) {
		d.Uint32()
		d.Leave()
	}
}
