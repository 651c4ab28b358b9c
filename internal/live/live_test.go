package live

import (
	"slices"
	"testing"
)

func TestCounter(t *testing.T) {
	defer func(on bool, list []*Counter) { counting, all = on, list }(counting, all)
	counting, all = false, nil
	c := New("things")
	c.Add(5)
	if c.Load() != 0 || Left() != nil {
		t.Errorf("%d counted before the start", c.Load())
	}
	Start()
	c.Add(2)
	c.Add(-1)
	if got := Left(); !slices.Equal(got, []string{"1 things"}) {
		t.Errorf("left %q", got)
	}
	c.Add(-1)
	if got := Left(); got != nil {
		t.Errorf("left %q", got)
	}
}
