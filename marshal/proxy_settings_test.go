package marshal_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"oxid/com"
	"oxid/marshal"
)

func TestOverRelease(t *testing.T) {
	p := newProcess(t, func(o *marshal.Options) { o.LeakReport = func(marshal.Leak) {} })
	c := lend(t, p.mta, p.mainSTA(), &object{})
	com.Release(c)
	if strings.Contains(p.logged(), "more often") {
		t.Fatal("reported too early")
	}
	com.Release(c)
	log := p.logged()
	for _, want := range []string{"more often than it was handed out", "interface=ICalc", "hint="} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
	wantHR(t, com.ReleaseContext(t.Context(), c), com.CO_E_RELEASED)
	if n := strings.Count(p.logged(), "more often"); n != 2 {
		t.Errorf("%d reports of 2", n)
	}
	runtime.KeepAlive(c)
	_, err := c.Add(in(t, p.mainSTA()), 1, 2)
	if !errors.Is(err, com.CO_E_RELEASED) {
		t.Errorf("after the release: %v", err)
	}
}
