package npm_test

import (
	"testing"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
	"github.com/kennel-oss/kennel/internal/extract/npm"
)

func TestConformance(t *testing.T) { extracttest.Run(t, npm.New(), "testdata/*.txtar") }

func FuzzExtract(f *testing.F) {
	extracttest.Fuzz(f, npm.New(), "testdata/*.txtar", "package-lock.json", "node_modules/a/package.json")
}

func TestMatch(t *testing.T) {
	tests := map[string]bool{
		"package-lock.json":                                                   true,
		"a/b/npm-shrinkwrap.json":                                             true,
		"package.json":                                                        true,
		"a/package.json":                                                      true,
		"node_modules/a/package-lock.json":                                    false,
		"node_modules/a/package.json":                                         true,
		"x/node_modules/@s/a/package.json":                                    true,
		"x/node_modules/@s/package.json":                                      false,
		"node_modules/package.json":                                           false,
		"node_modules/a/test/package.json":                                    false,
		"node_modules/a/test/node_modules/b/package.json":                     false,
		"node_modules/a/node_modules/b/package.json":                          true,
		"node_modules/.pnpm/@s+a@1.0.0/node_modules/@s/a/package.json":        true,
		"node_modules/.pnpm/a@1.0.0/package.json":                             false,
		"node_modules/.bun/a@1.0.0/node_modules/a/package.json":               true,
		"node_modules/.deno/a@1.0.0/node_modules/a/package.json":              true,
		"node_modules/.cache/a/package.json":                                  false,
		"usr/lib/node_modules/npm/node_modules/@npmcli/arborist/package.json": true,
		"my_node_modules/a/package.json":                                      true,
	}
	for path, want := range tests {
		if got := npm.New().Match(extracttest.File(nil, path)); got != want {
			t.Errorf("Match(%s) = %v", path, got)
		}
	}
}
