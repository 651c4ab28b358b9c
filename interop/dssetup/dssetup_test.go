package dssetup

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"oxid/com"
	"oxid/dcerpc"
)

// object is a server that answers from a table.
type object map[DsRoleInfoLevel]*DsRoleInfo

func (o object) GetPrimaryDomainInformation(_ context.Context, level DsRoleInfoLevel) (uint32, *DsRoleInfo, error) {
	if info := o[level]; info != nil {
		return 0, info, nil
	}
	return 87, nil, nil
}

// What a server returns is what its client gets, in both transfer syntaxes.
func TestGetPrimaryDomainInformation(t *testing.T) {
	flat, dns := "LAB", "lab.example"
	basic := DsRoleInfo_Basic(DsRolePrimaryDomainInfo{DsRolePrimaryDC, 3, &flat, &dns, nil, com.NewGUID()})
	upgrade := DsRoleInfo_Upgrade(DsRoleUpgradeInfo{1, DsRoleServerBackup})
	operation := DsRoleInfo_Operation(DsRoleOperationInfo{DsRoleOperationNeedReboot})
	want := object{1: &basic, 2: &upgrade, 3: &operation, 4: nil}
	for _, ndr64 := range []bool{false, true} {
		s := dcerpc.NewServer(&dcerpc.ServerOptions{NDR64: ndr64})
		if err := s.Register(ServeDssetup(want)); err != nil {
			t.Fatal(err)
		}
		conn := dcerpc.NewClientConn(s.Pipe(), &dcerpc.ClientOptions{NDR64: ndr64})
		t.Cleanup(func() { conn.Close(); s.Close() })
		client, err := NewDssetupClient(t.Context(), conn)
		if err != nil {
			t.Fatal(err)
		}
		for level, want := range want {
			status, got, err := client.GetPrimaryDomainInformation(t.Context(), level)
			if err != nil || !reflect.DeepEqual(got, want) || (status == 0) != (want != nil) {
				t.Errorf("level %d, NDR64 %t: %+v, %d, %v", level, ndr64, got, status, err)
			}
		}
		c := client.pc.NewCall(1, nil, 0)
		if err := c.Invoke(t.Context()); !errors.Is(err, &dcerpc.Fault{Status: dcerpc.StatusOpRange}) {
			t.Errorf("opnum 1: %v", err)
		}
		c.Free()
	}
}
