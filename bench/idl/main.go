package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// cost is what one side takes for its files.
type cost struct {
	Files  int     `json:"files"`
	WallMS float64 `json:"wall_ms"`
	CPUMS  float64 `json:"cpu_ms"`
}

// result is the medians of a run.
type result struct {
	Rounds int  `json:"rounds"`
	Oxid   cost `json:"oxid"`
	Widl   cost `json:"widl"`
	// Ratio and CPURatio are oxid's time as a part of widl's.
	Ratio    float64 `json:"ratio"`
	CPURatio float64 `json:"cpu_ratio"`
}

func main() {
	rounds := flag.Int("rounds", 7, "rounds; figures are their medians")
	dir := flag.String("dir", "/usr/include/wine/wine/windows", "directory of the .idl files")
	widl := flag.String("widl", findWidl(), "Wine's compiler")
	limit := flag.Float64("max", 0, "fail when the ratio is above this; 0 is no limit")
	asJSON := flag.Bool("json", false, "print JSON")
	flag.Parse()
	r, err := measure(*dir, *widl, *rounds)
	if err == nil {
		err = r.print(*asJSON)
	}
	if err == nil && *limit > 0 && r.Ratio > *limit {
		err = fmt.Errorf("the ratio is %.2f, more than %.2f", r.Ratio, *limit)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "idl:", err)
		os.Exit(1)
	}
}

// findWidl returns the path of widl; Debian keeps it outside of the search path
// unless a package chooses a version.
func findWidl() string {
	for _, name := range []string{"widl", "widl-stable", "/usr/lib/wine/widl"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// measure runs the rounds.
func measure(dir, widl string, rounds int) (r result, err error) {
	if widl == "" {
		return r, errors.New("there is no widl: install Debian's package wine64-tools")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.idl"))
	if err != nil || len(files) == 0 {
		return r, fmt.Errorf("%s has no .idl files: install Debian's package libwine-dev", dir)
	}
	tmp, err := os.MkdirTemp("", "bench")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(tmp)
	oxid := filepath.Join(tmp, "oxid")
	if out, err := exec.Command("go", "build", "-o", oxid, "oxid/cmd/oxid").CombinedOutput(); err != nil {
		return r, fmt.Errorf("building oxid: %w\n%s", err, out)
	}
	// The round that is not counted tells which files widl accepts.
	accepted := acceptedBy(widl, dir, tmp, files)
	var ours, theirs []cost
	for i := range rounds + 1 {
		a, err := runOxid(oxid, dir, files)
		if err != nil {
			return r, err
		}
		b, err := runWidl(widl, dir, tmp, accepted)
		if err != nil {
			return r, err
		}
		if i > 0 {
			ours, theirs = append(ours, a), append(theirs, b)
		}
	}
	return summary(ours, theirs), nil
}

// summary takes the medians: of the sides' times, and of the rounds' ratios.
func summary(ours, theirs []cost) result {
	r := result{Rounds: len(ours), Oxid: medians(ours), Widl: medians(theirs)}
	var wall, cpu []float64
	for i := range ours {
		wall = append(wall, ours[i].WallMS/theirs[i].WallMS)
		cpu = append(cpu, ours[i].CPUMS/theirs[i].CPUMS)
	}
	r.Ratio, r.CPURatio = median(wall), median(cpu)
	return r
}

func medians(cs []cost) cost {
	var wall, cpu []float64
	for _, c := range cs {
		wall, cpu = append(wall, c.WallMS), append(cpu, c.CPUMS)
	}
	return cost{cs[0].Files, median(wall), median(cpu)}
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// runOxid checks all files in one process.
func runOxid(oxid, dir string, files []string) (cost, error) {
	args := append([]string{"idl", "--check", "-q", "-I", dir}, files...)
	c, err := timed(oxid, args, len(files))
	// It fails because it refuses some of the files, after it has read all.
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == 1 {
		err = nil
	}
	return c, err
}

// widlArgs are the arguments for one file. The header goes into a directory of
// our own: widl removes its output when it finds a fault.
func widlArgs(dir, tmp, file string) []string {
	return []string{"-I", dir, "-h", "-H", filepath.Join(tmp, "out.h"), file}
}

// acceptedBy returns the files that widl accepts by themselves.
func acceptedBy(widl, dir, tmp string, files []string) (accepted []string) {
	for _, f := range files {
		if exec.Command(widl, widlArgs(dir, tmp, f)...).Run() == nil {
			accepted = append(accepted, f)
		}
	}
	return accepted
}

// runWidl runs widl for each file.
func runWidl(widl, dir, tmp string, files []string) (sum cost, err error) {
	for _, f := range files {
		c, err := timed(widl, widlArgs(dir, tmp, f), 1)
		if err != nil {
			return sum, fmt.Errorf("%s: %w", f, err)
		}
		sum.Files++
		sum.WallMS += c.WallMS
		sum.CPUMS += c.CPUMS
	}
	return sum, nil
}

// timed runs a program and drops what it says.
func timed(program string, args []string, files int) (cost, error) {
	cmd := exec.Command(program, args...)
	start := time.Now()
	err := cmd.Run()
	c := cost{Files: files, WallMS: float64(time.Since(start).Microseconds()) / 1000}
	if s := cmd.ProcessState; s != nil {
		c.CPUMS = float64((s.UserTime() + s.SystemTime()).Microseconds()) / 1000
	}
	return c, err
}

// print writes the figures.
func (r result) print(asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(os.Stdout)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	fmt.Printf("medians of %d rounds\n\n%-6s %8s %12s %12s\n", r.Rounds, "", "files", "wall ms", "CPU ms")
	fmt.Printf("%-6s %8d %12.0f %12.0f\n", "oxid", r.Oxid.Files, r.Oxid.WallMS, r.Oxid.CPUMS)
	fmt.Printf("%-6s %8d %12.0f %12.0f\n", "widl", r.Widl.Files, r.Widl.WallMS, r.Widl.CPUMS)
	_, err := fmt.Printf("ratio  %8s %12.2f %12.2f\n", "", r.Ratio, r.CPURatio)
	return err
}
