package idl

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"oxid/idl/diag"
)

// wineDir holds the 305 files of Debian's libwine-dev 8.0. They are input of
// tests only.
const wineDir = "/usr/include/wine/wine/windows"

// refusedByWidl are the files among them that widl 8.0 refuses by themselves:
// fragments that others include.
var refusedByWidl = strings.Fields(`access asynot asysta axcore axextend binres chprst cmdbas cmdpre cmdprp cmdstrm cmdtxt
	cmdwpr colinf colrst crtrow cvttyp dbccmd dbcses dbdsad dbinit dbprop dbs dyngraph errrec getdts mulres opcobjectmodel
	opnrst row rowchg rowpos rowpsc rstbas rstchg rstinf rstloc rstnot rstupd sapiaut sesprp srcrst trnjoi trnlcl trnobj
	vmrender xmldom xmldso`)

func wineFiles(tb testing.TB) []string {
	tb.Helper()
	files, _ := filepath.Glob(wineDir + "/*.idl")
	if len(files) == 0 {
		tb.Skip("libwine-dev is not installed")
	}
	return files
}

// TestWineFiles: what widl accepts is accepted, each file with its imports.
// What it refuses is refused with a message that names the fault: a name that
// nothing declares.
func TestWineFiles(t *testing.T) {
	files := wineFiles(t)
	refused := map[string]bool{}
	for _, n := range refusedByWidl {
		refused[n] = true
	}
	c := New(Options{Include: []string{wineDir}})
	accepted := 0
	for _, f := range files {
		r, err := c.Check(f)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(f), ".idl")
		if r.Errors == 0 {
			accepted++
			continue
		}
		if !refused[name] {
			t.Errorf("%s is refused, widl accepts it: %s: %s", name, r.Diags[0].Pos, r.Diags[0].Message)
		}
		for _, d := range r.Diags {
			if d.Severity == diag.Error && d.Unresolved == "" && d.Pos.IsValid() {
				t.Errorf("%s: %s: %s", name, d.Pos, d.Message)
			}
		}
	}
	t.Logf("%d of %d accepted", accepted, len(files))
	if accepted < len(files)-len(refusedByWidl) {
		t.Errorf("%d accepted, widl accepts %d", accepted, len(files)-len(refusedByWidl))
	}
}

// TestWineSpeed: all files in one process in at most half the time that widl
// needs for those it accepts, a process each. Both run in turn, and the best
// of three is taken, because machines are noisy. OXID_SPEED=1 turns it on.
func TestWineSpeed(t *testing.T) {
	files := wineFiles(t)
	widl, err := exec.LookPath("widl-stable")
	if err != nil {
		widl, err = exec.LookPath("widl")
	}
	if err != nil || os.Getenv("OXID_SPEED") == "" {
		t.Skip("needs widl and OXID_SPEED=1")
	}
	refused := map[string]bool{}
	for _, n := range refusedByWidl {
		refused[n+".idl"] = true
	}
	header := filepath.Join(t.TempDir(), "out.h")
	ours, theirs := time.Hour, time.Hour
	for range 3 {
		start := time.Now()
		c := New(Options{Include: []string{wineDir}})
		for _, f := range files {
			if _, err := c.Check(f); err != nil {
				t.Fatal(err)
			}
		}
		ours = min(ours, time.Since(start))
		start = time.Now()
		for _, f := range files {
			if refused[filepath.Base(f)] {
				continue
			}
			if out, err := exec.Command(widl, "-I", wineDir, "-h", "-H", header, f).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", f, err, out)
			}
		}
		theirs = min(theirs, time.Since(start))
	}
	t.Logf("ours %v, widl %v, ratio %.2f", ours, theirs, float64(ours)/float64(theirs))
	if ours*2 > theirs {
		t.Errorf("ours takes %v, widl %v", ours, theirs)
	}
}

// BenchmarkWineFiles checks all files in one compiler.
func BenchmarkWineFiles(b *testing.B) {
	files := wineFiles(b)
	for b.Loop() {
		c := New(Options{Include: []string{wineDir}})
		for _, f := range files {
			if _, err := c.Check(f); err != nil {
				b.Fatal(err)
			}
		}
	}
}
