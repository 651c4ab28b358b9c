package marshal_test

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

// Proxies that are forgotten while others of the same objects are made, used
// and released: in the end every object is let go, and none was before.
func TestForgottenProxiesAmongOthers(t *testing.T) {
	w := newWorld(t)
	const objects, callers, rounds = 4, 4, 200
	var list [objects]*quiet
	for i := range list {
		list[i] = &quiet{}
	}
	var wg sync.WaitGroup
	for g := range callers {
		wg.Go(func() {
			for n := range rounds {
				stm := com.NewMemoryStream(nil)
				if err := w.a.CoMarshalInterface(w.ca, stm, &calc.IID_ICalc, list[n%objects], com.MSHCTX_INPROC, 0); err != nil {
					t.Error(err)
					return
				}
				c, err := w.unmarshal(w.b, stm)
				if err == nil {
					_, err = c.Add(w.cb, 1, 2)
				}
				if err != nil {
					t.Error(err)
					return
				}
				if (n+g)%3 > 0 {
					com.Release(c)
				}
				if n%20 == g {
					runtime.GC()
				}
			}
		})
	}
	wg.Wait()
	for range 500 {
		if marshal.Objects(w.a) == 0 && marshal.Remotes(w.b) == 0 {
			return
		}
		runtime.GC()
		time.Sleep(2 * time.Millisecond)
	}
	t.Errorf("%d objects are held, by %d proxies", marshal.Objects(w.a), marshal.Remotes(w.b))
}
