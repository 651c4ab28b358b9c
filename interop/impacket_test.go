package interop

import "testing"

// An impacket client, which knows nothing of oxid, activates the Calculator by
// both activators, resolves its exporter, pings, queries, calls and releases.
func TestImpacket(t *testing.T) {
	t.Parallel()
	module(t, "impacket.dcerpc.v5.dcomrt", "python3-impacket")
	n := newNamespace(t)
	startFixture(t, n)
	stop := capture(t, n)
	if count := drive(t, n, "dcom_client.py"); count != 25 {
		t.Errorf("%d checks, want 25", count)
	}
	stop(expectation{protocols: []string{"IOXIDResolver", "REMACT", "ISystemActivator", "IRemUnknown"}})
}
