package interop

import (
	"context"
	"testing"
	"time"
)

// What "oxid demo" sends is what Wireshark understands.
func TestDemo(t *testing.T) {
	t.Parallel()
	program(t, "tshark", "tshark")
	n := newNamespace(t)
	path, err := oxidBinary()
	if err != nil {
		t.Fatal(err)
	}
	stop := capture(t, n)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if out, err := n.command(ctx, path, "demo").CombinedOutput(); err != nil {
		t.Errorf("oxid demo: %v\n%s", err, out)
	}
	stop(expectation{protocols: []string{"IOXIDResolver", "ISystemActivator", "IRemUnknown"}})
}
