package marshal

import (
	"context"

	"oxid/com"
)

// builtinClass returns the class object of a class that every runtime has, or
// nil. No registration overrides one (CF-133).
func (rt *Runtime) builtinClass(clsid com.CLSID) any {
	switch clsid {
	case com.CLSID_InProcFreeMarshaler:
		return com.NewAggregatableClassFactory(rt.types, func(_ context.Context, outer any) (any, error) {
			f := &freeMarshaler{rt: rt}
			f.SetOuter(outer)
			return f, nil
		})
	case com.CLSID_StdGlobalTable: // every instance is the one table of the process (CF-314)
		return com.NewClassFactory(rt.types, func(context.Context) (any, error) { return &rt.git, nil })
	case com.CLSID_ManualResetEvent:
		return com.NewClassFactory(rt.types, func(context.Context) (any, error) { return new(ManualResetEvent), nil })
	}
	return nil
}
