package npm

import (
	"path"
	"testing"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/extract/extracttest"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// TestScopesAgree holds the scopes that the graph gives to the conclusions that
// npm wrote into real lock files.
func TestScopesAgree(t *testing.T) {
	for _, input := range []string{"npm/golang+pkgsite/package-lock.json", "npm/RetireJS+retire.js/node/package-lock.json"} {
		tree := extracttest.Tree(t, input)
		f := extracttest.File(tree, path.Base(input))
		text, _ := f.Bytes()
		l, err := parse(text)
		if err != nil {
			t.Fatal(err)
		}
		p := resolve(f, lockfile.Manifest{}, l.packages, &l)
		seen := 0
		for _, e := range l.packages {
			if e.node < 0 {
				continue
			}
			seen++
			got := p.Occurrences[e.node].Scope
			want := kennel.ScopeShipped
			switch {
			case e.dev:
				want = kennel.ScopeDevelopment
			case e.optional, e.devOptional:
				want = kennel.ScopeOptional
			}
			if got != want {
				t.Errorf("%s: %s is %s, npm says %s", input, e.path, got, want)
			}
			if p.Occurrences[e.node].Direct == kennel.DirectUnknown {
				t.Errorf("%s: nothing reaches %s", input, e.path)
			}
		}
		if seen == 0 {
			t.Errorf("%s: nothing to compare", input)
		}
	}
}
