package marshal

import (
	"context"
	"log/slog"
	"testing"

	"oxid/com"
)

// counted is an object without interfaces of its own.
type counted struct{ finals int }

func (c *counted) FinalRelease(context.Context) { c.finals++ }

// While an object is being marshaled its last strong reference goes. That
// would have ended its weak packets too, so it does once the marshaling is over.
func TestLastReferenceGoesWhileMarshaling(t *testing.T) {
	rt := NewRuntime(Options{Logger: slog.New(slog.DiscardHandler)})
	defer rt.Close(context.Background())
	a, err := rt.MTA(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, closes := range []bool{true, false} {
		ctx, obj := t.Context(), &counted{}
		m, err := a.managerFor(ctx, obj)
		if err != nil {
			t.Fatal(err)
		}
		var stubs [2]*interfaceStub
		for i, kind := range []stubKind{kindNormal, kindTableWeak} {
			if stubs[i], err = m.interfaceStub(ctx, com.UnknownDesc, kind); err != nil {
				t.Fatal(err)
			}
			if _, ok := a.addPacket(ctx, stubs[i], false); !ok {
				t.Fatal("no packet")
			}
		}
		a.release(ctx, stubs[0], publicRefs, closes)
		if Objects(a) != 1 || obj.finals != 0 {
			t.Error("gone while it is being marshaled")
		}
		a.unpin(ctx, m)
		if dead := Objects(a) == 0; dead != closes || obj.finals == 1 != closes {
			t.Errorf("closes %v: dead %v, FinalRelease %d times", closes, dead, obj.finals)
		}
		a.releasePacket(ctx, stubs[1])
		if Objects(a) != 0 || obj.finals != 1 {
			t.Errorf("closes %v: at the end FinalRelease ran %d times", closes, obj.finals)
		}
	}
}
