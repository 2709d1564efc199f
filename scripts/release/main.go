// Release builds the static binaries of every platform, each with its own
// SBOM and a list of digests. The same source and Go version give the same
// bytes on every machine.
//
//	go run ./scripts/release [-version v1.2.3] [-o dist]
package main

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

var platforms = []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64"}

func main() {
	version := flag.String("version", "", "the version to stamp (default: that of the source)")
	out := flag.String("o", "dist", "folder to write to")
	flag.Parse()
	if err := run(*version, *out); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(version, out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	// The host's own binary writes the SBOMs of all.
	self, err := os.MkdirTemp("", "kennel-release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(self)
	host := filepath.Join(self, "kennel")
	if err := build(host, runtime.GOOS, runtime.GOARCH, version); err != nil {
		return err
	}
	var sums bytes.Buffer
	for _, platform := range platforms {
		goos, goarch, _ := strings.Cut(platform, "/")
		name := "kennel-" + goos + "-" + goarch
		if goos == "windows" {
			name += ".exe"
		}
		path := filepath.Join(out, name)
		if err := build(path, goos, goarch, version); err != nil {
			return err
		}
		sbom := exec.Command(host, "sbom", "--quiet", "--as-of", "2000-01-01", "-o", path+".cdx.json", path)
		sbom.Stderr = os.Stderr
		if err := sbom.Run(); err != nil {
			return fmt.Errorf("SBOM of %s: %w", name, err)
		}
		for _, file := range []string{name, name + ".cdx.json"} {
			data, err := os.ReadFile(filepath.Join(out, file))
			if err != nil {
				return err
			}
			fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(data), file)
		}
		fmt.Println(name)
	}
	return os.WriteFile(filepath.Join(out, "SHA256SUMS"), sums.Bytes(), 0o644)
}

// build compiles without cgo, paths or version-control stamps: what would
// differ between two machines stays out.
func build(path, goos, goarch, version string) error {
	flags := "-s -w -buildid="
	if version != "" {
		flags += " -X github.com/kennel-oss/kennel/internal/cli.Version=" + version
	}
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", path, "./cmd/kennel")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch, "GOFLAGS=")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build %s/%s: %w", goos, goarch, err)
	}
	return nil
}
