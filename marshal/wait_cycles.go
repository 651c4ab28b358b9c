package marshal

import (
	"fmt"
	"strings"

	"oxid/orpc"
)

// Cycle is a ring of activities each of which waits for the next one, the last
// one for the first.
type Cycle []Wait

// String names the ring in a sentence.
func (c Cycle) String() string {
	var b strings.Builder
	for i, w := range c {
		if i > 0 {
			b.WriteString("; ")
		}
		switch {
		case w.Kind == AwaitingTurn:
			fmt.Fprintf(&b, "%s waits for apartment %v, held by %s", w.Call, w.Apartment, c[(i+1)%len(c)].Call)
		case w.Out != nil:
			fmt.Fprintf(&b, "%s waits for its call of %s", w.Call, w.Out.Call)
			if w.Out.Lost {
				b.WriteString(", made with a context that lost its causality")
			}
		default:
			fmt.Fprintf(&b, "%s %v", w.Call, w.Kind)
		}
	}
	return b.String()
}

// WaitCycles finds the calls that wait for each other in the tables of one or
// more processes, as [Runtime.Waits] returns them. Calls are followed from one
// process to the next by their causality ids, so it sees chains that lead through
// other apartments as long as these pass the id on. Every cycle is returned once.
func WaitCycles(tables ...[]Wait) (cycles []Cycle) {
	var all []Wait
	for _, t := range tables {
		all = append(all, t...)
	}
	holder := map[orpc.OXID]int{} // the innermost activity of each apartment
	for i, w := range all {
		if w.Kind != AwaitingTurn {
			if j, ok := holder[w.Apartment]; !ok || all[j].Depth < w.Depth {
				holder[w.Apartment] = i
			}
		}
	}
	next := func(i int) int { // what all[i] waits for, or -1
		w := &all[i]
		if w.Kind == AwaitingTurn {
			if j, ok := holder[w.Apartment]; ok {
				return j
			}
			return -1
		}
		if w.Out == nil {
			return -1
		}
		// The chain has come to rest in a queue, or goes on under another id,
		// because an activity of it lost its causality. Otherwise it runs.
		rest := -1
		for j := range all {
			if j == i || all[j].CID != w.Out.CID {
				continue
			}
			if all[j].Kind == AwaitingTurn {
				return j
			}
			if o := all[j].Out; o != nil && o.CID != all[j].CID {
				rest = j
			}
		}
		return rest
	}
	done := make([]bool, len(all))
	for i := range all {
		at := map[int]int{}
		var path []int
		j := i
		for j >= 0 && !done[j] {
			if k, ok := at[j]; ok {
				c := make(Cycle, 0, len(path)-k)
				for _, n := range path[k:] {
					c = append(c, all[n])
				}
				cycles = append(cycles, c)
				break
			}
			at[j] = len(path)
			path = append(path, j)
			j = next(j)
		}
		for _, n := range path {
			done[n] = true
		}
	}
	return cycles
}
