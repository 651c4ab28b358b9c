package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// building is what the go command had to say.
type building struct {
	Built       bool    `json:"built"`
	Vetted      bool    `json:"vetted"`
	BuildTime   float64 `json:"build_seconds"`
	VetTime     float64 `json:"vet_seconds"`
	BuildErrors string  `json:"build_errors,omitempty"`
	VetErrors   string  `json:"vet_errors,omitempty"`
}

// builder says how the generated packages are built.
type builder struct {
	dir      string // where their module goes; "" leaves nothing of it
	parallel int    // processes at a time
	optimize bool   // or compile in half the time
}

// build writes the generated packages into a module of their own, and builds
// and vets them there. The module refers to the oxid of the current directory.
func (o builder) build(ctx context.Context, packages []*goPackage) (b building, err error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}} {{.GoVersion}}", "oxid").Output()
	if err != nil {
		return b, fmt.Errorf("where is the module oxid? run this inside of it: %w", err)
	}
	root, version, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	dir := o.dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", prefix); err != nil {
			return b, err
		}
		defer os.RemoveAll(dir)
	}
	if err := writeModule(dir, root, version, packages); err != nil {
		return b, err
	}
	flags := []string{fmt.Sprint("-p=", o.parallel)}
	if !o.optimize {
		flags = append(flags, "-gcflags=-N -l")
	}
	b.BuildErrors, b.BuildTime, err = runGo(ctx, dir, "build", flags)
	if b.Built = err == nil && b.BuildErrors == ""; err != nil {
		return b, err
	}
	// With the same flags, so that it finds what was built.
	b.VetErrors, b.VetTime, err = runGo(ctx, dir, "vet", flags)
	b.Vetted = err == nil && b.VetErrors == ""
	return b, err
}

// writeModule writes the packages and a go.mod.
func writeModule(dir, root, version string, packages []*goPackage) error {
	mod := fmt.Sprintf("module %s\n\ngo %s\n\nrequire oxid v0.0.0\n\nreplace oxid => %s\n", prefix, version, root)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(mod), 0o644); err != nil {
		return err
	}
	for _, p := range packages {
		sub := filepath.Join(dir, filepath.FromSlash(strings.TrimPrefix(p.path, prefix+"/")))
		if err := os.MkdirAll(sub, 0o755); err != nil {
			return err
		}
		for _, f := range p.files {
			if err := os.WriteFile(filepath.Join(sub, f.Name), f.Content, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxComplaints bounds what is kept of a go command's output, in bytes.
const maxComplaints = 64 << 10

// runGo runs a go command over all packages and returns what it complains
// about; an error means that it could not be run.
func runGo(ctx context.Context, dir, verb string, flags []string) (complaints string, seconds float64, err error) {
	cmd := exec.CommandContext(ctx, "go", append(append([]string{verb}, flags...), "./...")...)
	cmd.Dir = dir
	// Paths are trimmed so that the next run, in another directory, finds its
	// packages in the build cache. Nothing is fetched.
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod -trimpath", "GOPROXY=off", "GOWORK=off", "GO111MODULE=on")
	start := time.Now()
	out, err := cmd.CombinedOutput()
	seconds = time.Since(start).Seconds()
	exit := (*exec.ExitError)(nil)
	switch {
	case err == nil:
		return "", seconds, nil
	case ctx.Err() != nil:
		return "", seconds, ctx.Err()
	case !errors.As(err, &exit):
		return "", seconds, err
	}
	complaints = strings.TrimSpace(string(out[:min(len(out), maxComplaints)]))
	if complaints == "" {
		complaints = err.Error()
	}
	return complaints, seconds, nil
}
