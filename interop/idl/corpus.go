package main

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// usualDirs are where packages keep Wine's IDL files.
var usualDirs = []string{"/usr/include/wine/wine/windows", "/usr/include/wine/windows"}

// findCorpus returns the directory of the IDL files: where Debian's package
// says that it has put them, or one of the usual places.
func findCorpus() (string, error) {
	if out, err := exec.Command("dpkg-query", "-L", "libwine-dev").Output(); err == nil {
		for _, line := range strings.Split(string(out), "\n") {
			if filepath.Base(line) == "unknwn.idl" {
				return filepath.Dir(line), nil
			}
		}
	}
	for _, dir := range usualDirs {
		if files, _ := filepath.Glob(filepath.Join(dir, "*.idl")); len(files) > 0 {
			return dir, nil
		}
	}
	return "", errors.New("there are no IDL files: install Debian's package libwine-dev, or name a directory with -dir")
}

// corpusFiles lists the IDL files of a directory, in order.
func corpusFiles(dir string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.idl"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s has no .idl files", dir)
	}
	return files, err
}
