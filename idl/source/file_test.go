package source

import "testing"

func TestLineCol(t *testing.T) {
	f := NewFile("f", "ab\n\ncd\r\ne")
	for off, want := range map[int32]string{0: "f:1:1", 2: "f:1:3", 3: "f:2:1", 4: "f:3:1", 6: "f:3:3", 8: "f:4:1", 9: "f:4:2"} {
		if got := (Pos{f, off}).String(); got != want {
			t.Errorf("%d: %s, want %s", off, got, want)
		}
	}
	for n, want := range map[int]string{0: "", 1: "ab", 2: "", 3: "cd", 4: "e", 5: ""} {
		if got := f.Line(n); got != want {
			t.Errorf("line %d: %q", n, got)
		}
	}
	if (Pos{}).String() != "-" || (Pos{}).IsValid() {
		t.Error("the zero Pos is a place")
	}
}

// TestCompare: what an included file holds comes where its directive is.
func TestCompare(t *testing.T) {
	main := NewFile("main", "....................")
	inc := func(at Pos) *File { return &File{Path: "inc", Text: "....................", From: at} }
	first := inc(Pos{main, 5})
	deep := inc(Pos{first, 3})
	second := inc(Pos{main, 9})
	order := []Pos{
		{main, 0}, {main, 5}, {first, 0}, {first, 3}, {deep, 1}, {deep, 2}, {first, 4}, {main, 6}, {main, 9}, {second, 0}, {main, 10},
	}
	for i, p := range order {
		for j, q := range order {
			got, want := p.Compare(q), i-j
			if got < 0 && want >= 0 || got > 0 && want <= 0 || got == 0 && want != 0 {
				t.Errorf("%d against %d: %d", i, j, got)
			}
		}
	}
	if (Pos{main, 1}).Compare(Pos{NewFile("other", "x"), 0}) != 0 {
		t.Error("unrelated files have an order")
	}
}
