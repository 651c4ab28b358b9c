package std_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"oxid/com"
	"oxid/idl/gen/wiretest"
	"oxid/std"
)

func TestAllRangesOverAnyEnumerator(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		ctx := t.Context()
		var names, got []string
		for i := range 150 { // three batches, the last one short
			names = append(names, string(rune('a'+i%26)))
		}
		p := proxy[std.IEnumString](t, w, std.NewEnum[std.IEnumString](names))
		for s, err := range std.All(ctx, p) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, s)
		}
		if !slices.Equal(got, names) {
			t.Errorf("%d of %d: %q", len(got), len(names), got)
		}
		for range std.All(ctx, p) {
			t.Error("an enumerator at its end has elements")
		}
		formats := []std.FORMATETC{{CfFormat: std.CF_TEXT}, {CfFormat: std.ClipFormat("x")}}
		for f, err := range std.All(ctx, proxy[std.IEnumFORMATETC](t, w, std.NewEnum[std.IEnumFORMATETC](formats))) {
			if err != nil || f.CfFormat != std.CF_TEXT {
				t.Errorf("%v, %v", f, err)
			}
			break
		}
	})
}

func TestEnumOfAWholeNumberOfBatches(t *testing.T) {
	n := 0
	for _, err := range std.All(t.Context(), std.NewEnum[std.IEnumString](make([]string, 128))) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 128 {
		t.Errorf("%d elements", n)
	}
}

// failing fails after its first batch.
type failing struct{ std.Enumerator[int] }

func (f *failing) Next(ctx context.Context, elems []int) ([]int, com.HRESULT, error) {
	if f.Enumerator == nil {
		return nil, 0, com.E_ACCESSDENIED
	}
	defer func() { f.Enumerator = nil }()
	return f.Enumerator.Next(ctx, elems)
}

func TestAllEndsWithTheError(t *testing.T) {
	n := 0
	for v, err := range std.All[int](t.Context(), &failing{std.NewEnum[any](make([]int, 100))}) {
		if n++; n <= 64 && err != nil || n == 65 && !errors.Is(err, com.E_ACCESSDENIED) || n > 65 {
			t.Errorf("element %d: %v, %v", n, v, err)
		}
	}
	if n != 65 {
		t.Errorf("%d elements", n)
	}
}

// endless always says S_OK and has nothing.
type endless struct{ std.Enumerator[int] }

func (endless) Next(context.Context, []int) ([]int, com.HRESULT, error) { return nil, com.S_OK, nil }

func TestAllDoesNotWaitForAServerThatNeverEnds(t *testing.T) {
	for range std.All[int](t.Context(), endless{}) {
		t.Error("an element out of nothing")
	}
}

// held is an object whose hand-outs are counted, as those of a proxy are.
type held struct{ com.Proxy }

func TestEnumKeepsWhatItHandsOut(t *testing.T) {
	p := &held{}
	p.AddUser(true)
	conns := std.NewEnum[std.IEnumConnections]([]std.CONNECTDATA{{PUnk: p}, {PUnk: p}})
	for c, err := range std.All(t.Context(), conns) {
		if err != nil || p.Users() != 3 {
			t.Errorf("%d hand-outs in the loop, %v", p.Users(), err)
		}
		com.Release(c.PUnk)
		break // the other one is given back
	}
	if p.Users() != 1 {
		t.Errorf("%d hand-outs after it", p.Users())
	}
	stats := std.NewEnum[std.IEnumSTATDATA]([]std.STATDATA{{}})
	unknowns := std.NewEnum[std.IEnumUnknown]([]com.Unknown{p, nil})
	for range std.All(t.Context(), stats) {
	}
	for u, err := range std.All(t.Context(), unknowns) {
		if err != nil {
			t.Error(err)
		}
		com.Release(u)
	}
	if p.Users() != 1 {
		t.Errorf("%d hand-outs", p.Users())
	}
}

func TestEnumOfAnotherInterface(t *testing.T) {
	if _, err := std.NewEnum[std.IEnumString]([]int{1}).Clone(t.Context()); !errors.Is(err, com.E_NOINTERFACE) {
		t.Errorf("Clone: %v", err)
	}
}
