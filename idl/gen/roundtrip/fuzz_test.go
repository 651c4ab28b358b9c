package roundtrip_test

import (
	"context"
	"math/rand/v2"
	"reflect"
	"testing"

	"oxid/com"
	"oxid/idl/gen/testdata/zoo"
	"oxid/idl/gen/wiretest"
)

// seeds calls every echo method once and hands out what travelled.
func seeds(f *testing.F, request bool, add func(op uint32, b []byte, ndr64 bool)) {
	f.Helper()
	for _, ndr64 := range []bool{false, true} {
		note := func(op uint32, b []byte) []byte { add(op, append([]byte(nil), b...), ndr64); return b }
		w := &wiretest.Wire{NDR64: ndr64}
		if request {
			w.Request = note
		} else {
			w.Reply = note
		}
		p, err := wiretest.Connect[zoo.IZoo2](f.Context(), w, &zooServer{})
		if err != nil {
			f.Fatal(err)
		}
		m := &maker{r: rand.New(rand.NewPCG(5, 6)), ndr64: ndr64}
		for name := range echoes {
			method := reflect.ValueOf(p).MethodByName(name)
			args := []reflect.Value{reflect.ValueOf(f.Context())}
			for i := 1; i < method.Type().NumIn(); i++ {
				args = append(args, reflect.ValueOf(m.make(method.Type().In(i))))
			}
			arguments(m, name, args[1:])
			method.Call(args)
		}
		if _, err := p.EchoObjects(f.Context(), zoo.OBJECTS{Sink: &sink{}, More: []zoo.IZooSink{&sink{}}, U: zoo.OBJ_Sink(&sink{})}); err != nil {
			f.Fatal(err)
		}
	}
}

// FuzzStubs gives stubs requests that no proxy made. They may fail, and must
// neither panic nor take memory that the request does not account for.
func FuzzStubs(f *testing.F) {
	seeds(f, true, func(op uint32, b []byte, ndr64 bool) { f.Add(op, b, ndr64, false) })
	f.Fuzz(func(t *testing.T, op uint32, b []byte, ndr64, big bool) {
		w := &wiretest.Wire{NDR64: ndr64}
		stub := zoo.IZoo2Desc.NewStub()
		if err := stub.Connect(context.Background(), &zooServer{}); err != nil {
			t.Fatal(err)
		}
		m := &com.RPCOLEMESSAGE{Buffer: b, Op: op % 64, DataRep: 0x10, NDR64: ndr64, Pointers: w}
		if big {
			m.DataRep = 0
		}
		stub.Invoke(context.Background(), m, wiretest.Discard(w))
	})
}

// FuzzProxies gives proxies replies that no stub made.
func FuzzProxies(f *testing.F) {
	seeds(f, false, func(op uint32, b []byte, ndr64 bool) { f.Add(op, b, ndr64) })
	names := map[uint32]string{}
	for i, n := range zoo.IZooDesc.Methods {
		names[uint32(zoo.IZooDesc.FirstOp()+i)] = n
	}
	f.Fuzz(func(t *testing.T, op uint32, b []byte, ndr64 bool) {
		w := &wiretest.Wire{NDR64: ndr64, Reply: func(uint32, []byte) []byte { return b }}
		p, err := wiretest.Connect[zoo.IZoo](context.Background(), w, &zooServer{})
		if err != nil {
			t.Fatal(err)
		}
		method := reflect.ValueOf(p).MethodByName(names[op])
		if !method.IsValid() {
			return
		}
		args := []reflect.Value{reflect.ValueOf(context.Background())}
		for i := 1; i < method.Type().NumIn(); i++ {
			args = append(args, reflect.Zero(method.Type().In(i)))
		}
		method.Call(args)
		if n := w.Live(); n != 0 {
			t.Errorf("%d messages not given back", n)
		}
	})
}
