package marshal_test

import (
	"context"
	"testing"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

// iPrompt is ICalc once more, with Add as an input-synchronized method. prompts is
// not on the wire: it tells objects with IPrompt from those with ICalc alone.
type iPrompt interface {
	calc.ICalc
	prompts()
}

// prompter makes an object one with IPrompt, too.
type prompter struct{ calc.ICalc }

func (prompter) prompts() {}

var promptDesc = com.Register[iPrompt](com.Desc{
	IID: com.MustGUID("c7b1de0e-5c4e-4a6b-8a3e-4cfb0cf0a104"), Name: "IPrompt",
	Methods: calc.ICalcDesc.Methods, InputSync: []string{"Add"},
	NewProxy: calc.ICalcDesc.NewProxy, NewStub: calc.ICalcDesc.NewStub,
})

// lendPrompt is lend for IPrompt.
func lendPrompt(t *testing.T, home, user *marshal.Apartment, obj calc.ICalc) calc.ICalc {
	t.Helper()
	stm := com.NewMemoryStream(nil)
	if err := home.CoMarshalInterface(in(t, home), stm, &promptDesc.IID, &prompter{obj}, com.MSHCTX_INPROC, 0); err != nil {
		t.Fatal(err)
	}
	v, err := user.CoUnmarshalInterface(in(t, user), rewind(stm), &promptDesc.IID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { com.Release(v) })
	return v.(calc.ICalc)
}

// A message filter is asked about an input-synchronized call, and cannot stop it.
func TestCF_308_InputSynchronizedCallsAreNotRejected(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		for _, how := range []com.SERVERCALL{com.SERVERCALL_REJECTED, com.SERVERCALL_RETRYLATER} {
			p := newProcess(t)
			f := rejecting(how)
			o.MessageFilter = f
			home, user := p.sta(o), p.sta(marshal.STAOptions{})
			c := lendPrompt(t, home, user, &object{})
			mustAdd(t, in(t, user), c)
			if len(f.calls) != 1 {
				t.Errorf("the filter was asked %d times", len(f.calls))
			}
			if _, err := c.Echo(in(t, user), "x"); err == nil {
				t.Error("another method of the interface was not rejected")
			}
		}
	})
}

// While such a call runs its apartment calls nobody else, but for calls of the
// same kind.
func TestNoCallsOutOfAnInputSynchronizedCall(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		p := newProcess(t)
		home, user := p.sta(o), p.sta(marshal.STAOptions{})
		other := &object{}
		plain, prompt := lend(t, user, home, other), lendPrompt(t, user, home, other)
		c := lendPrompt(t, home, user, does(func(ctx context.Context) {
			_, err := plain.Add(ctx, 1, 2)
			wantHR(t, err, com.RPC_E_CANTCALLOUT_ININPUTSYNCCALL)
			_, err = prompt.Echo(ctx, "x")
			wantHR(t, err, com.RPC_E_CANTCALLOUT_ININPUTSYNCCALL)
			mustAdd(t, ctx, prompt)
			_, err = plain.Advise(ctx, &listener{}) // what went with the request comes back
			wantHR(t, err, com.RPC_E_CANTCALLOUT_ININPUTSYNCCALL)
		}))
		mustAdd(t, in(t, user), c)
		if other.calls != 1 {
			t.Errorf("%d calls arrived, want 1", other.calls)
		}
		if n := marshal.Objects(home); n != 1 {
			t.Errorf("%d objects of the apartment are held, want the one that was called", n)
		}
		// An ordinary method may.
		d := lend(t, home, user, does(func(ctx context.Context) { mustAdd(t, ctx, plain) }))
		mustAdd(t, in(t, user), d)
	})
}
