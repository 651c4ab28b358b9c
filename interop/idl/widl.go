package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
)

// findWidl returns the path of Wine's compiler, "" when there is none. Debian
// keeps it outside of the search path unless a package chooses a version.
func findWidl() string {
	for _, name := range []string{"widl", "widl-stable", "/usr/lib/wine/widl"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// widlVerdict is what widl thinks of one file.
type widlVerdict struct {
	accepted bool
	message  string // its first line when it refuses
	// interfaces are those that its header defines: what the file itself
	// describes, imports left out.
	interfaces []string
}

// defined are the guards around interfaces and dispinterfaces in widl's headers. Names of the
// Windows Runtime are mangled; they begin with two underscores of their own.
var defined = regexp.MustCompile(`(?m)^#define __(\w+?)_(?:DISP)?INTERFACE_DEFINED__$`)

// askWidl runs widl over every file by itself, a few at a time.
func askWidl(ctx context.Context, widl string, include, files []string, workers int) (map[string]widlVerdict, error) {
	// A directory of our own, and no device: widl removes its output when it
	// finds a fault.
	dir, err := os.MkdirTemp("", "widl")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	var (
		mu       sync.Mutex
		wg       sync.WaitGroup
		verdicts = map[string]widlVerdict{}
		first    error
		todo     = make(chan string)
	)
	for w := range max(workers, 1) {
		wg.Go(func() {
			for f := range todo {
				v, err := widlOne(ctx, widl, include, f, filepath.Join(dir, fmt.Sprintf("%d.h", w)))
				mu.Lock()
				verdicts[f] = v
				if err != nil && first == nil {
					first = err
				}
				mu.Unlock()
			}
		})
	}
	for _, f := range files {
		todo <- f
	}
	close(todo)
	wg.Wait()
	return verdicts, first
}

// widlOne runs widl over one file. An error means that it could not be asked.
func widlOne(ctx context.Context, widl string, include []string, file, header string) (widlVerdict, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var args []string
	for _, dir := range include {
		args = append(args, "-I", dir)
	}
	out, err := exec.CommandContext(ctx, widl, append(args, "-h", "-H", header, file)...).CombinedOutput()
	if err == nil {
		text, err := os.ReadFile(header)
		v := widlVerdict{accepted: true}
		for _, m := range defined.FindAllSubmatch(text, -1) {
			if name := string(m[1]); !strings.HasPrefix(name, "__") {
				v.interfaces = append(v.interfaces, name)
			}
		}
		return v, err
	}
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || !exit.Exited() {
		return widlVerdict{}, fmt.Errorf("%s %s: %w", widl, file, err)
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return widlVerdict{message: strings.TrimPrefix(line, filepath.Dir(file)+"/")}, nil
}
