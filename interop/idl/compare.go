package main

import (
	"fmt"
	"slices"
	"strings"

	"oxid/idl/diag"
)

// outcome is how what was found compares to what was wanted.
type outcome struct {
	objects, rpc int // interfaces generated, with at least what is said of each operation
	methods      int // operations that both sides have
	plain        int // interfaces with nothing to generate
	carved       []carveOut
	missing      []string // what should be there and is not
}

// compare looks every wanted interface up among those found. An operation may be
// missing on both sides when the checker has said that nothing could carry it,
// and the generator has told so, too.
func compare(e *expectation, have map[foundKey]*found, said []*diag.Diagnostic) *outcome {
	o := &outcome{carved: slices.Clone(e.carved), plain: e.plain}
	messages := saidBy(said)
	counted := map[any]bool{}
	for _, w := range e.wanted {
		key := foundKey{w.pkg, w.name, w.id, w.object}
		f := have[key]
		if f == nil {
			o.miss(w, "the interface is not generated")
			continue
		}
		delete(have, key)
		if w.object {
			o.objects++
		} else {
			o.rpc++
		}
		for _, op := range sorted(w.ops) {
			m := w.ops[op]
			first := !counted[m] // derived RPC interfaces repeat those of their bases
			counted[m] = true
			message := messages[m.Pos]
			if message == "" && m.CallAs != nil {
				message = messages[m.CallAs.Pos]
			}
			switch {
			case f.client[op] && f.server[op]:
				if first {
					o.methods++
				}
			case f.client[op] || f.server[op]:
				o.miss(w, fmt.Sprintf("operation %d, %s, is generated on one side only", op, m.Name))
			case m.Problem != "" && message != "":
				if first {
					o.carved = append(o.carved, carveOut{carvedForm, w.file, w.name + "." + m.Name, m.Problem})
				}
			case message != "":
				o.miss(w, message)
			default:
				o.miss(w, fmt.Sprintf("operation %d, %s, is silently missing", op, m.Name))
			}
		}
		for _, s := range []side{f.client, f.server} {
			for op := range s {
				if w.ops[op] == nil {
					o.miss(w, fmt.Sprintf("operation %d is generated, but nothing declares it", op))
				}
			}
		}
	}
	for key := range have {
		o.missing = append(o.missing, fmt.Sprintf("%s: %s is generated, but not among the interfaces that travel", key.pkg, key.name))
	}
	slices.Sort(o.missing)
	return o
}

// miss notes what is wrong with an interface.
func (o *outcome) miss(w *wanted, what string) {
	what = strings.TrimPrefix(what, w.name+".")
	o.missing = append(o.missing, w.file+": "+w.name+": "+what)
}

// sorted returns the keys of a map in order.
func sorted[V any](m map[int]V) []int {
	keys := make([]int, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
