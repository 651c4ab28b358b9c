package dssetup

import "context"

// Standalone is a server that tells of a stand-alone machine of a workgroup.
type Standalone struct{ Workgroup string }

// errorInvalidParameter is ERROR_INVALID_PARAMETER ([MS-ERREF] 2.2).
const errorInvalidParameter = 87

// GetPrimaryDomainInformation answers the three levels.
func (s Standalone) GetPrimaryDomainInformation(_ context.Context, level DsRoleInfoLevel) (*DsRoleInfo, uint32, error) {
	switch level {
	case DsRolePrimaryDomainInfoBasic, DsRoleUpgradeStatus, DsRoleOperationState:
		return &DsRoleInfo{
			Tag:   level,
			Basic: DsRolePrimaryDomainInfo{MachineRole: DsRoleStandaloneServer, DomainNameFlat: &s.Workgroup},
		}, 0, nil
	}
	return nil, errorInvalidParameter, nil
}
