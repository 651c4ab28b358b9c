package marshal

import (
	"reflect"
	"unsafe"
	"weak"
)

// weakObject refers to a local object without keeping it alive. It is
// comparable: two of them are equal when they are of one object.
type weakObject struct {
	typ reflect.Type // of the pointer
	p   weak.Pointer[byte]
}

// weakly returns a weak reference to an identity: a pointer, as
// com.IdentityOf returns it.
func weakly(identity any) weakObject {
	v := reflect.ValueOf(identity)
	return weakObject{v.Type(), weak.Make((*byte)(v.UnsafePointer()))}
}

// value returns the object, or nil when it has been collected.
func (w weakObject) value() any {
	p := w.p.Value()
	if p == nil {
		return nil
	}
	// p points to the first byte of a live object of exactly this type.
	return reflect.NewAt(w.typ.Elem(), unsafe.Pointer(p)).Convert(w.typ).Interface()
}
