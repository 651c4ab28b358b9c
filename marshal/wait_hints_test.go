package marshal_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

func TestDeadlineInACycleLeavesAHint(t *testing.T) {
	d := newDeadlock(t, 200*time.Millisecond)
	d.calls.Wait()
	hints := 0
	for _, err := range d.outcome {
		if err == nil {
			continue // the other one gave up first
		}
		wantHR(t, err, com.RPC_E_TIMEOUT)
		var e *com.Error
		if errors.As(err, &e) && strings.Contains(e.Hint, "lost its causality") && strings.Contains(e.Hint, "pass on the context of the method") {
			hints++
		}
	}
	if hints == 0 {
		t.Errorf("no hint in %v", d.outcome)
	}
}

// A chain that comes back to its own apartment is recognised at once by its id.
func TestChainThatComesBackToItsHolder(t *testing.T) {
	p := newProcess(t)
	a := p.sta(marshal.STAOptions{})
	var back calc.ICalc
	var got error
	through := lend(t, p.mta, a, does(func(ctx context.Context) { _, got = back.Add(ctx, 1, 2) }))
	back = lend(t, a, p.mta, &object{})
	outer := lend(t, a, p.mta, does(func(context.Context) {
		ctx, cancel := context.WithTimeout(in(t, a), 50*time.Millisecond)
		defer cancel()
		through.Add(ctx, 1, 2)
	}))
	mustAdd(t, t.Context(), outer)
	if !strings.Contains(p.logged(), "calls wait for each other") {
		t.Errorf("the log does not name the cycle:\n%s", p.logged())
	}
	wantHR(t, got, com.RPC_E_TIMEOUT)
	var e *com.Error
	if !errors.As(got, &e) || !strings.Contains(e.Hint, "held by ICalc.Add, which waits for ICalc.Add, called at ") {
		t.Errorf("the error does not say what it waited for: %v", got)
	}
}
