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

func (o object) GetPrimaryDomainInformation(_ context.Context, level DsRoleInfoLevel) (*DsRoleInfo, uint32, error) {
	if info := o[level]; info != nil {
		return info, 0, nil
	}
	return nil, 87, nil
}

// What a server returns is what its client gets, in both transfer syntaxes.
func TestGetPrimaryDomainInformation(t *testing.T) {
	flat, dns := "LAB", "lab.example"
	want := object{
		1: {Tag: 1, Basic: DsRolePrimaryDomainInfo{DsRolePrimaryDC, 3, &flat, &dns, nil, com.NewGUID()}},
		2: {Tag: 2, Upgrade: DsRoleUpgradeInfo{1, DsRoleServerBackup}},
		3: {Tag: 3, Operation: DsRoleOperationInfo{DsRoleOperationNeedReboot}},
		4: nil,
	}
	for _, ndr64 := range []bool{false, true} {
		s := dcerpc.NewServer(&dcerpc.ServerOptions{NDR64: ndr64})
		if err := s.Register(DssetupInterface(want)); err != nil {
			t.Fatal(err)
		}
		conn := dcerpc.NewClientConn(s.Pipe(), &dcerpc.ClientOptions{NDR64: ndr64})
		t.Cleanup(func() { conn.Close(); s.Close() })
		pc, err := conn.Context(t.Context(), DssetupSyntax)
		if err != nil {
			t.Fatal(err)
		}
		for level, want := range want {
			got, status, err := NewDssetupClient(pc).GetPrimaryDomainInformation(t.Context(), level)
			if err != nil || !reflect.DeepEqual(got, want) || (status == 0) != (want != nil) {
				t.Errorf("level %d, NDR64 %t: %+v, %d, %v", level, ndr64, got, status, err)
			}
		}
		c := pc.NewCall(1, nil, 0)
		if err := c.Invoke(t.Context()); !errors.Is(err, &dcerpc.Fault{Status: dcerpc.StatusOpRange}) {
			t.Errorf("opnum 1: %v", err)
		}
		c.Free()
	}
}
