package wine

import (
	"context"
	"reflect"
	"sync"

	"oxid/com"
	"oxid/interop/wine/zoo"
	"oxid/ndr"
)

// keeper serves the zoo: it keeps the arguments of the last call, and answers
// with what it was told.
type keeper struct {
	mu     sync.Mutex
	method string
	got    []any // arguments
	answer []any // results without the error
}

// call keeps the arguments of a call and sets its results.
func (k *keeper) call(method string, args []any, results ...any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.method, k.got = method, args
	for i, r := range results {
		reflect.ValueOf(r).Elem().Set(reflect.ValueOf(k.answer[i]))
	}
}

// in is a list of arguments.
func in(args ...any) []any { return args }

func (k *keeper) Scalars(_ context.Context, a bool, b, c byte, d int8, e int16, f int32, g int64, h float32, i float64, j uint16, l zoo.COLOR,
	m zoo.WIDE, n uint16, o uint32, p uint64) (ra bool, rb, rc byte, rd int8, re int16, rf int32, rg int64, rh float32, ri float64, rj uint16,
	rl zoo.COLOR, rm zoo.WIDE, rn uint16, ro uint32, rp uint64, err error) {
	k.call("Scalars", in(a, b, c, d, e, f, g, h, i, j, l, m, n, o, p), &ra, &rb, &rc, &rd, &re, &rf, &rg, &rh, &ri, &rj, &rl, &rm, &rn, &ro, &rp)
	return
}

func (k *keeper) Numbers(_ context.Context, v zoo.NUMBERS) (r zoo.NUMBERS, err error) {
	k.call("Numbers", in(v), &r)
	return
}

func (k *keeper) ShortEnums(_ context.Context, v zoo.SHORTENUMS) (r zoo.SHORTENUMS, err error) {
	k.call("ShortEnums", in(v), &r)
	return
}

func (k *keeper) Sized(_ context.Context, v zoo.SIZED) (r zoo.SIZED, err error) {
	k.call("Sized", in(v), &r)
	return
}

func (k *keeper) Padded(_ context.Context, v zoo.PADDED) (r zoo.PADDED, err error) {
	k.call("Padded", in(v), &r)
	return
}

func (k *keeper) Gaps(_ context.Context, v zoo.GAPS) (r zoo.GAPS, err error) {
	k.call("Gaps", in(v), &r)
	return
}

func (k *keeper) Refs(_ context.Context, v zoo.REFS) (r zoo.REFS, err error) {
	k.call("Refs", in(v), &r)
	return
}

func (k *keeper) Fixed(_ context.Context, v zoo.FIELDS) (r zoo.FIELDS, err error) {
	k.call("Fixed", in(v), &r)
	return
}

func (k *keeper) Pointers(_ context.Context, v zoo.POINTERS) (r zoo.POINTERS, err error) {
	k.call("Pointers", in(v), &r)
	return
}

func (k *keeper) Nodes(_ context.Context, v zoo.NODE) (r zoo.NODE, err error) {
	k.call("Nodes", in(v), &r)
	return
}

func (k *keeper) Trees(_ context.Context, v zoo.TREE) (r zoo.TREEP, err error) {
	k.call("Trees", in(v), &r)
	return
}

func (k *keeper) Counted(_ context.Context, v zoo.COUNTED) (r zoo.COUNTED, err error) {
	k.call("Counted", in(v), &r)
	return
}

func (k *keeper) Vary(_ context.Context, v zoo.VARY) (r zoo.VARY, err error) {
	k.call("Vary", in(v), &r)
	return
}

func (k *keeper) Boxes(_ context.Context, v zoo.BOXES) (r zoo.BOXES, err error) {
	k.call("Boxes", in(v), &r)
	return
}

func (k *keeper) Conf(_ context.Context, v zoo.CONF, w *zoo.CONFHYPER, x *zoo.CONFVARY, y zoo.CONFSTR, z *zoo.CONFNODES) (r zoo.BOXES, err error) {
	k.call("Conf", in(v, w, x, y, z), &r)
	return
}

func (k *keeper) Nested(_ context.Context, v zoo.NESTCONF) (n int32, err error) {
	k.call("Nested", in(v), &n)
	return
}

func (k *keeper) Encap(_ context.Context, v zoo.ENCAP) (r zoo.ENCAP, err error) {
	k.call("Encap", in(v), &r)
	return
}

func (k *keeper) Tagged(_ context.Context, v zoo.TAGGED) (r zoo.TAGGED, err error) {
	k.call("Tagged", in(v), &r)
	return
}

func (k *keeper) WideTag(_ context.Context, v zoo.WIDETAG) (r zoo.WIDETAG, err error) {
	k.call("WideTag", in(v), &r)
	return
}

func (k *keeper) Union(_ context.Context, u zoo.CHOICE) (r zoo.ENCAP, err error) {
	k.call("Union", in(u), &r)
	return
}

