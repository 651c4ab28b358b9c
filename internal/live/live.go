// Package live counts what has to be given back: pooled buffers, calls, messages,
// objects that are held. A test suite turns the counting on (internal/leak does)
// and finds every count at zero when it is over; a program pays a comparison.
//
// # Limitations
//
// Counting is for the whole program. It is turned on before anything is
// counted, and never off.
package live

import (
	"fmt"
	"sync"
	"sync/atomic"
)

var (
	counting bool // set once, before any other goroutine runs

	mu  sync.Mutex
	all []*Counter
)

// Counter is the number of things of one kind that somebody holds. It is safe for
// concurrent use.
type Counter struct {
	name string
	n    atomic.Int64
}

// New makes a counter; name is what it counts, in the plural. It is for package
// variables.
func New(name string) *Counter {
	c := &Counter{name: name}
	mu.Lock()
	defer mu.Unlock()
	all = append(all, c)
	return c
}

// Add counts n more.
func (c *Counter) Add(n int64) {
	if counting {
		c.n.Add(n)
	}
}

// Load returns the count.
func (c *Counter) Load() int64 { return c.n.Load() }

// Start begins the counting. It is called first of all, by TestMain.
func Start() { counting = true }

// Left describes every count that is not zero.
func Left() (list []string) {
	mu.Lock()
	defer mu.Unlock()
	for _, c := range all {
		if n := c.n.Load(); n != 0 {
			list = append(list, fmt.Sprintf("%d %s", n, c.name))
		}
	}
	return list
}
