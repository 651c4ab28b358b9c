package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestSummaryIsOfMedians(t *testing.T) {
	ours := []cost{{10, 100, 90}, {10, 300, 120}, {10, 200, 100}}
	theirs := []cost{{8, 1000, 900}, {8, 500, 480}, {8, 400, 400}}
	want := result{Rounds: 3, Oxid: cost{10, 200, 100}, Widl: cost{8, 500, 480}, Ratio: 0.5, CPURatio: 0.25}
	if got := summary(ours, theirs); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestMeasure runs both sides over a small directory.
func TestMeasure(t *testing.T) {
	widl := findWidl()
	if widl == "" || testing.Short() {
		t.Skip("needs widl, and builds the oxid command")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"a.idl": "typedef long A;\n", "b.idl": "typedef missing B;\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r, err := measure(dir, widl, 1)
	if err != nil || r.Rounds != 1 || r.Oxid.Files != 2 || r.Widl.Files != 1 || r.Ratio <= 0 {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := measure(dir, "", 1); err == nil {
		t.Error("no widl is no error")
	}
}
