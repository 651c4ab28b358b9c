package dssetup

import (
	"oxid/com"
	"oxid/ndr"
)

// DsRoleInfoLevel says what is asked for.
type DsRoleInfoLevel int32

// Values of DsRoleInfoLevel.
const (
	DsRolePrimaryDomainInfoBasic DsRoleInfoLevel = 1
	DsRoleUpgradeStatus          DsRoleInfoLevel = 2
	DsRoleOperationState         DsRoleInfoLevel = 3
)

// DsRoleMachine is the part that a machine plays.
type DsRoleMachine int32

// Values of DsRoleMachine.
const (
	DsRoleStandaloneWorkstation DsRoleMachine = iota
	DsRoleMemberWorkstation
	DsRoleStandaloneServer
	DsRoleMemberServer
	DsRoleBackupDC
	DsRolePrimaryDC
)

// DsRolePrimaryDomainInfo is DSROLER_PRIMARY_DOMAIN_INFO_BASIC ([MS-DSSP]
// 2.2.3). A nil string is NULL.
type DsRolePrimaryDomainInfo struct {
	MachineRole      DsRoleMachine
	Flags            uint32
	DomainNameFlat   *string
	DomainNameDns    *string
	DomainForestName *string
	DomainGuid       com.GUID
}

// DsRoleServerState is what a machine was before an upgrade.
type DsRoleServerState int32

// Values of DsRoleServerState.
const (
	DsRoleServerUnknown DsRoleServerState = iota
	DsRoleServerPrimary
	DsRoleServerBackup
)

// DsRoleUpgradeInfo is DSROLE_UPGRADE_STATUS_INFO ([MS-DSSP] 2.2.5).
type DsRoleUpgradeInfo struct {
	OperationState      uint32
	PreviousServerState DsRoleServerState
}

// DsRoleOperation says how far a change of role is.
type DsRoleOperation int32

// Values of DsRoleOperation.
const (
	DsRoleOperationIdle DsRoleOperation = iota
	DsRoleOperationActive
	DsRoleOperationNeedReboot
)

// DsRoleOperationInfo is DSROLE_OPERATION_STATE_INFO ([MS-DSSP] 2.2.4).
type DsRoleOperationInfo struct{ OperationState DsRoleOperation }

// DsRoleInfo is a union: Tag says which arm counts.
type DsRoleInfo struct {
	Tag       DsRoleInfoLevel
	Basic     DsRolePrimaryDomainInfo
	Upgrade   DsRoleUpgradeInfo
	Operation DsRoleOperationInfo
}

func (v *DsRoleInfo) encode(e *ndr.Encoder) {
	e.Align(1, 8)
	e.Enum16(int32(v.Tag))
	e.Align(1, 8)
	switch v.Tag {
	case DsRolePrimaryDomainInfoBasic:
		v.Basic.encode(e)
	case DsRoleUpgradeStatus:
		e.Align(4, 4)
		e.Uint32(v.Upgrade.OperationState)
		e.Enum16(int32(v.Upgrade.PreviousServerState))
		e.Trail(4)
	case DsRoleOperationState:
		e.Enum16(int32(v.Operation.OperationState))
	default:
		e.BadTag(int64(v.Tag))
	}
}

func (v *DsRoleInfo) decode(d *ndr.Decoder) {
	d.Align(1, 8)
	v.Tag = DsRoleInfoLevel(d.Enum16())
	d.Align(1, 8)
	switch v.Tag {
	case DsRolePrimaryDomainInfoBasic:
		v.Basic.decode(d)
	case DsRoleUpgradeStatus:
		d.Align(4, 4)
		v.Upgrade.OperationState = d.Uint32()
		v.Upgrade.PreviousServerState = DsRoleServerState(d.Enum16())
		d.Trail(4)
	case DsRoleOperationState:
		v.Operation.OperationState = DsRoleOperation(d.Enum16())
	default:
		d.BadTag(int64(v.Tag))
	}
}

func (v *DsRolePrimaryDomainInfo) encode(e *ndr.Encoder) {
	e.Align(4, 8)
	e.Enum16(int32(v.MachineRole))
	e.Uint32(v.Flags)
	names := []*string{v.DomainNameFlat, v.DomainNameDns, v.DomainForestName}
	for _, s := range names {
		e.Pointer(s != nil)
	}
	e.GUID(v.DomainGuid)
	e.Trail(8)
	for _, s := range names {
		if s != nil {
			e.WStr(*s)
		}
	}
}

// stringSize is the least size of a string on the wire: its counts and a NUL.
const stringSize = 14

func (v *DsRolePrimaryDomainInfo) decode(d *ndr.Decoder) {
	d.Align(4, 8)
	v.MachineRole = DsRoleMachine(d.Enum16())
	v.Flags = d.Uint32()
	names := []**string{&v.DomainNameFlat, &v.DomainNameDns, &v.DomainForestName}
	for _, s := range names {
		if *s = nil; d.Embedded(stringSize) {
			*s = new(string)
		}
	}
	v.DomainGuid = d.GUID()
	d.Trail(8)
	for _, s := range names {
		if *s != nil && d.Leaf(stringSize) {
			**s = d.WStr()
		}
	}
}