func (k *keeper) Note(_ context.Context, u zoo.NOTE) (r zoo.ENCAP, err error) {
	k.call("Note", in(u), &r)
	return
}

func (k *keeper) Noted(_ context.Context, v zoo.NOTED) (r zoo.NOTED, err error) {
	k.call("Noted", in(v), &r)
	return
}

func (k *keeper) Ring(_ context.Context, v zoo.RING) (r zoo.RING, err error) {
	k.call("Ring", in(v), &r)
	return
}

func (k *keeper) Uniques(_ context.Context, a *int32, b *zoo.NODE, c *string, d *com.GUID, e *int64, f int32, g zoo.INNER) (re *int64, rf int32, rg zoo.INNER, err error) {
	k.call("Uniques", in(a, b, c, d, e, f, g), &re, &rf, &rg)
	return
}

func (k *keeper) Strings(_ context.Context, a, b string, c *string) (ra zoo.TEXT, rb zoo.ASCII, err error) {
	k.call("Strings", in(a, b, c), &ra, &rb)
	return
}

func (k *keeper) Names(_ context.Context, names []*string) (r zoo.NAMES, err error) {
	k.call("Names", in(names), &r)
	return
}

func (k *keeper) Arrays(_ context.Context, a []int16, b []int64) (ra []int16, rb []int64, err error) {
	k.call("Arrays", in(a, b), &ra, &rb)
	return
}

func (k *keeper) Late(_ context.Context, a []zoo.NODE) (r zoo.NODES, err error) {
	k.call("Late", in(a), &r)
	return
}

func (k *keeper) Steady(_ context.Context, a [5]int32, ids [2]com.GUID) (r [5]int32, rs [3]zoo.INNER, err error) {
	k.call("Steady", in(a, ids), &r, &rs)
	return
}

func (k *keeper) Varying(_ context.Context, a []int16) (ra []int16, err error) {
	k.call("Varying", in(a), &ra)
	return
}

func (k *keeper) ConfVarying(_ context.Context, max int32, a []int32) (ra []int32, err error) {
	k.call("ConfVarying", in(max, a), &ra)
	return
}

func (k *keeper) Matrix(_ context.Context, m [][3]float64) (r [][3]float64, err error) {
	k.call("Matrix", in(m), &r)
	return
}

func (k *keeper) Wides(_ context.Context, a []zoo.WIDE, b []com.GUID) (ra []zoo.WIDE, rb []com.GUID, err error) {
	k.call("Wides", in(a, b), &ra, &rb)
	return
}

func (k *keeper) Blocks(_ context.Context, a []zoo.FIELDS) (r []zoo.FIELDS, err error) {
	k.call("Blocks", in(a), &r)
	return
}

func (k *keeper) Total(_ context.Context, n, m int32, a []float32) (r []float32, err error) {
	k.call("Total", in(n, m, a), &r)
	return
}

func (k *keeper) Masked(_ context.Context, n uint32, a []byte) (r []byte, err error) {
	k.call("Masked", in(n, a), &r)
	return
}

func (k *keeper) Pointed(_ context.Context, a []int32) (r []int32, err error) {
	k.call("Pointed", in(a), &r)
	return
}

func (k *keeper) Shifted(_ context.Context, n uint32, a []byte) (r []byte, err error) {
	k.call("Shifted", in(n, a), &r)
	return
}

func (k *keeper) InOut(_ context.Context, a []float64) (r []float64, err error) {
	k.call("InOut", in(a), &r)
	return
}

func (k *keeper) Limits(_ context.Context, a int32, b uint16) (ra int32, err error) {
	k.call("Limits", in(a, b), &ra)
	return
}

func (k *keeper) Pairs(_ context.Context, p zoo.WIREPAIR) (r zoo.WIREPAIR, err error) {
	k.call("Pairs", in(p), &r)
	return
}

func (k *keeper) Open(_ context.Context, name string) (status uint32, cage ndr.ContextHandle, err error) {
	k.call("Open", in(name), &status, &cage)
	return
}

func (k *keeper) Visit(_ context.Context, cage ndr.ContextHandle) (status uint32, n int32, err error) {
	k.call("Visit", in(cage), &status, &n)
	return
}

func (k *keeper) Close(_ context.Context, cage ndr.ContextHandle) (status uint32, r ndr.ContextHandle, err error) {
	k.call("Close", in(cage), &status, &r)
	return
}

func (k *keeper) Fails(_ context.Context, how com.HRESULT) (n int32, err error) {
	k.call("Fails", in(how), &n)
	if how.Failed() {
		err = how
	}
	return
}

func (k *keeper) Sum(_ context.Context, a int32, b int64) (ret int64, err error) {
	k.call("Sum", in(a, b), &ret)
	return
}

func (k *keeper) Nothing(context.Context) error {
	k.call("Nothing", nil)
	return nil
}
