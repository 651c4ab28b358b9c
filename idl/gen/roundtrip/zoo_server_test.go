package roundtrip_test

import (
	"context"

	"oxid/com"
	"oxid/idl/gen/testdata/zoo"
)

// zooServer returns what it is given, in the order of the arguments.
type zooServer struct {
	count int32
	kept  zoo.IZooSink
}

var _ zoo.IZoo2 = (*zooServer)(nil)

func (*zooServer) EchoNumbers(_ context.Context, v zoo.NUMBERS) (zoo.NUMBERS, error) { return v, nil }

func (*zooServer) EchoScalars(_ context.Context, a bool, b, c byte, d int8, e int16, f int32, g int64, h float32, i float64,
	j bool, k zoo.COLOR, l zoo.WIDE, m, n com.GUID, o uint64, p bool) (bool, byte, byte, int8, int16, int32, int64, float32, float64,
	bool, zoo.COLOR, zoo.WIDE, com.GUID, com.GUID, uint64, bool, error) {
	return a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, nil
}

func (*zooServer) EchoWordy(_ context.Context, v zoo.WORDY, w zoo.FLATARRAYS) (zoo.WORDY, zoo.FLATARRAYS, error) {
	return v, w, nil
}
func (*zooServer) EchoFixed(_ context.Context, v zoo.FIXED) (zoo.FIXED, error) { return v, nil }
func (*zooServer) EchoPointers(_ context.Context, v zoo.POINTERS) (zoo.POINTERS, error) {
	return v, nil
}

func (*zooServer) EchoUniques(_ context.Context, a *int32, b *zoo.NODE, c *string, d []int16) (*int32, *zoo.NODE, []int16, error) {
	return a, b, d, nil
}

func (*zooServer) EchoInOut(_ context.Context, a int32, b *int32, c *zoo.NODE, d **string, e zoo.INNER) (int32, *int32, *zoo.NODE, **string, zoo.INNER, error) {
	return a, b, c, d, e, nil
}

func (*zooServer) EchoCounted(_ context.Context, v zoo.COUNTED) (zoo.COUNTED, error) { return v, nil }
func (*zooServer) EchoVary(_ context.Context, v zoo.VARY) (zoo.VARY, error)          { return v, nil }
func (*zooServer) EchoTree(_ context.Context, v *zoo.TREE) (*zoo.TREE, error)        { return v, nil }

func (*zooServer) EchoConf(_ context.Context, v zoo.CONF, w *zoo.CONFHYPER, x zoo.NESTCONF) (*zoo.CONF, *zoo.CONFHYPER, *zoo.NESTCONF, error) {
	return &v, w, &x, nil
}

func (*zooServer) EchoConfVary(_ context.Context, v zoo.CONFVARY, w zoo.CONFSTR) (*zoo.CONFVARY, *zoo.CONFSTR, error) {
	return &v, &w, nil
}

func (*zooServer) EchoEncap(_ context.Context, v zoo.ENCAP) (zoo.ENCAP, error)    { return v, nil }
func (*zooServer) EchoTagged(_ context.Context, v zoo.TAGGED) (zoo.TAGGED, error) { return v, nil }
func (*zooServer) EchoUnion(_ context.Context, u zoo.CHOICE) (zoo.CHOICE, error)  { return u, nil }

func (*zooServer) EchoLevel(_ context.Context, _ int16, u zoo.CHOICE) (zoo.CHOICE, error) {
	return u, nil
}

func (*zooServer) EchoFull(_ context.Context, v *zoo.FULLPTR, a, b *int32) (*zoo.FULLPTR, error) {
	if v != nil {
		if v.A != a || v.B != b { // aliases must have stayed aliases
			return nil, com.E_UNEXPECTED
		}
	}
	return v, nil
}

func (*zooServer) EchoStrings(_ context.Context, a, b, c, d string) (string, string, string, string, error) {
	return a, b, c, d, nil
}

func (*zooServer) EchoNames(_ context.Context, names []*string) ([]*string, error) { return names, nil }

func (*zooServer) EchoArrays(_ context.Context, a []int16, b []int64) ([]int16, []int64, error) {
	return a, b, nil
}

func (*zooServer) EchoLate(_ context.Context, a []zoo.NODE) ([]zoo.NODE, error)       { return a, nil }
func (*zooServer) EchoVarying(_ context.Context, a []int16) ([]int16, error)          { return a, nil }
func (*zooServer) EchoMatrix(_ context.Context, m [][3]float64) ([][3]float64, error) { return m, nil }
func (*zooServer) EchoGrid(_ context.Context, m [][]int32) ([][]int32, error)         { return m, nil }

