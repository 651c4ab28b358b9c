package com_test

import (
	"testing"

	"oxid/com"
)

// The interfaces of call control are answered by the runtime and never travel.
func TestCallControlDescs(t *testing.T) {
	for _, c := range []struct {
		d     *com.Desc
		iid   string
		slots int
	}{
		{com.MessageFilterDesc, "00000016-0000-0000-c000-000000000046", 6},
		{com.CancelMethodCallsDesc, "00000029-0000-0000-c000-000000000046", 5},
		{com.SynchronizeDesc, "00000030-0000-0000-c000-000000000046", 6},
	} {
		if c.d.IID != com.MustGUID(c.iid) || c.d.NumOps() != c.slots || !c.d.Local || c.d.NewProxy != nil || c.d.NewStub != nil {
			t.Errorf("%s: IID %v, %d slots, local %v", c.d.Name, c.d.IID, c.d.NumOps(), c.d.Local)
		}
	}
	if com.IID_IChannelHook != com.MustGUID("1008C4A0-7613-11CF-9AF1-0020AF6E72F4") {
		t.Errorf("IChannelHook is %v", com.IID_IChannelHook)
	}
	if com.CLSID_ManualResetEvent != com.MustGUID("0000032c-0000-0000-c000-000000000046") {
		t.Errorf("the event's class is %v", com.CLSID_ManualResetEvent)
	}
}
