package dssetup

import "context"

// Standalone is a server that tells of a stand-alone machine of a workgroup.
type Standalone struct{ Workgroup string }

// errorInvalidParameter is ERROR_INVALID_PARAMETER ([MS-ERREF] 2.2).
const errorInvalidParameter = 87

// GetPrimaryDomainInformation answers the three levels.
func (s Standalone) GetPrimaryDomainInformation(_ context.Context, level DsRoleInfoLevel) (uint32, *DsRoleInfo, error) {
	var info DsRoleInfo
	switch level {
	case DsRolePrimaryDomainInfoBasic:
		info = DsRoleInfo_Basic(DsRolePrimaryDomainInfo{MachineRole: DsRoleStandaloneServer, DomainNameFlat: &s.Workgroup})
	case DsRoleUpgradeStatus:
		info = DsRoleInfo_Upgrade(DsRoleUpgradeInfo{})
	case DsRoleOperationState:
		info = DsRoleInfo_Operation(DsRoleOperationInfo{})
	default:
		return errorInvalidParameter, nil, nil
	}
	return 0, &info, nil
}
