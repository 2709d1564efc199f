package scalibr

import (
	"bytes"
	"path"

	"github.com/google/osv-scalibr/extractor"
	"github.com/google/osv-scalibr/extractor/filesystem"
	"github.com/google/osv-scalibr/extractor/filesystem/language/cpp/conanlock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/dart/pubspec"
	"github.com/google/osv-scalibr/extractor/filesystem/language/elixir/mixlock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/swift/packageresolved"
	"github.com/google/osv-scalibr/extractor/filesystem/language/swift/podfilelock"

	"github.com/kennel-oss/kennel"
)

// All returns the wrapped extractors.
func All() []kennel.Extractor {
	return []kennel.Extractor{
		wrapped{
			name: "mix", ecosystem: kennel.Hex, match: named("mix.lock"),
			plugin:   func() (filesystem.Extractor, error) { return mixlock.New(nil) },
			mentions: func(data []byte) int { return bytes.Count(data, []byte(`": {:`)) },
			adjust: func(pkg *extractor.Package, o *kennel.Occurrence) bool {
				if o.Version == "" { // of a repository; what the plug-in calls the commit of others is a checksum
					commit(pkg, o)
				}
				return true
			},
		},
		wrapped{
			name: "pub", ecosystem: kennel.Pub, match: named("pubspec.lock"),
			plugin:   func() (filesystem.Extractor, error) { return pubspec.New(nil) },
			mentions: func(data []byte) int { return bytes.Count(data, []byte("\n    version:")) },
			adjust: func(pkg *extractor.Package, o *kennel.Occurrence) bool {
				commit(pkg, o)
				if g := groups(pkg); len(g) > 0 && g[0] == "dev" {
					o.Scope, o.Direct = kennel.ScopeDevelopment, kennel.Direct // "direct dev" is the only such word
				}
				return true
			},
		},
		wrapped{
			name: "swift", ecosystem: kennel.Swift, match: named("Package.resolved"),
			plugin:   func() (filesystem.Extractor, error) { return packageresolved.New(nil) },
			mentions: func(data []byte) int { return bytes.Count(data, []byte(`"state"`)) },
			adjust: func(pkg *extractor.Package, o *kennel.Occurrence) bool {
				if o.Version == "" { // a branch or a commit
					o.Origin = kennel.OriginVCS
				}
				return true
			},
		},
		wrapped{
			name: "cocoapods", ecosystem: "CocoaPods", match: named("Podfile.lock"),
			plugin:   func() (filesystem.Extractor, error) { return podfilelock.New(nil) },
			mentions: countPods,
		},
		wrapped{
			name: "conan", ecosystem: kennel.Conan, match: named("conan.lock"),
			plugin:   func() (filesystem.Extractor, error) { return conanlock.New(nil) },
			mentions: func([]byte) int { return 0 }, // names stand in too many places to count
			adjust: func(pkg *extractor.Package, o *kennel.Occurrence) bool {
				switch g := groups(pkg); {
				case len(g) == 0:
				case g[0] == "requires":
					o.Scope = kennel.ScopeShipped
				default: // build-requires, python-requires: the recipe's own tools
					o.Scope = kennel.ScopeBuild
				}
				return true
			},
		},
	}
}

func named(base string) func(kennel.File) bool {
	return func(f kennel.File) bool { return path.Base(f.Path()) == base }
}

// countPods counts the entries of the PODS list; deeper dashes are what they
// need.
func countPods(data []byte) int {
	_, rest, ok := bytes.Cut(data, []byte("PODS:\n"))
	if !ok {
		return 0
	}
	n := 0
	for line := range bytes.Lines(rest) {
		switch {
		case bytes.HasPrefix(line, []byte("  - ")):
			n++
		case !bytes.HasPrefix(line, []byte(" ")):
			return n
		}
	}
	return n
}
