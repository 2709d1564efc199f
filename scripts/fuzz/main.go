// Fuzz runs every fuzz target of the module for a while, one after another:
// go test -fuzz takes one target of one package at a time.
//
//	go run ./scripts/fuzz -time 30s [-run REGEXP]
package main

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

var target = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(f \*testing\.F\)`)

func main() {
	budget := flag.Duration("time", 10*time.Second, "how long each target is fuzzed")
	only := flag.String("run", "", "only targets whose package/name matches this regexp")
	flag.Parse()
	wanted, err := regexp.Compile(*only)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	passed, failed := 0, 0
	err = filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range target.FindAllSubmatch(source, -1) {
			pkg, name := "./"+filepath.ToSlash(filepath.Dir(path)), string(m[1])
			if !wanted.MatchString(pkg + "/" + name) {
				continue
			}
			fmt.Printf("%s %s\n", pkg, name)
			cmd := exec.Command("go", "test", pkg, "-run", "^$", "-fuzz", "^"+name+"$", "-fuzztime", budget.String())
			out, err := cmd.CombinedOutput()
			if err != nil {
				failed++
				fmt.Printf("%s\n", out)
				continue
			}
			passed++
		}
		return nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 || passed == 0 {
		os.Exit(1)
	}
}
