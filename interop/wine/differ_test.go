package wine

import (
	"fmt"
	"math"
	"reflect"
)

// differ says where two values differ, "" when nowhere. An absent slice equals
// an empty one unless it is one of nullable. Pointers have to be shared alike.
func differ(a, b any) string {
	c := &comparison{map[uintptr]uintptr{}}
	return c.differ(reflect.ValueOf(a), reflect.ValueOf(b), "")
}

// comparison remembers which pointers correspond.
type comparison struct{ peer map[uintptr]uintptr }

func (c *comparison) differ(a, b reflect.Value, name string) string {
	switch a.Kind() {
	case reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			if a.IsNil() != b.IsNil() {
				return fmt.Sprintf("%s: null %v became null %v", name, a.IsNil(), b.IsNil())
			}
			return ""
		}
		if p, seen := c.peer[a.Pointer()]; seen {
			if p != b.Pointer() {
				return name + ": equal pointers became different ones"
			}
			return ""
		}
		c.peer[a.Pointer()] = b.Pointer()
		return c.differ(a.Elem(), b.Elem(), name)
	case reflect.Interface:
		if a.IsNil() || b.IsNil() || a.Elem().Type() != b.Elem().Type() {
			if a.IsNil() && b.IsNil() {
				return ""
			}
			return fmt.Sprintf("%s: %v became %v", name, a, b)
		}
		return c.differ(a.Elem(), b.Elem(), name)
	case reflect.Slice:
		if nullable[name] && a.IsNil() != b.IsNil() {
			return fmt.Sprintf("%s: null %v became null %v", name, a.IsNil(), b.IsNil())
		}
		fallthrough
	case reflect.Array:
		if a.Len() != b.Len() {
			return fmt.Sprintf("%s: %d elements became %d", name, a.Len(), b.Len())
		}
		for i := range a.Len() {
			if why := c.differ(a.Index(i), b.Index(i), fmt.Sprintf("%s[%d]", name, i)); why != "" {
				return why
			}
		}
		return ""
	case reflect.Struct:
		for i := range a.NumField() {
			if why := c.differ(a.Field(i), b.Field(i), a.Type().Name()+"."+a.Type().Field(i).Name); why != "" {
				return why
			}
		}
		return ""
	case reflect.Float32, reflect.Float64:
		if math.Float64bits(a.Float()) == math.Float64bits(b.Float()) {
			return ""
		}
	default:
		if a.Equal(b) {
			return ""
		}
	}
	return fmt.Sprintf("%s: %v became %v", name, a, b)
}
