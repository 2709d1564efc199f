// Package golang reads what Go says of its modules: go.mod with the go.sum
// beside it, go.work, and the build information inside Go binaries.
package golang

import (
	"context"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
)

// New returns the extractor of Go modules, workspaces and binaries.
func New() kennel.Extractor { return extractor{} }

type extractor struct{}

func (extractor) Name() string { return "go" }

// Match takes go.mod and go.work by name, and binaries by their first bytes.
func (extractor) Match(f kennel.File) bool {
	p := f.Path()
	switch p[strings.LastIndexByte(p, '/')+1:] {
	case "go.mod", "go.work":
		return true
	}
	return mayBeBinary(f)
}

func (extractor) Extract(ctx context.Context, f kennel.File) (kennel.Extraction, error) {
	switch path.Base(f.Path()) {
	case "go.mod":
		return readModule(f)
	case "go.work":
		return readWorkspace(f)
	}
	return readBinary(ctx, f)
}

// module is a component of the Go ecosystem.
func module(name, version string, origin kennel.Origin) kennel.Component {
	return kennel.Component{
		Package: kennel.Package{Ecosystem: kennel.Go, Name: name},
		Version: version,
		Origin:  origin,
	}
}

// stdlib is the standard library as the vulnerability database names it, at
// the version of a Go release ("1.25.1", "go1.26rc1"), spelled as a module's:
// v1.25.1, v1.26.0-rc.1. What names no release (a language version such as
// "1.21", a development build) gives false.
func stdlib(release string) (kennel.Component, bool) {
	release, _, _ = strings.Cut(strings.TrimPrefix(release, "go"), " ") // "go1.22.1 X:boringcrypto"
	release, _, _ = strings.Cut(release, "-")                           // "go1.22.1-vendor"
	numbers, pre := release, ""
	for _, word := range []string{"rc", "beta"} {
		if before, after, ok := strings.Cut(release, word); ok {
			numbers, pre = before, "-"+word+"."+after
			if strings.Count(numbers, ".") == 1 {
				numbers += ".0"
			}
			if !digits(after) {
				return kennel.Component{}, false
			}
		}
	}
	parts := strings.Split(numbers, ".")
	if len(parts) != 3 || !digits(parts[0]) || !digits(parts[1]) || !digits(parts[2]) {
		return kennel.Component{}, false
	}
	return module("stdlib", "v"+numbers+pre, kennel.OriginRegistry), true
}

func digits(s string) bool {
	return s != "" && len(s) < 10 && strings.Trim(s, "0123456789") == ""
}
