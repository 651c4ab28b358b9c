package marshal

import (
	"runtime"
	"testing"
)

type weakThing struct {
	name *string
	n    int
}

var staticThing = weakThing{n: 7}

func TestWeakObject(t *testing.T) {
	name := "x"
	p := &weakThing{&name, 3}
	w := weakly(p)
	if w != weakly(p) {
		t.Error("two weak references of one object differ")
	}
	if w == weakly(&weakThing{}) {
		t.Error("weak references of two objects are equal")
	}
	if w == weakly(&p.name) {
		t.Error("an object and its first field are equal")
	}
	runtime.GC()
	if got, ok := w.value().(*weakThing); !ok || got != p {
		t.Errorf("value %v, want the object", w.value())
	}
	if got := weakly(&staticThing).value(); got != any(&staticThing) {
		t.Errorf("a package variable: %v", got)
	}
	runtime.KeepAlive(p)
	p = nil
	for range 100 {
		runtime.GC()
		if w.value() == nil {
			return
		}
	}
	t.Error("the weak reference keeps the object")
}

func TestZeroWeakObject(t *testing.T) {
	if v := (weakObject{}).value(); v != nil {
		t.Errorf("value %v of no object", v)
	}
}
