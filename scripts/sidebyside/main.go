// Sidebyside measures Kennel beside its peers on the same inputs: each
// command as a whole process, in turn, so that a noisy machine is noisy for
// all. It prints medians of wall time and peak memory, and ratios to the first
// command of a row.
//
//	go run ./scripts/sidebyside -data ../shared/data [-runs 5]
//
// A peer that is not installed is left out and named.
package main

import (
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	data := flag.String("data", filepath.Join("..", "shared", "data"), "the reference data")
	runs := flag.Int("runs", 5, "counted runs of each command, after one that is not counted")
	flag.Parse()
	if err := run(*data, *runs); err != nil {
		fmt.Fprintln(os.Stderr, "sidebyside:", err)
		os.Exit(1)
	}
}

// contender is one command of a row.
type contender struct {
	name string
	args []string
	env  []string
	wall []time.Duration
	peak []int64 // KiB
	exit int
}

func run(data string, runs int) error {
	data, err := filepath.Abs(data)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "kennel-sidebyside-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	kennel := filepath.Join(work, "kennel")
	if out, err := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", kennel, "./cmd/kennel").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	db := filepath.Join(work, "db")
	build := &contender{name: "kennel db build", args: []string{kennel, "db", "build", "--quiet", "--osv", filepath.Join(data, "osv"),
		"--kev", filepath.Join(data, "kev.json"), "--epss", filepath.Join(data, "epss.csv.gz"), "-o", db}}
	if err := row("compile the database", 1, runs, build); err != nil {
		return err
	}
	size := int64(0)
	if err := filepath.WalkDir(db, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if info, err := d.Info(); err == nil {
				size += info.Size()
			}
		}
		return err
	}); err != nil {
		return err
	}
	fmt.Printf("  on disk: %.1f MiB\n", float64(size)/(1<<20))

	locks, err := lockfiles(data, filepath.Join(work, "locks"))
	if err != nil {
		return err
	}
	// The peer knows an SBOM by its name.
	bom := filepath.Join(work, "bom.json")
	content, err := os.ReadFile(filepath.Join(data, "inputs", "sbom-cyclonedx", "CycloneDX+bom-examples", "SBOM", "juice-shop", "via_npm", "flat", "bom.1.4.json"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(bom, content, 0o644); err != nil {
		return err
	}
	if err := peerDatabase(filepath.Join(data, "osv"), filepath.Join(work, "peer", "osv-scalibr")); err != nil {
		return err
	}
	for _, in := range []struct {
		name, kennel string
		peer         []string
	}{
		{"the lock files of the reference inputs", locks, []string{"-r", locks}},
		{"one CycloneDX SBOM of 1,115 components", bom, []string{"-L", bom}},
	} {
		contenders := []*contender{{name: "kennel scan", args: []string{kennel, "scan", "--offline", "--quiet", "--db", db, "--format", "json", in.kennel}}}
		if peer, err := exec.LookPath("osv-scanner"); err == nil {
			contenders = append(contenders, &contender{name: "osv-scanner --offline",
				args: append([]string{peer, "scan", "source", "--offline", "--no-resolve", "--no-call-analysis=all", "--all-packages",
					"--local-db-path", filepath.Join(work, "peer"), "--format", "json"}, in.peer...)})
		} else {
			fmt.Println("  osv-scanner is not installed: left out")
		}
		if peer, err := exec.LookPath("syft"); err == nil && in.kennel == locks {
			contenders = append(contenders, &contender{name: "syft (inventory alone)", args: []string{peer, "scan", "-q", "-o", "json", "dir:" + locks},
				env: []string{"SYFT_CHECK_FOR_APP_UPDATE=false"}})
		}
		if err := row(in.name, 1, runs, contenders...); err != nil {
			return err
		}
	}
	return row("start and open", 1, runs, &contender{name: "kennel --version", args: []string{kennel, "--version"}},
		&contender{name: "kennel db status", args: []string{kennel, "db", "status", "--db", db}})
}

// lockfiles copies the lock files that the reference counts, with the go.sum
// beside each go.mod, to a folder of their own.
func lockfiles(data, to string) (string, error) {
	list, err := os.ReadFile(filepath.Join(data, "expected", "inputs.packages.tsv"))
	if err != nil {
		return "", err
	}
	n := 0
	for line := range strings.Lines(string(list)) {
		input, _, _ := strings.Cut(line, "\t")
		if input == "input" || strings.HasPrefix(input, "sbom-") {
			continue
		}
		names := []string{input}
		if strings.HasSuffix(input, "go.mod") {
			names = append(names, strings.TrimSuffix(input, "mod")+"sum")
		}
		for _, name := range names {
			content, err := os.ReadFile(filepath.Join(data, "inputs", filepath.FromSlash(name)))
			if err != nil {
				return "", err
			}
			path := filepath.Join(to, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return "", err
			}
			if err := os.WriteFile(path, content, 0o644); err != nil {
				return "", err
			}
		}
		n++
	}
	if n == 0 {
		return "", fmt.Errorf("no lock files in %s", data)
	}
	return to, nil
}

// peerDatabase lays the reference advisories out as osv-scanner keeps them.
// It stops at the first ecosystem that it has no file for, so the one such
// among the inputs gets an empty one.
func peerDatabase(osv, to string) error {
	if err := os.MkdirAll(filepath.Join(to, "Pub"), 0o755); err != nil {
		return err
	}
	empty := []byte("PK\x05\x06" + strings.Repeat("\x00", 18)) // a zip without entries
	if err := os.WriteFile(filepath.Join(to, "Pub", "all.zip"), empty, 0o644); err != nil {
		return err
	}
	ecosystems, err := os.ReadDir(osv)
	if err != nil {
		return err
	}
	for _, e := range ecosystems {
		if err := os.Symlink(filepath.Join(osv, e.Name()), filepath.Join(to, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// row runs contenders in turn and prints a line each.
func row(name string, warmup, runs int, contenders ...*contender) error {
	fmt.Printf("%s\n", name)
	for i := range warmup + runs {
		for _, c := range contenders {
			cmd := exec.Command(c.args[0], c.args[1:]...)
			cmd.Env = append(os.Environ(), c.env...)
			cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
			start := time.Now()
			err := cmd.Run()
			took := time.Since(start)
			if cmd.ProcessState == nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			c.exit = cmd.ProcessState.ExitCode()
			if i >= warmup {
				c.wall = append(c.wall, took)
				c.peak = append(c.peak, peakKiB(cmd.ProcessState))
			}
		}
	}
	for _, c := range contenders {
		fmt.Printf("  %-26s %9.1f ms %8.1f MiB   x%.1f   exit %d\n", c.name,
			float64(median(c.wall))/float64(time.Millisecond), float64(median(c.peak))/1024,
			float64(median(c.wall))/float64(median(contenders[0].wall)), c.exit)
	}
	return nil
}

func median[T int64 | time.Duration](values []T) T {
	s := slices.Sorted(slices.Values(values))
	return s[len(s)/2]
}
