package std

import (
	"context"
	"iter"
	"sync"

	"oxid/com"
)

// Enumerator is what all enumerators have, whatever their elements are.
//
// Next fills elems as far as it goes and returns what it got: all of elems and
// S_OK, or fewer, and S_FALSE, at the end.
type Enumerator[T any] interface {
	Next(ctx context.Context, elems []T) (got []T, hr com.HRESULT, err error)
	Skip(ctx context.Context, n uint32) (com.HRESULT, error)
	Reset(ctx context.Context) error
}

// batch is how many elements All asks for at a time.
const batch = 64

// All ranges over the elements that e has left:
//
//	for f, err := range std.All(ctx, formats) {
//
// An error is the last pair. Interface pointers in the elements belong to the
// loop's body; those that it does not come to are released.
func All[T any](ctx context.Context, e Enumerator[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		for buf := make([]T, batch); ; {
			clear(buf) // what the body keeps is its own
			got, hr, err := e.Next(ctx, buf)
			if err != nil {
				yield(none, err)
				return
			}
			for i := range got {
				if !yield(got[i], nil) {
					for i++; i < len(got); i++ {
						releaseElem(&got[i])
					}
					return
				}
			}
			// A server that says neither S_FALSE nor anything has come to its end.
			if hr != com.S_OK || len(got) == 0 {
				return
			}
		}
	}
}

// Enum is an enumerator over a slice, for servers. I is the interface, and T
// its elements:
//
//	return std.NewEnum[std.IEnumString](names), nil
//
// A clone begins where the original stands and has the elements in common with
// it. An Enum is safe for concurrent use. Interface pointers in the elements
// stay the maker's, who must not release them while clients may ask for them.
type Enum[I, T any] struct {
	all []T
	mu  sync.Mutex
	at  int
}

// NewEnum returns an enumerator over elems, which must not change any more.
func NewEnum[I, T any](elems []T) *Enum[I, T] { return &Enum[I, T]{all: elems} }

// Next implements [Enumerator].
func (e *Enum[I, T]) Next(_ context.Context, elems []T) ([]T, com.HRESULT, error) {
	e.mu.Lock()
	n := copy(elems, e.all[e.at:])
	e.at += n
	e.mu.Unlock()
	for i := range elems[:n] {
		keepElem(&elems[i])
	}
	return elems[:n], ended(n < len(elems)), nil
}

// Skip implements [Enumerator].
func (e *Enum[I, T]) Skip(_ context.Context, n uint32) (com.HRESULT, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	left := len(e.all) - e.at
	short := uint64(n) > uint64(left)
	if short {
		n = uint32(left)
	}
	e.at += int(n)
	return ended(short), nil
}

// Reset implements [Enumerator].
func (e *Enum[I, T]) Reset(context.Context) error {
	e.mu.Lock()
	e.at = 0
	e.mu.Unlock()
	return nil
}

// Clone returns another enumerator in the same state.
func (e *Enum[I, T]) Clone(context.Context) (I, error) {
	e.mu.Lock()
	c := &Enum[I, T]{all: e.all, at: e.at}
	e.mu.Unlock()
	i, ok := any(c).(I)
	if !ok {
		return i, com.E_NOINTERFACE
	}
	return i, nil
}

// ended is the success code of Next and Skip.
func ended(yes bool) com.HRESULT {
	if yes {
		return com.S_FALSE
	}
	return com.S_OK
}

// keepElem keeps the interface pointers of an element that is handed out.
func keepElem[T any](v *T) {
	switch x := any(v).(type) {
	case *CONNECTDATA:
		com.Keep(x.PUnk)
	case *STATDATA:
		com.Keep(x.PAdvSink)
	case interface{ KeepNDR() }:
		x.KeepNDR()
	default:
		com.Keep(*v)
	}
}

// releaseElem gives back the interface pointers of an element.
func releaseElem[T any](v *T) {
	if x, ok := any(v).(interface{ ReleaseNDR() }); ok {
		x.ReleaseNDR()
		return
	}
	com.Release(*v)
}