func (*zooServer) EchoConfVarying(_ context.Context, _ int32, a []int16) ([]int16, error) {
	return a, nil
}

func (*zooServer) EchoFirst(_ context.Context, _, _ int32, a []int32) ([]int32, error) { return a, nil }

func (*zooServer) EchoEnums(_ context.Context, a []zoo.COLOR, b []zoo.WIDE, c []bool, d []com.GUID, e []zoo.FIXED) ([]zoo.COLOR, []zoo.WIDE, []bool, []com.GUID, []zoo.FIXED, error) {
	return a, b, c, d, e, nil
}

func (*zooServer) EchoTotal(_ context.Context, _, _ int32, a []float32) ([]float32, error) {
	return a, nil
}
func (*zooServer) EchoInOutArray(_ context.Context, a []float64) ([]float64, error) { return a, nil }

func (*zooServer) EchoRange(_ context.Context, a int32, b zoo.SMALLNUM) (int32, zoo.SMALLNUM, error) {
	return a, b, nil
}

func (*zooServer) EchoPair(_ context.Context, p zoo.WIREPAIR) (zoo.WIREPAIR, error) { return p, nil }

// Read fills half of what it is given.
func (*zooServer) Read(_ context.Context, pv []byte) ([]byte, error) {
	pv = pv[:len(pv)/2]
	for i := range pv {
		pv[i] = byte(i)
	}
	return pv, nil
}

func (s *zooServer) Objects(ctx context.Context, a zoo.IZooSink, b com.Unknown, riid com.GUID, c com.Unknown) (zoo.IZooSink, com.Unknown, com.Unknown, error) {
	if a != nil {
		if err := a.Tell(ctx, 1); err != nil {
			return nil, nil, nil, err
		}
	}
	return com.Keep(a), b, com.Keep(c), nil
}

func (*zooServer) EchoObjects(_ context.Context, v zoo.OBJECTS) (zoo.OBJECTS, error) {
	com.Keep(v.Sink)
	for _, o := range v.More {
		com.Keep(o)
	}
	if o, ok := v.U.Sink(); ok {
		com.Keep(o)
	}
	return v, nil
}

func (*zooServer) SinkArray(_ context.Context, a []zoo.IZooSink) ([]zoo.IZooSink, error) {
	for _, o := range a {
		com.Keep(o)
	}
	return a, nil
}

func (*zooServer) Next(_ context.Context, celt int32) (int32, com.HRESULT, error) {
	if celt > 3 {
		return 3, com.S_FALSE, nil
	}
	return celt, com.S_OK, nil
}

// Fails returns results of every kind beside its error; none of them may travel.
func (s *zooServer) Fails(_ context.Context, how com.HRESULT, n int32) (*zoo.NODE, string, []int16, zoo.POINTERS, zoo.IZooSink, zoo.ENCAP, zoo.OBJECTS, error) {
	if n < 0 || n > 1<<16 {
		how = com.E_INVALIDARG // it is the caller's word for how much to make
	}
	if how == com.S_OK {
		return new(zoo.NODE), "fine", make([]int16, n), zoo.POINTERS{}, nil, zoo.ENCAP_H(1), zoo.OBJECTS{}, nil
	}
	p := int32(7)
	return &zoo.NODE{V: 1}, "text", []int16{1}, zoo.POINTERS{P: &p}, com.Keep(s.kept), zoo.ENCAP_H(1), zoo.OBJECTS{Sink: com.Keep(s.kept)}, how
}

func (*zooServer) Sum(_ context.Context, a, b uint32) (uint32, error) {
	if a == 13 {
		return 0, com.E_INVALIDARG
	}
	return a + b, nil
}

func (*zooServer) Nothing(context.Context) error                   { return nil }
func (s *zooServer) GetCount(context.Context) (int32, error)       { return s.count, nil }
func (s *zooServer) PutCount(_ context.Context, n int32) error     { s.count = n; return nil }
func (*zooServer) Twice(_ context.Context, a int32) (int32, error) { return 2 * a, nil }
func (*zooServer) Type(_ context.Context, a, b, c, d, e int32) (int32, error) {
	return a + b + c + d + e, nil
}

func (*zooServer) More(_ context.Context, what string) (int32, error) { return int32(len(what)), nil }

// sink counts what it is told.
type sink struct{ told []int32 }

func (s *sink) Tell(_ context.Context, n int32) error { s.told = append(s.told, n); return nil }
